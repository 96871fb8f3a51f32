// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/affinity.h"

#include <algorithm>
#include <chrono>

namespace rockpool::net::proxy {

bool AffinityTable::Entry::has_run_out(sim::Time now) const {
  return std::chrono::duration_cast<std::chrono::seconds>(now - last_used) >= timeout;
}

std::optional<SocketAddress> AffinityTable::find(const PortRules& rules, const Choice& choice) {
  const auto found = entries_.find({rules.id(), choice.client});
  if (found == entries_.end()) return {};
  Entry& entry = found->second;
  // The Service's time-out may have changed since.
  entry.timeout = rules.affinity_timeout();
  if (entry.has_run_out(choice.now) ||
      !std::ranges::binary_search(choice.eligible, entry.endpoint)) {
    entries_.erase(found);
    return {};
  }
  entry.last_used = choice.now;
  return entry.endpoint;
}

void AffinityTable::set(const PortRules::Id& port, const Choice& choice,
                        const SocketAddress& endpoint, sim::Duration timeout) {
  entries_[{port, choice.client}] = {endpoint, choice.now, timeout};
  if (entries_.size() < clean_at_) return;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.has_run_out(choice.now); });
  clean_at_ = std::max(kFewest, 2 * entries_.size());
}

std::vector<Affinity> AffinityTable::all() const {
  std::vector<Affinity> all;
  all.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) {
    all.push_back({key.first, key.second, entry.endpoint, entry.last_used});
  }
  return all;
}

}  // namespace rockpool::net::proxy
