// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/eligible.h"

#include <algorithm>

#include "core/net/proxy/rules.h"

namespace rockpool::net::proxy {
namespace {

enum class Topology { none, same_zone, same_node };

bool names(const std::vector<std::string>& hints, const std::string& name) {
  return std::ranges::find(hints, name) != hints.end();
}

// Hints count only if every ready endpoint has them and one is for here (topologyModeFromHints):
// half-written hints must not keep traffic from endpoints that it needs.
Topology topology_of(const PortRules& rules, const Place& place) {
  bool all_have_nodes = true;
  bool all_have_zones = true;
  bool one_for_node = false;
  bool one_for_zone = false;
  for (const RuleEndpoint& endpoint : rules.endpoints()) {
    if (!endpoint.ready) continue;
    all_have_nodes = all_have_nodes && !endpoint.node_hints.empty();
    all_have_zones = all_have_zones && !endpoint.zone_hints.empty();
    one_for_node = one_for_node || names(endpoint.node_hints, place.node);
    one_for_zone = one_for_zone || names(endpoint.zone_hints, place.zone);
  }
  if (all_have_nodes && one_for_node) return Topology::same_node;
  if (all_have_zones && one_for_zone && !place.zone.empty()) return Topology::same_zone;
  return Topology::none;
}

bool is_for(const RuleEndpoint& endpoint, Topology topology, const Place& place) {
  switch (topology) {
    case Topology::none:
      return true;
    case Topology::same_zone:
      return names(endpoint.zone_hints, place.zone);
    case Topology::same_node:
      return names(endpoint.node_hints, place.node);
  }
  return true;
}

// Those that are ready and pass `test` or, if there are none, those that still serve while they
// terminate and pass `fallback`.
template <typename Test, typename Fallback>
std::vector<SocketAddress> select(const PortRules& rules, const Test& test,
                                  const Fallback& fallback) {
  std::vector<SocketAddress> chosen;
  for (const RuleEndpoint& endpoint : rules.endpoints()) {
    if (endpoint.ready && test(endpoint)) chosen.push_back(endpoint.address);
  }
  if (!chosen.empty()) return chosen;
  for (const RuleEndpoint& endpoint : rules.endpoints()) {
    if (endpoint.serving && endpoint.terminating && fallback(endpoint)) {
      chosen.push_back(endpoint.address);
    }
  }
  return chosen;
}

}  // namespace

Eligible find_eligible(const PortRules& rules, const Place& place) {
  Eligible eligible;
  const Topology topology = topology_of(rules, place);
  const auto anywhere = [](const RuleEndpoint&) { return true; };
  const auto is_local = [&](const RuleEndpoint& endpoint) {
    return endpoint.node_name == place.node;
  };
  eligible.cluster = select(
      rules, [&](const RuleEndpoint& endpoint) { return is_for(endpoint, topology, place); },
      anywhere);
  if (rules.has_local_policy()) eligible.local = select(rules, is_local, is_local);
  eligible.has_any = std::ranges::any_of(rules.endpoints(), [](const RuleEndpoint& endpoint) {
    return endpoint.ready || (endpoint.serving && endpoint.terminating);
  });
  return eligible;
}

}  // namespace rockpool::net::proxy
