// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/address.h"
#include "core/net/ref.h"

namespace rockpool::net {

class Node;

/// The rules for one port of a Service, in the version that one node's proxy has. Kept by the
/// connections that were made by it.
class ServicePort : public Counted<ServicePort> {
 public:
  virtual ~ServicePort() = default;
  /// `namespace/name` of the Service.
  virtual const std::string& service_name() const = 0;
  void dispose() { delete this; }
};

/// An endpoint that was chosen.
struct Endpoint {
  SocketAddress address;
  /// `namespace/name` of its Pod; empty if it is none.
  std::string pod;
};

/// Among which endpoints a connection's is chosen: by the Service's traffic policy, all of the
/// cluster's or only those on the node.
enum class Scope : std::uint8_t { cluster, local };

/// What a node's rules say about a new connection.
struct Route {
  /// What is done with it.
  enum class Verdict : std::uint8_t {
    /// No rule applies: the packet goes where its address says.
    pass,
    /// Refused (ICMP port unreachable or RST).
    reject,
    /// Dropped without a word.
    drop,
    /// Taken by a proxy process, which opens a connection of its own from the node's address.
    relay,
    /// Sent on by the kernel, which puts an endpoint's address in the place of the destination's.
    forward,
  };
  Verdict verdict = Verdict::pass;
  /// The rules that apply; null for `pass`.
  Ref<const ServicePort> port;
  Scope scope = Scope::cluster;
  /// For `forward`: the kernel also puts the node's address in the place of the client's.
  bool masquerades = false;
  /// Why it is rejected or dropped, for traces. Outlives everything.
  std::string_view reason;
};

/// Decides on each node what becomes of connections to virtual addresses; the proxies implement it.
class Router {
 public:
  virtual ~Router() = default;
  /// What the rules of `node` say about a connection from `client` to `destination`, which passes
  /// through that node: because the client is on it or because the destination is its address.
  virtual Route route(const Node& node, Protocol protocol, const SocketAddress& client,
                      const SocketAddress& destination) = 0;
  /// For `relay` and `forward`: the endpoint to try next for `client`, or nothing if there is none.
  /// `after_failure` is true if the last one given for the same connection could not be reached.
  virtual std::optional<SocketAddress> next_endpoint(const Node& node, const ServicePort& port,
                                                     Scope scope, const SocketAddress& client,
                                                     bool after_failure) = 0;
  /// True if the endpoint may (still) get what comes by this route.
  virtual bool is_eligible(const Node& node, const Route& route,
                           const SocketAddress& endpoint) const = 0;
  /// A connection to an endpoint that was chosen for `forward` has ended.
  virtual void note_ended(const Node& node, const ServicePort& port,
                          const SocketAddress& endpoint) = 0;
  /// The Pod behind an endpoint, `namespace/name`, for traces; empty if there is none.
  virtual std::string endpoint_pod(const ServicePort& port, const SocketAddress& endpoint) = 0;
  /// A SYN has reached that TCP port of the node itself: time to open or close a port at which the
  /// proxy answers for itself. Most nodes are never asked, so nothing is open before.
  virtual void tend_own_port(const Node& node, std::uint16_t port) = 0;
  /// For `relay`: where the node's proxy process accepts what is for that port.
  virtual SocketAddress relay_address(const Node& node, const ServicePort& port) const = 0;
  /// What the rules of `node` do with an ICMP echo request to `destination`, which no port of a
  /// Service takes: `pass` or `reject`.
  virtual Route::Verdict judge_echo(const Node& node, const IpAddress& destination) = 0;
  /// The mode in which the node's proxy runs, for traces: "userspace".
  virtual std::string_view mode_name(const Node& node) const = 0;
};

}  // namespace rockpool::net
