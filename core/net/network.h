// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/net/address.h"
#include "core/net/connection_tracking.h"
#include "core/net/datagram_flows.h"
#include "core/net/datagram_nat.h"
#include "core/net/gateway.h"
#include "core/net/host.h"
#include "core/net/observer.h"
#include "core/net/policy.h"
#include "core/net/router.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"

namespace rockpool::net {

class ConnectionPool;

/// How long packets take, one way, and how hosts behave where Linux has a knob or a habit.
struct NetworkOptions {
  /// Between two sockets of the same host.
  sim::Duration loopback_latency = std::chrono::microseconds{10};
  /// Between two hosts of the same node, or a node and its Pods.
  sim::Duration node_latency = std::chrono::microseconds{50};
  /// Between nodes.
  sim::Duration link_latency = std::chrono::microseconds{250};
  /// Between the outside and a node.
  sim::Duration outside_latency = std::chrono::milliseconds{1};
  /// Up to this much is added to every packet, at random.
  sim::Duration jitter{0};
  /// A node that is up answers for an address of its Pod range which no Pod has: its kernel asks
  /// for the neighbour three times, a second apart, then sends ICMP host unreachable.
  sim::Duration neighbour_timeout = std::chrono::seconds{3};
  /// How often Linux repeats a SYN (net.ipv4.tcp_syn_retries): after 1 s, 2 s, 4 s and so on.
  int syn_retries = 6;
  /// The first retransmission of data comes after this long, then after twice as long each time.
  sim::Duration retransmission_timeout = std::chrono::milliseconds{200};
  /// How often Linux repeats data before it gives up (net.ipv4.tcp_retries2): about 15 minutes.
  int data_retries = 15;
};

/// The state of the way between two places.
struct LinkState {
  /// Nothing gets through.
  bool cut = false;
  /// Added to the latency.
  sim::Duration extra_latency{0};
  /// The share of packets lost, 0 to 1. TCP repeats them, datagrams are gone.
  double loss = 0;

  bool is_clean() const { return !cut && extra_latency == sim::Duration{0} && loss == 0; }
  friend bool operator==(const LinkState&, const LinkState&) = default;
};

/// Numbers the nodes of a Network from 0 in the order in which they were added; never used again.
using NodeId = std::uint32_t;

/// A machine of the cluster, as the network sees it.
class Node {
 public:
  NodeId id() const { return id_; }
  const std::string& name() const { return host_->name(); }
  /// Its own network namespace.
  Host& host() const { return *host_; }
  /// False while it is switched off: nothing reaches it or its Pods, nothing leaves.
  bool is_up() const { return up_; }
  /// The ranges its Pods get addresses from.
  std::span<const Cidr> pod_cidrs() const { return pod_cidrs_; }

 private:
  friend class Network;
  Node(NodeId id, Ref<Host> host) : id_{id}, host_{std::move(host)} {}
  NodeId id_;
  Ref<Host> host_;
  bool up_ = true;
  std::vector<Cidr> pod_cidrs_;
};

/// Every host of a simulated world and the ways between them.
///
/// A new connection meets the rules of its client's node (Router), then goes to whoever has the
/// destination's address, by way of that node's rules if the address is a node's. One to an address
/// that nobody has goes by the rules of the node that the gateway names. What answers:
///
/// - a host with a listener: accepted;
/// - a host without one: refused (RST);
/// - an address of a node's Pod range which no host has: `no route to host` after
///   `neighbour_timeout` if the node is up;
/// - a node that is switched off, a link that is cut, a Pod's address asked from outside, any other
///   address: silence. The SYN is repeated as Linux does until the client's time-out, and gets
///   through if the way is whole again.
///
/// Data on an open connection is repeated likewise, so that a connection survives a short cut. A
/// node that is switched on again knows none of its old connections and resets them.
class Network {
 public:
  /// The loop must outlive the Network. Jitter, loss and initial port numbers come from `random`.
  Network(sim::Loop& loop, sim::Random random, NetworkOptions options = {});
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  /// Removes every host.
  ~Network();

  sim::Loop& loop() const { return loop_; }
  const NetworkOptions& options() const { return options_; }
  /// Counts for packets sent from now on.
  void set_options(const NetworkOptions& options) { options_ = options; }

