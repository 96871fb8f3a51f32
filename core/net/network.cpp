// SPDX-License-Identifier: Apache-2.0
#include "core/net/network.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/net/connection.h"
#include "core/net/datagram_port.h"

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

// How long a client's association is kept while nothing comes: kube-proxy's --udp-timeout in
// userspace mode; the kernel's time for an address that it has put in the place of the client's.
constexpr sim::Duration kRelayIdle = 250ms;

sim::Duration idle_time(const DatagramPort::Relay& relay) {
  return relay.is_translation ? DatagramNat::kIdle : kRelayIdle;
}

std::pair<NodeId, NodeId> ordered(NodeId one, NodeId other) {
  return std::minmax(one, other);
}

template <typename Map, typename Id>
void store(Map& map, const Id& id, const LinkState& state) {
  if (state.is_clean()) {
    map.erase(id);
  } else {
    map[id] = state;
  }
}

template <typename Map, typename Id>
LinkState look_up(const Map& map, const Id& id) {
  const auto found = map.find(id);
  return found == map.end() ? LinkState{} : found->second;
}

LinkState sum(const LinkState& one, const LinkState& other) {
  return {one.cut || other.cut, one.extra_latency + other.extra_latency,
          1 - (1 - one.loss) * (1 - other.loss)};
}

}  // namespace

Network::Network(sim::Loop& loop, sim::Random random, NetworkOptions options)
    : loop_{loop}, random_{random}, options_{options}, pool_{new ConnectionPool} {}

Network::~Network() {
  observer_ = nullptr;
  while (!hosts_.empty()) {
    const Ref<Host> host = hosts_.begin()->second;
    detach_host(*host);
  }
  pool_->orphan();
}

Ref<Host> Network::add_host(HostKind kind, std::string name, Node* node,
                            std::vector<IpAddress> addresses) {
  if (addresses.empty()) return {};
  for (const IpAddress& address : addresses) {
    if (hosts_.contains(address)) return {};
  }
  constexpr std::uint64_t kPorts = Host::kLastEphemeralPort - Host::kFirstEphemeralPort + 1;
  const auto first_port =
      static_cast<std::uint16_t>(Host::kFirstEphemeralPort + random_.below(kPorts));
  const Ref<Host> host{
      new Host{*this, kind, std::move(name), node, std::move(addresses), first_port}};
  for (const IpAddress& address : host->addresses()) hosts_.emplace(address, host);
  return host;
}

void Network::detach_host(Host& host) {
  for (const IpAddress& address : host.addresses()) hosts_.erase(address);
  host.detach();
}

Node* Network::add_node(std::string name, std::vector<IpAddress> addresses) {
  if (node_ids_.contains(name)) return nullptr;
  const Ref<Host> host = add_host(HostKind::node, std::move(name), nullptr, std::move(addresses));
  if (!host) return nullptr;
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back(std::unique_ptr<Node>{new Node{id, host}});
  node_ids_.emplace(host->name(), id);
  host->node_ = nodes_.back().get();
  return host->node_;
}

void Network::remove_node(Node& node) {
  std::vector<Ref<Host>> leaving;
  for (const auto& [address, host] : hosts_) {
    if (host->node() == &node) leaving.push_back(host);
  }
  // In order of address, as the order of an unordered map must not show.
  std::ranges::stable_sort(leaving, {}, [](const Ref<Host>& host) { return host->address(); });
  for (const Ref<Host>& host : leaving) {
    if (!host->is_attached()) continue;
    detach_host(*host);
    host->node_ = nullptr;
  }
  set_pod_cidrs(node, {});
  const NodeId id = node.id();
  std::erase_if(links_, [id](const auto& entry) {
    return entry.first.first == id || entry.first.second == id;
  });
  node_links_.erase(id);
  outside_links_.erase(id);
  node_ids_.erase(node.name());
  nodes_[id].reset();
  update_trouble();
}

Node* Network::find_node(std::string_view name) const {
  const auto found = node_ids_.find(std::string{name});
  return found == node_ids_.end() ? nullptr : nodes_[found->second].get();
}

Node* Network::find_node(const IpAddress& address) const {
  const Host* const host = find_host(address);
  return host != nullptr && host->kind() == HostKind::node ? host->node() : nullptr;
}

void Network::set_pod_cidrs(Node& node, std::vector<Cidr> cidrs) {
  for (const Cidr& cidr : node.pod_cidrs_) {
    auto& bases = pod_ranges_[cidr.prefix_length()];
    const auto found = bases.find(cidr.base());
    if (found != bases.end() && found->second == node.id()) bases.erase(found);
    if (bases.empty()) pod_ranges_.erase(cidr.prefix_length());
  }
  node.pod_cidrs_ = std::move(cidrs);
  for (const Cidr& cidr : node.pod_cidrs_) {
    pod_ranges_[cidr.prefix_length()][cidr.base()] = node.id();
  }
}

void Network::set_node_up(Node& node, bool up) {
  node.up_ = up;
  update_trouble();
}

