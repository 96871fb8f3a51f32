// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/address.h"
#include "core/sim/time.h"

namespace rockpool::net {

class Connection;
class DatagramPort;
class Network;
class Node;

/// One connection as the kernel of a node tracks it (`conntrack -L`): what its packets look like
/// when they reach the node, and what the answers look like. Where the two do not mirror each
/// other, the node changes addresses.
struct TrackedConnection {
  Protocol protocol = Protocol::tcp;
  /// "SYN_SENT", "ESTABLISHED", "CLOSE_WAIT", "TIME_WAIT" or "CLOSE"; of SCTP "COOKIE_WAIT",
  /// "ESTABLISHED", "SHUTDOWN_ACK_SENT" or "CLOSED"; empty for UDP, which has none. Outlives
  /// everything.
  std::string_view state;
  SocketAddress source;
  SocketAddress destination;
  SocketAddress reply_source;
  SocketAddress reply_destination;
  /// How long the entry stays if no further packet comes.
  sim::Duration remaining{0};

  /// The node puts another address in the place of the destination's, or of the source's.
  bool changes_destination() const { return reply_source != destination; }
  bool changes_source() const { return reply_destination != source; }
  /// A line of `conntrack -L`.
  std::string to_string() const;
};

/// What the kernels of all nodes track. Entries of what is open are read off the connections
/// themselves when somebody asks; only those of the past are kept.
class ConnectionTracking {
 public:
  /// A connection ends, as far as its client is concerned; its ends are still known.
  void note_end(const Connection& connection);
  /// All that a node tracks: connections that pass it, and datagrams whose addresses it
  /// changes. In order of protocols and original addresses. Takes time proportional to what the
  /// network has.
  std::vector<TrackedConnection> entries(const Network& network, const Node& node) const;

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  // A connection with all that tells what the nodes on its way see of it.
  struct Flow {
    Protocol protocol = Protocol::tcp;
    std::string_view state;
    // When its entries run out.
    sim::Time end;
    SocketAddress client;
    SocketAddress destination;
    // Between the node that chose the endpoint and the server.
    SocketAddress server_peer;
    SocketAddress server;
    // Where a proxy process accepted it.
    SocketAddress proxy;
    std::uint32_t client_node = kNowhere;
    std::uint32_t proxy_node = kNowhere;
    std::uint32_t server_node = kNowhere;
    bool is_relayed = false;
  };
  using Entries = std::vector<TrackedConnection>;

  static Flow flow_of(const Connection& connection, sim::Time now);
  static void add(Entries& entries, const Flow& flow, const Node& node, sim::Time now);
  static void add_datagrams(Entries& entries, const Network& network, const Node& node);

  // More than the tables of small machines hold; the oldest give way.
  static constexpr std::size_t kMaxEnded = 4096;
  // In order of their ends' moments.
  std::deque<Flow> ended_;
};

}  // namespace rockpool::net
