// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/net/address.h"
#include "core/net/client.h"
#include "core/net/dns/resolver.h"
#include "core/net/failure.h"
#include "core/net/http.h"
#include "core/net/socket.h"
#include "core/sim/task.h"

namespace rockpool::net {

class Network;
class Node;
class TlsServer;

/// What a network namespace belongs to.
enum class HostKind : std::uint8_t { pod, node, external };

/// "pod", "node", "external".
std::string_view host_kind_name(HostKind kind);

/// A network namespace with its addresses and sockets: a Pod's sandbox, a node, or a machine
/// outside the cluster. Pods with hostNetwork use their node's Host.
///
/// Made by a Network and counted: whoever holds one may go on using it after it was removed from
/// the Network; everything it tries then fails as on a machine without a network.
class Host : public Counted<Host> {
 public:
  HostKind kind() const { return kind_; }
  /// `namespace/name` of a Pod; the name of a node or of an outside machine.
  const std::string& name() const { return name_; }
  /// The node it is or runs on; null for the outside.
  Node* node() const { return node_; }
  /// True if packets to addresses of Pods find their way from here: not from outside, but for the
  /// control plane's machines.
  bool has_pod_routes() const { return has_pod_routes_; }
  /// Its addresses, the primary one first; never empty.
  std::span<const IpAddress> addresses() const { return addresses_; }
  const IpAddress& address() const { return addresses_.front(); }
  /// Its first address of that family, or null.
  const IpAddress* address_of(Family family) const;
  bool has_address(const IpAddress& address) const;
  /// False once it was removed from its Network.
  bool is_attached() const { return network_ != nullptr; }
  /// The Network it is part of, or null.
  Network* network() const { return network_; }

  /// Its name resolution; may change at any time.
  const dns::ResolverConfig& resolver() const { return resolver_; }
  void set_resolver(dns::ResolverConfig config) { resolver_ = std::move(config); }

  /// Serves HTTP on a TCP port of all addresses. Port 0 picks a free one.
  std::expected<Listener, ListenError> listen(std::uint16_t port, HttpHandler& handler);
  /// Serves HTTP over TLS. Both must outlive the Listener.
  std::expected<Listener, ListenError> listen(std::uint16_t port, HttpHandler& handler,
                                              TlsServer& tls);
  /// Serves raw connections on a TCP or SCTP port of all addresses. Port 0 picks a free one.
  std::expected<Listener, ListenError> listen(std::uint16_t port, StreamHandler& handler,
                                              Protocol protocol = Protocol::tcp);
  /// Opens a UDP port for a server. Port 0 picks a free one.
  std::expected<DatagramSocket, ListenError> bind(std::uint16_t port, DatagramHandler& handler);
  /// Opens a UDP port whose datagrams are taken with `DatagramSocket::receive`.
  std::expected<DatagramSocket, ListenError> bind(std::uint16_t port = 0);
  /// True if a server listens on that port; of UDP, if somebody has opened it.
  bool is_listening(std::uint16_t port, Protocol protocol = Protocol::tcp) const;
  /// True if that server speaks HTTP.
  bool serves_http(std::uint16_t port) const;

  /// One HTTP request on a connection of its own: resolves the URL's host, connects, sends, waits
  /// for the answer, closes. What `request` leaves empty (target, Host) comes from `url`.
  sim::Task<FetchResult> fetch(Url url, HttpRequest request = {}, FetchOptions options = {});
  /// Opens a TCP connection or an SCTP association.
  sim::Task<std::expected<Socket, Failure>> connect(SocketAddress to,
                                                    std::optional<sim::Duration> timeout = {},
                                                    Protocol protocol = Protocol::tcp);
  /// The addresses of a name, as a process here would find them that goes by `config`.
  sim::Task<std::expected<std::vector<IpAddress>, Failure>> resolve(
      std::string name, dns::SharedResolverConfig config = {});

  /// The clock by which its processes live.
  sim::Loop& loop() const { return loop_; }
  void dispose() { delete this; }

  /// Linux's range for ports that clients get, and so the most connections a host may open at a
  /// time.
  static constexpr std::uint16_t kFirstEphemeralPort = 32768;
  static constexpr std::uint16_t kLastEphemeralPort = 60999;

 private:
  friend class Network;
  friend class Connection;
  friend class ConnectionTracking;
  friend class ListeningPort;
  friend class DatagramPort;

  Host(Network& network, HostKind kind, std::string name, Node* node,
       std::vector<IpAddress> addresses, std::uint16_t first_ephemeral_port);
  ~Host() = default;

  std::expected<Listener, ListenError> open_port(Protocol protocol, std::uint16_t port,
                                                 HttpHandler* http, StreamHandler* stream,
                                                 TlsServer* tls = nullptr);
  std::expected<DatagramSocket, ListenError> open_datagram_port(std::uint16_t port,
                                                                DatagramHandler* handler);
  ListeningPort* find_port(std::uint16_t port, Protocol protocol = Protocol::tcp) const;
  std::uint16_t take_ephemeral_port();
  // Leaves the network: ports close, connections fail.
  void detach();

  HostKind kind_;
  bool has_pod_routes_;
  std::string name_;
  Node* node_;
  std::vector<IpAddress> addresses_;
  sim::Loop& loop_;
  Network* network_;
  dns::ResolverConfig resolver_;
  std::vector<ListeningPort*> listening_;
  std::unordered_map<std::uint16_t, DatagramPort*> datagram_ports_;
  // The connections that processes here have opened, linked through Connection.
  Connection* first_outgoing_ = nullptr;
  int outgoing_connections_ = 0;
  std::uint16_t last_ephemeral_port_;
};

}  // namespace rockpool::net