void Network::break_relays(const Node& node) {
  std::vector<Ref<Connection>> broken;
  for (const auto& [address, host] : hosts_) {
    // A host stands there once for each of its addresses.
    if (address != host->address()) continue;
    for (Connection* open = host->first_outgoing_; open != nullptr; open = open->next_outgoing_) {
      if (open->is_relayed_ && open->relay_node_ == node.id()) broken.emplace_back(open);
    }
  }
  // A total order: no two connections of one protocol have the same ends.
  std::ranges::sort(broken, {}, [](const Ref<Connection>& connection) {
    return std::tuple{connection->client_address_, connection->destination_, connection->protocol_};
  });
  for (const Ref<Connection>& connection : broken) connection->lose_relay();
  std::erase_if(datagram_relay_order_, [&](const Ref<DatagramPort>& port) {
    if (port->relay()->is_translation || find_node(port->local().ip) != &node) return false;
    const auto found = datagram_relays_.find({port->relay()->client, port->relay()->service});
    if (found != datagram_relays_.end() && found->second == port) datagram_relays_.erase(found);
    port->close();
    return true;
  });
}

Ref<Host> Network::add_pod(Node& node, std::string name, std::vector<IpAddress> addresses) {
  return add_host(HostKind::pod, std::move(name), &node, std::move(addresses));
}

Ref<Host> Network::add_external(std::string name, std::vector<IpAddress> addresses) {
  return add_host(HostKind::external, std::move(name), nullptr, std::move(addresses));
}

Ref<Host> Network::add_control_plane(std::string name, std::vector<IpAddress> addresses) {
  Ref<Host> host = add_external(std::move(name), std::move(addresses));
  if (host) host->has_pod_routes_ = true;
  return host;
}

void Network::remove_host(Host& host) {
  if (host.network() != this || host.kind() == HostKind::node) return;
  const Ref<Host> keep{&host};
  detach_host(host);
}

Host* Network::find_host(const IpAddress& address) const {
  const auto found = hosts_.find(address);
  return found == hosts_.end() ? nullptr : found->second.get();
}

Node* Network::node_of_pod_address(const IpAddress& address) const {
  for (const auto& [prefix_length, bases] : pod_ranges_) {
    const auto found = bases.find(Cidr{address, prefix_length}.base());
    if (found != bases.end()) return node(found->second);
  }
  return nullptr;
}

void Network::set_link(const Node& one, const Node& other, const LinkState& state) {
  store(links_, ordered(one.id(), other.id()), state);
  update_trouble();
}

void Network::set_node_link(const Node& node, const LinkState& state) {
  store(node_links_, node.id(), state);
  update_trouble();
}

void Network::set_outside_link(const Node& node, const LinkState& state) {
  store(outside_links_, node.id(), state);
  update_trouble();
}

LinkState Network::link(const Node& one, const Node& other) const {
  return look_up(links_, ordered(one.id(), other.id()));
}

LinkState Network::node_link(const Node& node) const {
  return look_up(node_links_, node.id());
}

LinkState Network::outside_link(const Node& node) const {
  return look_up(outside_links_, node.id());
}

void Network::restore_links() {
  links_.clear();
  node_links_.clear();
  outside_links_.clear();
  update_trouble();
}

void Network::update_trouble() {
  has_trouble_ = !links_.empty() || !node_links_.empty() || !outside_links_.empty() ||
                 std::ranges::any_of(nodes_, [](const std::unique_ptr<Node>& each) {
                   return each != nullptr && !each->is_up();
                 });
}

LinkState Network::combined_link(const Node* one, const Node* other) const {
  if (one == other) return {};
  LinkState state;
  if (one != nullptr) state = sum(state, node_link(*one));
  if (other != nullptr) state = sum(state, node_link(*other));
  if (one != nullptr && other != nullptr) return sum(state, link(*one, *other));
  return sum(state, outside_link(one != nullptr ? *one : *other));
}

std::optional<sim::Duration> Network::travel_time(const Host& from, const Host& to) {
  sim::Duration latency;
  if (&from == &to) {
    latency = options_.loopback_latency;
  } else if (from.node() != to.node()) {
    const bool between_nodes = from.node() != nullptr && to.node() != nullptr;
    latency = between_nodes ? options_.link_latency : options_.outside_latency;
  } else {
    latency = from.node() != nullptr ? options_.node_latency : options_.outside_latency;
  }
  if (options_.jitter > sim::Duration{0}) {
    const auto bound = static_cast<std::uint64_t>(options_.jitter.count());
    latency += sim::Duration{static_cast<std::int64_t>(random_.below(bound + 1))};
  }
  if (!has_trouble_) return latency;
  for (const Host* const end : {&from, &to}) {
    if (end->node() != nullptr && !end->node()->is_up()) return {};
  }
  const LinkState state = combined_link(from.node(), to.node());
  if (state.cut || (state.loss > 0 && random_.unit() < state.loss)) return {};
  return latency + state.extra_latency;
}

bool Network::has_route(const Host& from, const Host* owner, const IpAddress& to) const {
  if (from.has_pod_routes()) return true;
  return owner != nullptr ? owner->kind() != HostKind::pod : node_of_pod_address(to) == nullptr;
}

