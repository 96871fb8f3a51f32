// SPDX-License-Identifier: Apache-2.0
#include "native/serve/http_server.h"

#include <fmt/format.h>

#include "native/serve/limits.h"

namespace rockpool::native {

// After an error such as too many open files, before the next try.
constexpr std::chrono::milliseconds kAcceptPause{50};
// How long a connection may be quiet while others wait for its place.
constexpr std::chrono::seconds kPatience{1};

HttpServer::HttpServer(asio::io_context& context, asio::ssl::context* tls)
    : context_{context}, tls_{tls}, acceptor_{context}, room_{context} {}

std::expected<void, std::string> HttpServer::listen(const std::string& address, std::uint16_t port,
                                                    bool any_host) {
  error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return std::unexpected{fmt::format("{} is no IP address", address)};
  const tcp::endpoint endpoint{ip, port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return std::unexpected{fmt::format("{} is in use", port)};
  }
  if (error) return std::unexpected{fmt::format("{}: {}", port, error.message())};
  port_ = acceptor_.local_endpoint().port();
  guard_ = std::make_unique<RequestGuard>(address, port_, tls_ != nullptr, any_host);
  return {};
}

void HttpServer::start(HttpService& service) {
  service_ = &service;
  asio::co_spawn(context_, [this] { return accept_all(); }, asio::detached);
}

void HttpServer::stop(std::function<void()> done) {
  is_stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  room_.cancel();
  // Stopping an idle connection may take it out of the set.
  const auto connections = connections_;
  for (const auto& connection : connections) connection->stop();
  asio::co_spawn(context_, [this, done] { return finish(done); }, asio::detached);
}

asio::awaitable<void> HttpServer::finish(std::function<void()> done) {
  const auto deadline = std::chrono::steady_clock::now() + kStopTimeout;
  error_code ended;
  while (!connections_.empty() && std::chrono::steady_clock::now() < deadline) {
    room_.expires_at(deadline);
    co_await room_.async_wait(into(ended));
  }
  const auto connections = connections_;
  for (const auto& connection : connections) connection->abort();
  done();
}

asio::awaitable<void> HttpServer::accept_all() {
  while (!is_stopping_) {
    error_code error;
    if (connections_.size() >= kMaxConnections) {
      make_room();
      room_.expires_after(kPatience);
      co_await room_.async_wait(into(error));
      continue;
    }
    tcp::socket socket{context_};
    co_await acceptor_.async_accept(socket, into(error));
    if (is_stopping_) co_return;
    if (error) {
      room_.expires_after(kAcceptPause);
      co_await room_.async_wait(into(error));
      continue;
    }
    socket.set_option(tcp::no_delay{true}, error);
    auto connection =
        std::make_shared<HttpConnection>(Stream{std::move(socket), tls_}, *guard_, *service_);
    connections_.insert(connection);
    asio::co_spawn(context_, [this, connection] { return serve(connection); }, asio::detached);
  }
}

void HttpServer::make_room() {
  auto oldest = std::chrono::steady_clock::now() - kPatience;
  std::shared_ptr<HttpConnection> found;
  for (const auto& connection : connections_) {
    const auto since = connection->quiet_since();
    if (!since || *since > oldest) continue;
    oldest = *since;
    found = connection;
  }
  if (found) found->abort();
}

asio::awaitable<void> HttpServer::serve(std::shared_ptr<HttpConnection> connection) {
  co_await connection->run();
  connections_.erase(connection);
  room_.cancel();
}

}  // namespace rockpool::native
