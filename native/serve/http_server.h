// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "native/serve/http_connection.h"

namespace rockpool::native {

/// Listens on one port and serves every connection that comes, up to kMaxConnections at a time.
/// When there are so many, the one that has been quiet for longest makes room for the next.
class HttpServer {
 public:
  /// Both must outlive this. With `tls` connections are encrypted.
  explicit HttpServer(asio::io_context& context, asio::ssl::context* tls = nullptr);

  /// Takes the port; 0 takes any free one. `any_host`: see RequestGuard. The error says why that is
  /// impossible: `8001 is in use`.
  std::expected<void, std::string> listen(const std::string& address, std::uint16_t port,
                                          bool any_host);
  std::uint16_t port() const { return port_; }
  /// Serves from now on. The service must outlive this.
  void start(HttpService& service);
  /// Takes no more connections, lets requests end, tears down what has not ended after
  /// kStopTimeout, and calls `done`.
  void stop(std::function<void()> done);

 private:
  asio::awaitable<void> accept_all();
  // Ends the connection that has owed a request for longest, if that is longer than kPatience.
  void make_room();
  asio::awaitable<void> serve(std::shared_ptr<HttpConnection> connection);
  asio::awaitable<void> finish(std::function<void()> done);

  asio::io_context& context_;
  HttpService* service_ = nullptr;
  asio::ssl::context* tls_;
  tcp::acceptor acceptor_;
  // Wakes the acceptor when a connection has ended.
  asio::steady_timer room_;
  std::uint16_t port_ = 0;
  std::unique_ptr<RequestGuard> guard_;
  std::set<std::shared_ptr<HttpConnection>> connections_;
  bool is_stopping_ = false;
};

}  // namespace rockpool::native