  /// Adds a node with its own host. Null if an address is in use. The Node lives until removed.
  Node* add_node(std::string name, std::vector<IpAddress> addresses);
  /// Removes a node, its host and every Pod on it.
  void remove_node(Node& node);
  /// The node of that name, or null.
  Node* find_node(std::string_view name) const;
  /// The node with that address, or null.
  Node* find_node(const IpAddress& address) const;
  void set_pod_cidrs(Node& node, std::vector<Cidr> cidrs);
  /// Switches a node off or on. Off: packets to and from it vanish. Its sockets are not closed by
  /// this; whoever runs its processes does that.
  void set_node_up(Node& node, bool up);
  /// The proxy process of the node is gone, and with it all that it has relayed. Takes time
  /// proportional to all connections.
  void break_relays(const Node& node);

  /// Adds a Pod's sandbox on a node; `name` is `namespace/name`. Null if an address is in use or
  /// none is given.
  Ref<Host> add_pod(Node& node, std::string name, std::vector<IpAddress> addresses);
  /// Adds a machine outside the cluster, which reaches nodes but no Pods. Null if an address is in
  /// use or none is given.
  Ref<Host> add_external(std::string name, std::vector<IpAddress> addresses);
  /// The same for a machine of the control plane, which has routes to the nodes' Pods.
  Ref<Host> add_control_plane(std::string name, std::vector<IpAddress> addresses);
  /// Takes a host off the network: its ports are closed, its connections are reset, its address is
  /// free. Not for node hosts.
  void remove_host(Host& host);
  /// The host with that address, or null.
  Host* find_host(const IpAddress& address) const;

  /// The link between two nodes, between a node and everything but itself, or between a node and
  /// the outside. What holds on a way is the sum of those that apply to it. A clean state restores
  /// it.
  void set_link(const Node& one, const Node& other, const LinkState& state);
  void set_node_link(const Node& node, const LinkState& state);
  void set_outside_link(const Node& node, const LinkState& state);
  LinkState link(const Node& one, const Node& other) const;
  LinkState node_link(const Node& node) const;
  LinkState outside_link(const Node& node) const;
  /// Restores every link.
  void restore_links();

  /// Who decides about virtual addresses; null for nobody. Must outlive its use here.
  void set_router(Router* router) { router_ = router; }
  Router* router() const { return router_; }
  /// Who enforces network policies; null for nobody. Must outlive its use here.
  void set_policy_filter(PolicyFilter* filter) { policy_filter_ = filter; }
  PolicyFilter* policy_filter() const { return policy_filter_; }
  /// Who takes packets to addresses that nobody has; null for nobody. Must outlive its use here.
  void set_gateway(Gateway* gateway) { gateway_ = gateway; }
  Gateway* gateway() const { return gateway_; }
  /// Who sees requests; null for nobody. Must outlive its use here.
  void set_observer(Observer* observer) { observer_ = observer; }
  Observer* observer() const { return observer_; }

  /// The number of connections that exist.
  std::size_t open_connections() const;

  // For the rest of this room.

