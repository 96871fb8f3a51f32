// SPDX-License-Identifier: Apache-2.0
#include "core/net/connection_tracking.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "core/net/connection.h"
#include "core/net/datagram_port.h"
#include "core/net/network.h"

namespace rockpool::net {
namespace {

using namespace std::chrono_literals;

// A state of an entry, and how long it stays in it.
struct State {
  std::string_view name;
  sim::Duration timeout;
};

struct States {
  State unanswered;
  State open;
  State half_closed;
  State closed;
  State broken;
};

// net.netfilter.nf_conntrack_tcp_timeout_* and nf_conntrack_sctp_timeout_*, as Linux sets them.
constexpr States kTcpStates{.unanswered = {"SYN_SENT", 120s},
                            .open = {"ESTABLISHED", 432'000s},
                            .half_closed = {"CLOSE_WAIT", 60s},
                            .closed = {"TIME_WAIT", 120s},
                            .broken = {"CLOSE", 10s}};
constexpr States kSctpStates{.unanswered = {"COOKIE_WAIT", 3s},
                             .open = {"ESTABLISHED", 210s},
                             .half_closed = {"SHUTDOWN_ACK_SENT", 3s},
                             .closed = {"CLOSED", 10s},
                             .broken = {"CLOSED", 10s}};

const States& states_of(Protocol protocol) {
  return protocol == Protocol::sctp ? kSctpStates : kTcpStates;
}

std::pair<std::string_view, int> protocol_number(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return {"tcp", 6};
    case Protocol::udp:
      return {"udp", 17};
    case Protocol::sctp:
      return {"sctp", 132};
  }
  return {};
}

std::string tuple(const SocketAddress& source, const SocketAddress& destination) {
  return fmt::format("src={} dst={} sport={} dport={}", source.ip.to_string(),
                     destination.ip.to_string(), source.port, destination.port);
}

}  // namespace

std::string TrackedConnection::to_string() const {
  const auto [name, number] = protocol_number(protocol);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(remaining).count();
  std::string line = fmt::format("{:<8} {} {} ", name, number, seconds);
  if (!state.empty()) line += fmt::format("{} ", state);
  line += tuple(source, destination) + ' ';
  const States& states = states_of(protocol);
  const bool is_unanswered = state == states.unanswered.name;
  if (is_unanswered) line += "[UNREPLIED] ";
  line += tuple(reply_source, reply_destination);
  if (!is_unanswered && !state.empty() && state != states.broken.name) line += " [ASSURED]";
  return line + " mark=0 use=1";
}

ConnectionTracking::Flow ConnectionTracking::flow_of(const Connection& connection, sim::Time now) {
  Flow flow;
  flow.protocol = connection.protocol_;
  flow.client = connection.client_address_;
  flow.destination = connection.destination_;
  flow.server_peer = connection.server_peer_;
  flow.server = connection.dial_to_;
  flow.is_relayed = connection.is_relayed_;
  const Network& network = *connection.network_;
  if (const Node* const node = connection.client_->node()) flow.client_node = node->id();
  const Host* server = connection.server_.get();
  if (server == nullptr) server = network.find_host(flow.server.ip);
  if (server != nullptr && server->node() != nullptr) flow.server_node = server->node()->id();
  if (connection.is_relayed_ || connection.is_forwarded_) {
    flow.proxy_node = connection.relay_node_;
    const Node* const proxy = network.node(connection.relay_node_);
    if (proxy != nullptr && network.router() != nullptr) {
      flow.proxy = network.router()->relay_address(*proxy, *connection.service_port_);
    }
  }
  const bool was_answered = connection.connected_at_ <= now;
  const bool is_over = connection.end_at_ <= now;
  const bool is_closed = connection.end_kind_ == FailureKind::connection_closed;
  const States& states = states_of(flow.protocol);
  const auto set = [&flow](const State& state, sim::Time since) {
    flow.state = state.name;
    flow.end = since + state.timeout;
  };
  if (is_over && !is_closed) {
    set(states.broken, connection.end_at_);
  } else if (!was_answered) {
    set(states.unanswered, connection.syn_at_);
  } else if (is_over) {
    set(states.half_closed, connection.end_at_);
  } else {
    set(states.open, std::max({connection.connected_at_, std::min(connection.last_arrival_[0], now),
                               std::min(connection.last_arrival_[1], now)}));
  }
  return flow;
}

void ConnectionTracking::note_end(const Connection& connection) {
  // A packet that the rules refuse or drop leaves no trace in the table.
  if (connection.syn_at_ == Connection::kNever) return;
  const sim::Time now = connection.loop_.now();
  Flow flow = flow_of(connection, now);
  // The client has closed: in good order, or it has given up.
  const States& states = states_of(flow.protocol);
  if (flow.state == states.open.name || flow.state == states.half_closed.name) {
    flow.state = states.closed.name;
    flow.end = now + states.closed.timeout;
  }
  while (!ended_.empty() && (ended_.front().end <= now || ended_.size() >= kMaxEnded)) {
    ended_.pop_front();
  }
  ended_.push_back(flow);
}

// What one node sees of a connection: where it changes addresses, both sides; elsewhere on its way
// the packets as they are there. Where a process relays, there are two connections.
void ConnectionTracking::add(Entries& entries, const Flow& flow, const Node& node, sim::Time now) {
  const auto track = [&](const SocketAddress& source, const SocketAddress& destination,
                         const SocketAddress& reply_source,
                         const SocketAddress& reply_destination) {
    entries.push_back({flow.protocol, flow.state, source, destination, reply_source,
                       reply_destination, flow.end - now});
  };
  const bool is_at_proxy = node.id() == flow.proxy_node;
  const bool is_at_client = node.id() == flow.client_node;
  const bool is_at_server = node.id() == flow.server_node;
  if (is_at_proxy && !flow.is_relayed) {
    track(flow.client, flow.destination, flow.server, flow.server_peer);
    return;
  }
  if (is_at_proxy) {
    track(flow.client, flow.destination, flow.proxy, flow.client);
  } else if (is_at_client) {
    track(flow.client, flow.destination, flow.destination, flow.client);
  }
  const bool has_second = flow.proxy_node != kNowhere;
  if (has_second ? (is_at_proxy || is_at_server) : (is_at_server && !is_at_client)) {
    track(flow.server_peer, flow.server, flow.server, flow.server_peer);
  }
}

void ConnectionTracking::add_datagrams(Entries& entries, const Network& network, const Node& node) {
  const sim::Time now = network.loop().now();
  const auto track = [&](const SocketAddress& source, const SocketAddress& destination,
                         const SocketAddress& reply_source, const SocketAddress& reply_destination,
                         sim::Time last_used) {
    entries.push_back({Protocol::udp,
                       {},
                       source,
                       destination,
                       reply_source,
                       reply_destination,
                       last_used + DatagramNat::kIdle - now});
  };
  for (const auto& [ends, port] : network.datagram_relays_) {
    if (!port || !port->is_open()) continue;
    const DatagramPort::Relay& relay = *port->relay();
    if (network.find_node(port->local().ip) != &node) continue;
    if (now - relay.last_used > DatagramNat::kIdle) continue;
    if (relay.is_translation) {
      track(relay.client, relay.service, relay.endpoint, port->local(), relay.last_used);
    } else {
      // The process has a socket for the client beside the one at which the client's packets
      // arrive.
      track(port->local(), relay.endpoint, relay.endpoint, port->local(), relay.last_used);
    }
  }
  for (const DatagramNat::Association& known : network.datagram_nat_.associations(now)) {
    // One that has both addresses changed is among the ports above.
    if (network.datagram_relays_.contains({known.client, known.service})) continue;
    const Host* const client = network.find_host(known.client.ip);
    const Host* const server = network.find_host(known.endpoint.ip);
    const Host* const passed = client != nullptr && client->node() != nullptr ? client : server;
    if (passed == nullptr || passed->node() != &node) continue;
    track(known.client, known.service, known.endpoint, known.client, known.last_used);
  }
}

std::vector<TrackedConnection> ConnectionTracking::entries(const Network& network,
                                                           const Node& node) const {
  const sim::Time now = network.loop().now();
  Entries entries;
  for (const auto& [address, host] : network.hosts_) {
    // A host stands there once for each of its addresses.
    if (address != host->address()) continue;
    for (const Connection* open = host->first_outgoing_; open != nullptr;
         open = open->next_outgoing_) {
      if (open->syn_at_ != Connection::kNever) add(entries, flow_of(*open, now), node, now);
    }
  }
  for (const Flow& flow : ended_) {
    if (flow.end > now) add(entries, flow, node, now);
  }
  add_datagrams(entries, network, node);
  std::ranges::stable_sort(entries, {}, [](const TrackedConnection& entry) {
    return std::tie(entry.protocol, entry.source, entry.destination, entry.reply_source,
                    entry.reply_destination, entry.remaining, entry.state);
  });
  return entries;
}

}  // namespace rockpool::net
