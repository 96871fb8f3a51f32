// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "core/net/address.h"
#include "core/sim/time.h"

namespace rockpool::net {

/// The exchanges of datagrams that policies have allowed, as connection tracking remembers them:
/// whoever answers needs no permission of its own. One side alone is remembered for 30 s
/// (nf_conntrack_udp_timeout), an exchange that was answered for 120 s
/// (nf_conntrack_udp_timeout_stream).
class DatagramFlows {
 public:
  /// True if a datagram between the two, in either direction, belongs to an exchange; it then lasts
  /// on.
  bool renew(const SocketAddress& from, const SocketAddress& to, sim::Time now);
  /// Begins an exchange.
  void add(const SocketAddress& from, const SocketAddress& to, sim::Time now);

 private:
  using Pair = std::pair<SocketAddress, SocketAddress>;
  struct Hash {
    std::size_t operator()(const Pair& pair) const {
      return AddressHash{}(pair.first) * 31 + AddressHash{}(pair.second);
    }
  };
  struct Flow {
    sim::Time last_used;
    bool is_answered = false;
    bool is_over(sim::Time now) const {
      return now - last_used >= (is_answered ? kAnswered : kUnanswered);
    }
  };

  static constexpr sim::Duration kUnanswered = std::chrono::seconds{30};
  static constexpr sim::Duration kAnswered = std::chrono::seconds{120};
  // What is over is looked for when there are twice as many as after the last look.
  static constexpr std::size_t kFewest = 4096;

  // By the ends of the first datagram.
  std::unordered_map<Pair, Flow, Hash> flows_;
  std::size_t clean_at_ = kFewest;
};

}  // namespace rockpool::net
