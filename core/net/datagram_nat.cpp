// SPDX-License-Identifier: Apache-2.0
#include "core/net/datagram_nat.h"

#include <algorithm>

namespace rockpool::net {

std::optional<SocketAddress> DatagramNat::find(const SocketAddress& client,
                                               const SocketAddress& service, sim::Time now) {
  const auto found = endpoints_.find({client, service});
  if (found == endpoints_.end() || now - found->second.last_used > kIdle) return {};
  found->second.last_used = now;
  return found->second.other;
}

void DatagramNat::set(const SocketAddress& client, const SocketAddress& service,
                      const SocketAddress& endpoint, sim::Time now) {
  endpoints_[{client, service}] = {endpoint, now};
  services_[{client, endpoint}] = {service, now};
  if (endpoints_.size() + services_.size() >= clean_at_) clean(now);
}

std::optional<SocketAddress> DatagramNat::service_of(const SocketAddress& endpoint,
                                                     const SocketAddress& client, sim::Time now) {
  if (services_.empty()) return {};
  const auto found = services_.find({client, endpoint});
  if (found == services_.end() || now - found->second.last_used > kIdle) return {};
  found->second.last_used = now;
  return found->second.other;
}

std::vector<DatagramNat::Association> DatagramNat::associations(sim::Time now) const {
  std::vector<Association> all;
  for (const auto& [pair, entry] : endpoints_) {
    sim::Time last_used = entry.last_used;
    const auto answers = services_.find({pair.first, entry.other});
    if (answers != services_.end()) last_used = std::max(last_used, answers->second.last_used);
    if (now - last_used > kIdle) continue;
    all.push_back({pair.first, pair.second, entry.other, last_used});
  }
  return all;
}

void DatagramNat::clean(sim::Time now) {
  const auto is_idle = [now](const auto& entry) { return now - entry.second.last_used > kIdle; };
  std::erase_if(endpoints_, is_idle);
  std::erase_if(services_, is_idle);
  clean_at_ = std::max(kFewest, 2 * (endpoints_.size() + services_.size()));
}

}  // namespace rockpool::net
