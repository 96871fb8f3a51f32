// SPDX-License-Identifier: Apache-2.0
#include "core/net/datagram_flows.h"

#include <algorithm>

namespace rockpool::net {

bool DatagramFlows::renew(const SocketAddress& from, const SocketAddress& to, sim::Time now) {
  const auto renewed = [&](const Pair& ends, bool is_answer) {
    const auto found = flows_.find(ends);
    if (found == flows_.end()) return false;
    if (found->second.is_over(now)) {
      flows_.erase(found);
      return false;
    }
    found->second.last_used = now;
    found->second.is_answered = found->second.is_answered || is_answer;
    return true;
  };
  return renewed({from, to}, false) || renewed({to, from}, true);
}

void DatagramFlows::add(const SocketAddress& from, const SocketAddress& to, sim::Time now) {
  flows_[{from, to}] = {now, false};
  if (flows_.size() < clean_at_) return;
  std::erase_if(flows_, [now](const auto& entry) { return entry.second.is_over(now); });
  clean_at_ = std::max(kFewest, flows_.size() * 2);
}

}  // namespace rockpool::net
