// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/net/address.h"
#include "core/sim/time.h"

namespace rockpool::net {

/// What the kernels' connection tracking remembers of datagrams whose destination was changed to an
/// endpoint: all of one client's socket to one address go the same way until none has come for
/// 30 s (nf_conntrack_udp_timeout), and answers come from the address that was asked.
class DatagramNat {
 public:
  /// Where datagrams from `client` to `service` go; empty if that is not settled or too long ago.
  std::optional<SocketAddress> find(const SocketAddress& client, const SocketAddress& service,
                                    sim::Time now);
  /// Settles it.
  void set(const SocketAddress& client, const SocketAddress& service, const SocketAddress& endpoint,
           sim::Time now);
  /// The address that `client` asked when `endpoint` answers; empty if it asked none.
  std::optional<SocketAddress> service_of(const SocketAddress& endpoint,
                                          const SocketAddress& client, sim::Time now);

  /// A client's socket to a Service, as it was last used.
  struct Association {
    SocketAddress client;
    SocketAddress service;
    SocketAddress endpoint;
    sim::Time last_used;
  };
  /// All that are still of use, in no order.
  std::vector<Association> associations(sim::Time now) const;

  /// nf_conntrack_udp_timeout.
  static constexpr sim::Duration kIdle = std::chrono::seconds{30};

 private:
  using Pair = std::pair<SocketAddress, SocketAddress>;
  struct Hash {
    std::size_t operator()(const Pair& pair) const {
      return AddressHash{}(pair.first) * 31 + AddressHash{}(pair.second);
    }
  };
  struct Entry {
    SocketAddress other;
    sim::Time last_used;
  };
  void clean(sim::Time now);

  // What is idle is looked for when there are twice as many as after the last look.
  static constexpr std::size_t kFewest = 4096;

  // By client and service; by client and endpoint.
  std::unordered_map<Pair, Entry, Hash> endpoints_;
  std::unordered_map<Pair, Entry, Hash> services_;
  std::size_t clean_at_ = kFewest;
};

}  // namespace rockpool::net
