// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/exchange.h"

#include <utility>

#include "core/net/host.h"

namespace rockpool::net::dns {
namespace {

using Result = std::expected<std::string, Failure>;

Failure failure(FailureKind kind) {
  Failure result;
  result.kind = kind;
  return result;
}

sim::Task<Result> exchange_by_udp(Ref<Host> host, SocketAddress server, std::string message,
                                  sim::Duration timeout) {
  auto socket = host->bind();
  if (!socket) co_return std::unexpected{failure(FailureKind::too_many_connections)};
  socket->send(server, std::move(message));
  auto receiving = socket->receive(timeout);
  auto answer = co_await receiving;
  if (!answer) {
    answer.error().local = socket->local();
    answer.error().remote = server;
    co_return std::unexpected{std::move(answer.error())};
  }
  co_return std::move(answer->payload);
}

// Over TCP a message follows its length (RFC 1035, 4.2.2).
sim::Task<Result> exchange_by_tcp(Ref<Host> host, SocketAddress server, std::string message,
                                  sim::Duration timeout) {
  constexpr std::size_t kLengthBytes = 2;
  auto connecting = host->connect(server, timeout);
  auto socket = co_await connecting;
  if (!socket) co_return std::unexpected{std::move(socket.error())};
  std::string framed;
  framed += static_cast<char>(message.size() >> 8);
  framed += static_cast<char>(message.size() & 0xff);
  framed += message;
  socket->send(std::move(framed));
  auto receiving = socket->receive(timeout);
  auto answer = co_await receiving;
  if (!answer) co_return std::unexpected{std::move(answer.error())};
  if (answer->size() <= kLengthBytes) {
    co_return std::unexpected{failure(FailureKind::connection_closed)};
  }
  co_return answer->substr(kLengthBytes);
}

}  // namespace

sim::Task<Result> exchange(Ref<Host> host, SocketAddress server, Transport transport,
                           std::string message, sim::Duration timeout) {
  return transport == Transport::tcp
             ? exchange_by_tcp(std::move(host), server, std::move(message), timeout)
             : exchange_by_udp(std::move(host), server, std::move(message), timeout);
}

}  // namespace rockpool::net::dns
