// SPDX-License-Identifier: Apache-2.0
#include "core/net/host.h"

#include <algorithm>

#include "core/net/connection.h"
#include "core/net/datagram_port.h"
#include "core/net/network.h"

namespace rockpool::net {

std::string_view host_kind_name(HostKind kind) {
  switch (kind) {
    case HostKind::pod:
      return "pod";
    case HostKind::node:
      return "node";
    case HostKind::external:
      return "external";
  }
  return {};
}

Host::Host(Network& network, HostKind kind, std::string name, Node* node,
           std::vector<IpAddress> addresses, std::uint16_t first_ephemeral_port)
    : kind_{kind},
      has_pod_routes_{kind != HostKind::external},
      name_{std::move(name)},
      node_{node},
      addresses_{std::move(addresses)},
      loop_{network.loop()},
      network_{&network},
      last_ephemeral_port_{first_ephemeral_port} {}

const IpAddress* Host::address_of(Family family) const {
  const auto found = std::ranges::find(addresses_, family, &IpAddress::family);
  return found == addresses_.end() ? nullptr : &*found;
}

bool Host::has_address(const IpAddress& address) const {
  return std::ranges::find(addresses_, address) != addresses_.end();
}

std::uint16_t Host::take_ephemeral_port() {
  do {
    last_ephemeral_port_ = last_ephemeral_port_ >= kLastEphemeralPort
                               ? kFirstEphemeralPort
                               : static_cast<std::uint16_t>(last_ephemeral_port_ + 1);
  } while (find_port(last_ephemeral_port_) != nullptr);
  return last_ephemeral_port_;
}

ListeningPort* Host::find_port(std::uint16_t port, Protocol protocol) const {
  const auto found = std::ranges::find_if(listening_, [&](const ListeningPort* each) {
    return each->number() == port && each->protocol() == protocol;
  });
  return found == listening_.end() ? nullptr : *found;
}

bool Host::is_listening(std::uint16_t port, Protocol protocol) const {
  if (protocol == Protocol::udp) return datagram_ports_.contains(port);
  return find_port(port, protocol) != nullptr;
}

bool Host::serves_http(std::uint16_t port) const {
  const ListeningPort* const server = find_port(port);
  return server != nullptr && server->http() != nullptr;
}

std::expected<Listener, ListenError> Host::open_port(Protocol protocol, std::uint16_t port,
                                                     HttpHandler* http, StreamHandler* stream,
                                                     TlsServer* tls) {
  if (network_ == nullptr) return std::unexpected{ListenError::host_removed};
  if (port == 0) port = take_ephemeral_port();
  if (find_port(port, protocol) != nullptr) return std::unexpected{ListenError::address_in_use};
  Ref<ListeningPort> opened{new ListeningPort{*this, protocol, port, http, stream, tls}};
  listening_.push_back(opened.get());
  return Listener{std::move(opened)};
}

std::expected<Listener, ListenError> Host::listen(std::uint16_t port, HttpHandler& handler) {
  return open_port(Protocol::tcp, port, &handler, nullptr);
}

std::expected<Listener, ListenError> Host::listen(std::uint16_t port, HttpHandler& handler,
                                                  TlsServer& tls) {
  return open_port(Protocol::tcp, port, &handler, nullptr, &tls);
}

std::expected<Listener, ListenError> Host::listen(std::uint16_t port, StreamHandler& handler,
                                                  Protocol protocol) {
  return open_port(protocol, port, nullptr, &handler);
}

std::expected<DatagramSocket, ListenError> Host::open_datagram_port(std::uint16_t port,
                                                                    DatagramHandler* handler) {
  if (network_ == nullptr) return std::unexpected{ListenError::host_removed};
  if (port == 0) {
    constexpr std::size_t kPorts = kLastEphemeralPort - kFirstEphemeralPort + 1;
    if (datagram_ports_.size() >= kPorts) return std::unexpected{ListenError::address_in_use};
    do {
      port = take_ephemeral_port();
    } while (datagram_ports_.contains(port));
  }
  const auto [place, is_new] = datagram_ports_.try_emplace(port, nullptr);
  if (!is_new) return std::unexpected{ListenError::address_in_use};
  place->second = new DatagramPort{*this, port, handler};
  return DatagramSocket{Ref{place->second}, DatagramSocket::Ownership::owner};
}

std::expected<DatagramSocket, ListenError> Host::bind(std::uint16_t port,
                                                      DatagramHandler& handler) {
  return open_datagram_port(port, &handler);
}

std::expected<DatagramSocket, ListenError> Host::bind(std::uint16_t port) {
  return open_datagram_port(port, nullptr);
}

void Host::detach() {
  while (!listening_.empty()) {
    const Ref<ListeningPort> port{listening_.back()};
    port->abort();
  }
  while (first_outgoing_ != nullptr) {
    const Ref<Connection> connection{first_outgoing_};
    connection->lose_client_host();
  }
  std::vector<Ref<DatagramPort>> ports;
  for (const auto& [number, port] : datagram_ports_) ports.emplace_back(port);
  // Whoever waits is woken in this order, which therefore must not be the map's.
  std::ranges::stable_sort(ports, {}, [](const Ref<DatagramPort>& port) { return port->number(); });
  for (const Ref<DatagramPort>& port : ports) {
    port->fail(FailureKind::network_unreachable);
    port->close();
  }
  network_ = nullptr;
}

sim::Task<std::expected<Socket, Failure>> Host::connect(SocketAddress to,
                                                        std::optional<sim::Duration> timeout,
                                                        Protocol protocol) {
  const Ref<Host> self{this};
  const sim::Time started = loop_.now();
  Failure failure;
  failure.host = to.ip.to_string();
  failure.port = to.port;
  failure.remote = to;
  Ref<Connection> connection =
      Connection::open(*this, protocol, to, Connection::Content::strings, {});
  if (!connection) {
    failure.kind = FailureKind::network_unreachable;
    co_return std::unexpected{std::move(failure)};
  }
  // From here on the connection is closed whenever this process goes away.
  Socket socket{connection, false};
  {
    Connection::ClientWait wait =
        connection->wait_connected(timeout ? started + *timeout : Connection::kNever);
    co_await wait;
  }
  if (connection->is_connected()) co_return std::move(socket);
  failure.local = connection->client_address();
  failure.elapsed = loop_.now() - started;
  failure.by_client_timeout = failure.by_connect_timeout = !connection->client_failed();
  failure.kind =
      failure.by_client_timeout ? FailureKind::connection_timed_out : connection->end_kind();
  co_return std::unexpected{std::move(failure)};
}

sim::Task<std::expected<std::vector<IpAddress>, Failure>> Host::resolve(
    std::string name, dns::SharedResolverConfig config) {
  return dns::resolve(Ref{this}, std::move(name), {}, {}, std::move(config));
}

void retain_ref(Host* host) {
  host->retain();
}
void release_ref(Host* host) {
  host->release();
}

}  // namespace rockpool::net
