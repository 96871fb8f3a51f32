// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/net/proxy/mode.h"

namespace rockpool::net::proxy {

/// What one node's proxy remembers of clients of Services with sessionAffinity ClientIP, by Service
/// port and client.
class AffinityTable {
 public:
  /// The client's endpoint, unless it has run out or is no longer eligible; being found is being
  /// used. Time counts in whole seconds, as upstream's does.
  std::optional<SocketAddress> find(const PortRules& rules, const Choice& choice);
  /// The client now belongs to that endpoint.
  void set(const PortRules::Id& port, const Choice& choice, const SocketAddress& endpoint,
           sim::Duration timeout);
  /// All, in order of ports and clients; some may have run out.
  std::vector<Affinity> all() const;

 private:
  struct Entry {
    SocketAddress endpoint;
    sim::Time last_used;
    sim::Duration timeout{0};
    bool has_run_out(sim::Time now) const;
  };
  // Those that have run out are looked for when there are twice as many as after the last look, and
  // at least this many.
  static constexpr std::size_t kFewest = 1024;

  std::map<std::pair<PortRules::Id, IpAddress>, Entry> entries_;
  std::size_t clean_at_ = kFewest;
};

}  // namespace rockpool::net::proxy
