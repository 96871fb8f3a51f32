// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/ipvs.h"

#include <algorithm>

namespace rockpool::net::proxy {
namespace {

// The place of a client in the table of the scheduler `sh` (net/netfilter/ipvs/ip_vs_sh.c): an IPv6
// address is folded to 32 bits.
std::size_t source_hash(const IpAddress& client) {
  constexpr std::uint32_t kGoldenRatio = 0x61C88647;
  constexpr int kTableBits = 8;
  const std::uint64_t halves = client.high() ^ client.low();
  const std::uint32_t folded = client.is_v4() ? static_cast<std::uint32_t>(client.low())
                                              : static_cast<std::uint32_t>(halves ^ (halves >> 32));
  return (folded * kGoldenRatio) >> (32 - kTableBits);
}

}  // namespace

SocketAddress Ipvs::choose(const Ref<const PortRules>& rules, const Choice& choice) {
  const PortRules::Id& port = rules->id();
  const sim::Duration timeout = rules->affinity_timeout();
  const bool is_sticky = timeout != sim::Duration{0};
  const auto known = is_sticky ? affinity_.find(*rules, choice) : std::nullopt;
  const SocketAddress chosen = known ? *known : schedule(port, choice);
  if (is_sticky && !known) affinity_.set(port, choice, chosen, timeout);
  ++open_[{port, chosen}];
  return chosen;
}

SocketAddress Ipvs::schedule(const PortRules::Id& port, const Choice& choice) {
  const std::vector<SocketAddress>& servers = choice.eligible;
  switch (scheduler_) {
    case IpvsScheduler::rr:
      break;
    case IpvsScheduler::lc:
      return *std::ranges::min_element(
          servers, {}, [&](const SocketAddress& server) { return open_connections(port, server); });
    case IpvsScheduler::sh:
      return servers[source_hash(choice.client) % servers.size()];
  }
  const auto [last, is_first] = last_.try_emplace({port, choice.scope}, servers.front());
  if (is_first) return last->second;
  const auto next = std::ranges::upper_bound(servers, last->second);
  last->second = next == servers.end() ? servers.front() : *next;
  return last->second;
}

void Ipvs::note_ended(const PortRules::Id& port, const SocketAddress& endpoint) {
  const auto found = open_.find({port, endpoint});
  if (found != open_.end() && --found->second == 0) open_.erase(found);
}

std::int64_t Ipvs::open_connections(const PortRules::Id& port,
                                    const SocketAddress& endpoint) const {
  const auto found = open_.find({port, endpoint});
  return found == open_.end() ? 0 : found->second;
}

}  // namespace rockpool::net::proxy