  /// What becomes of a packet.
  struct Way {
    /// Whether it arrives; `no_neighbour`: the node of its destination's range knows no such Pod.
    enum class Outcome : std::uint8_t { delivered, no_neighbour, lost };
    Outcome outcome = Outcome::lost;
    sim::Duration latency{0};
  };
  /// Sends a packet from `from` to the owner of `to`, which is `owner` or, if that is null, nobody.
  /// Draws jitter and loss.
  Way way(const Host& from, const Host* owner, const IpAddress& to);
  /// How long a packet takes between two hosts; empty if it is lost. Draws jitter and loss.
  std::optional<sim::Duration> travel_time(const Host& from, const Host& to);
  /// The node in whose Pod range the address is, or null.
  Node* node_of_pod_address(const IpAddress& address) const;
  /// The node with that number, or null if it was removed.
  Node* node(NodeId id) const { return id < nodes_.size() ? nodes_[id].get() : nullptr; }
  /// Adds a hop to a trace and tells the observer.
  void add_hop(Trace& trace, const Host& client, Hop hop);
  std::uint64_t next_trace_id() { return ++last_trace_id_; }
  /// What the rules along the way say about a packet from `from` to `to`, whose owner is `owner` or
  /// null; `node` becomes the node whose rules apply.
  Route route(const Host& from, const Host* owner, Protocol protocol, const SocketAddress& client,
              const SocketAddress& to, Node*& node);
  /// Whether there is a route from that host to an address as it stands, whose owner is `owner` or
  /// null. Nodes make ways of their own for what they forward.
  bool has_route(const Host& from, const Host* owner, const IpAddress& to) const;
  /// The same for a datagram: answers to a Pod find their way back.
  bool has_datagram_route(const Host& from, const Host* owner, const SocketAddress& source,
                          const SocketAddress& to);
  /// A Pod sends a datagram outside, and may be answered.
  void note_outside_datagram(const Host& from, const Host* owner, const SocketAddress& source,
                             const SocketAddress& to);
  /// False while no policy can forbid anything.
  bool is_filtered() const { return policy_filter_ != nullptr && policy_filter_->is_active(); }
  /// What forbids the first packet of a connection; empty if it may pass.
  std::optional<PolicyDenial> judge(const PolicyPacket& packet) const {
    if (!is_filtered()) return {};
    return policy_filter_->judge(packet);
  }
  /// The same for a datagram that goes from `from` with the addresses `source` and
  /// `packet.destination` to `owner`, which may be null: what belongs to an exchange that was
  /// allowed passes.
  std::optional<PolicyDenial> judge_datagram(const Host& from, const Host* owner,
                                             const SocketAddress& source,
                                             const PolicyPacket& packet);
  /// The hop that shows a denial.
  static Hop denial_hop(const PolicyDenial& denial, const Node* node, sim::Time at,
                        const SocketAddress& from, const SocketAddress& to);
  /// What the kernels remember of datagrams.
  DatagramNat& datagram_nat() { return datagram_nat_; }
  /// What they remember of connections.
  ConnectionTracking& tracking() { return tracking_; }
  const ConnectionTracking& tracking() const { return tracking_; }
  /// The association by which a node passes on datagrams from `client` to `to`; null if the Service
  /// has no endpoint. Made if there is none or it has been idle too long. A kernel that changes
  /// both addresses has chosen the `endpoint`; a proxy process asks for one itself.
  DatagramPort* datagram_relay(Node& node, const Route& route, const SocketAddress& client,
                               const SocketAddress& to,
                               const std::optional<SocketAddress>& endpoint);

 private:
  friend class Connection;
  friend class ConnectionPool;
  friend class ConnectionTracking;
  friend class DatagramPort;
  friend class Host;

  Ref<Host> add_host(HostKind kind, std::string name, Node* node, std::vector<IpAddress> addresses);
  void detach_host(Host& host);
  void drop_oldest_relay();
  // Whether anything is wrong anywhere; if not, a packet's way needs no look-up.
  void update_trouble();
  LinkState combined_link(const Node* one, const Node* other) const;

  sim::Loop& loop_;
  sim::Random random_;
  NetworkOptions options_;
  ConnectionPool* pool_;
  Router* router_ = nullptr;
  PolicyFilter* policy_filter_ = nullptr;
  Gateway* gateway_ = nullptr;
  Observer* observer_ = nullptr;
  // By NodeId; null where a node was removed.
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unordered_map<std::string, NodeId> node_ids_;
  std::unordered_map<IpAddress, Ref<Host>, AddressHash> hosts_;
  // Pod ranges by base address, for each prefix length in use.
  std::map<int, std::unordered_map<IpAddress, NodeId, AddressHash>> pod_ranges_;
  std::map<std::pair<NodeId, NodeId>, LinkState> links_;
  std::map<NodeId, LinkState> node_links_;
  std::map<NodeId, LinkState> outside_links_;
  // Associations of datagrams in the proxies, by client and destination, and in order of making.
  struct AssociationHash {
    std::size_t operator()(const std::pair<SocketAddress, SocketAddress>& ends) const {
      return AddressHash{}(ends.first) * 31 + AddressHash{}(ends.second);
    }
  };
  std::unordered_map<std::pair<SocketAddress, SocketAddress>, Ref<DatagramPort>, AssociationHash>
      datagram_relays_;
  std::deque<Ref<DatagramPort>> datagram_relay_order_;
  DatagramNat datagram_nat_;
  ConnectionTracking tracking_;
  DatagramFlows datagram_flows_;
  // What Pods have sent outside, whose node put its own address into it.
  DatagramFlows outside_datagrams_;
  bool has_trouble_ = false;
  std::uint64_t last_trace_id_ = 0;
};

}  // namespace rockpool::net
