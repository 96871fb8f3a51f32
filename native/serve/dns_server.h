// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/cluster/cluster.h"
#include "native/serve/asio.h"
#include "native/serve/clock.h"

namespace rockpool::native {

using asio::ip::udp;

/// Answers DNS over UDP and TCP by handing each message to the cluster's DNS Service, from a node
/// of the cluster.
class DnsServer {
 public:
  /// All must outlive this.
  DnsServer(asio::io_context& context, Cluster& cluster, ClusterClock& clock);

  /// Takes the port, for both transports; 0 takes any free one. The error says why that is
  /// impossible.
  std::expected<void, std::string> listen(const asio::ip::address& address, std::uint16_t port);
  std::uint16_t port() const { return port_; }
  /// Serves from now on.
  void start();
  /// Closes its sockets.
  void stop();

 private:
  using Answer = std::function<void(std::optional<std::string>)>;

  // Asks the cluster; calls `answer` with the message to send back, or with none.
  void ask(DnsTransport transport, std::string message, Answer answer);
  asio::awaitable<void> serve_datagrams();
  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve_connection(std::shared_ptr<beast::tcp_stream> stream);
  // The answer to one message that came over TCP; empty if there is none.
  asio::awaitable<std::string> ask_and_wait(std::string message);

  asio::io_context& context_;
  Cluster& cluster_;
  ClusterClock& clock_;
  // Shared, as answers may come after this has gone.
  std::shared_ptr<udp::socket> datagrams_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  int connections_ = 0;
};

}  // namespace rockpool::native