bool Network::has_datagram_route(const Host& from, const Host* owner, const SocketAddress& source,
                                 const SocketAddress& to) {
  return has_route(from, owner, to.ip) || outside_datagrams_.renew(source, to, loop_.now());
}

void Network::note_outside_datagram(const Host& from, const Host* owner,
                                    const SocketAddress& source, const SocketAddress& to) {
  if (from.kind() != HostKind::pod || owner == nullptr || owner->has_pod_routes()) return;
  if (outside_datagrams_.renew(source, to, loop_.now())) return;
  outside_datagrams_.add(source, to, loop_.now());
}

Network::Way Network::way(const Host& from, const Host* owner, const IpAddress& to) {
  if (owner != nullptr) {
    const auto latency = travel_time(from, *owner);
    if (!latency) return {};
    return {Way::Outcome::delivered, *latency};
  }
  const Node* const node = node_of_pod_address(to);
  if (node == nullptr) return {};
  const auto latency = travel_time(from, node->host());
  if (!latency) return {};
  return {Way::Outcome::no_neighbour, *latency};
}

Route Network::route(const Host& from, const Host* owner, Protocol protocol,
                     const SocketAddress& client, const SocketAddress& to, Node*& node) {
  if (router_ == nullptr) return {};
  // A Pod that talks to itself meets no rules of its node.
  if (owner == &from && from.kind() != HostKind::node) return {};
  node = from.node();
  if (node != nullptr) {
    Route route = router_->route(*node, protocol, client, to);
    if (route.verdict != Route::Verdict::pass) return route;
  }
  Node* next = nullptr;
  if (owner == nullptr) {
    if (gateway_ != nullptr) next = gateway_->next_hop(protocol, client, to);
  } else if (owner->kind() == HostKind::node) {
    next = owner->node();
  }
  if (next == nullptr || next == node) return {};
  node = next;
  return router_->route(*node, protocol, client, to);
}

void Network::drop_oldest_relay() {
  if (datagram_relay_order_.empty()) return;
  const Ref<DatagramPort> oldest = datagram_relay_order_.front();
  datagram_relay_order_.pop_front();
  oldest->close();
  const auto found = datagram_relays_.find({oldest->relay()->client, oldest->relay()->service});
  if (found != datagram_relays_.end() && found->second == oldest) datagram_relays_.erase(found);
}

std::optional<PolicyDenial> Network::judge_datagram(const Host& from, const Host* owner,
                                                    const SocketAddress& source,
                                                    const PolicyPacket& packet) {
  if (!is_filtered()) return {};
  const auto is_judged = [&](const Host* host) {
    return host != nullptr && policy_filter_->isolates(*host);
  };
  if (owner == &from || !(is_judged(packet.sender) || is_judged(packet.receiver))) return {};
  if (datagram_flows_.renew(source, packet.destination, loop_.now())) return {};
  auto denial = policy_filter_->judge(packet);
  if (!denial) datagram_flows_.add(source, packet.destination, loop_.now());
  return denial;
}

Hop Network::denial_hop(const PolicyDenial& denial, const Node* node, sim::Time at,
                        const SocketAddress& from, const SocketAddress& to) {
  Hop hop;
  hop.kind = HopKind::policy;
  hop.time = at;
  hop.from = from;
  hop.to = to;
  if (node != nullptr) hop.node = node->name();
  hop.pod = denial.pod;
  hop.failure = FailureKind::connection_timed_out;
  hop.detail = denial.to_string();
  return hop;
}

DatagramPort* Network::datagram_relay(Node& node, const Route& route, const SocketAddress& client,
                                      const SocketAddress& to,
                                      const std::optional<SocketAddress>& endpoint) {
  const auto is_idle = [&](const DatagramPort& port) {
    return loop_.now() - port.relay()->last_used > idle_time(*port.relay());
  };
  while (!datagram_relay_order_.empty() && is_idle(*datagram_relay_order_.front())) {
    drop_oldest_relay();
  }
  Ref<DatagramPort>& known = datagram_relays_[{client, to}];
  const bool is_of_use = known && known->is_open() && !is_idle(*known) &&
                         known->relay()->is_translation == endpoint.has_value() &&
                         (!endpoint || known->relay()->endpoint == *endpoint);
  if (is_of_use) return known.get();
  const auto chosen =
      endpoint ? endpoint : router_->next_endpoint(node, *route.port, route.scope, client, false);
  if (!chosen) return nullptr;
  auto opened = node.host().bind();
  if (!opened) {
    // All ports are taken: the one that was made first gives way.
    known.reset();
    drop_oldest_relay();
    opened = node.host().bind();
  }
  if (!opened) return nullptr;
  known = DatagramPort::take_from(*opened);
  known->make_relay({client, to, *chosen, loop_.now(), endpoint.has_value()});
  datagram_relay_order_.push_back(known);
  return known.get();
}

void Network::add_hop(Trace& trace, const Host& client, Hop hop) {
  trace.hops.push_back(std::move(hop));
  if (observer_ != nullptr) observer_->on_hop(client, trace);
}

std::size_t Network::open_connections() const {
  return pool_->in_use();
}

}  // namespace rockpool::net
