// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/print/rule_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/doc/sha256.h"
#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {

std::string_view lower_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return "tcp";
    case Protocol::udp:
      return "udp";
    case Protocol::sctp:
      return "sctp";
  }
  return {};
}

int protocol_number(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return 6;
    case Protocol::udp:
      return 17;
    case Protocol::sctp:
      return 132;
  }
  return 0;
}

std::string with_prefix(const IpAddress& address) {
  return fmt::format("{}/{}", address.to_string(), address.bit_length());
}

const Cidr* find_family(const std::vector<Cidr>& ranges, Family family) {
  const auto found = std::ranges::find_if(
      ranges, [&](const Cidr& range) { return range.base().family() == family; });
  return found == ranges.end() ? nullptr : &*found;
}

bool admits_node(const Rule& rule, const RuleSet& set) {
  return std::ranges::any_of(rule.source_ranges, [&](const Cidr& range) {
    return std::ranges::any_of(set.node_addresses,
                               [&](const IpAddress& own) { return range.contains(own); });
  });
}

std::string port_hash(const Rule& rule) {
  return doc::base32(doc::sha256(fmt::format("{}{}", rule.full_name(), lower_name(rule.protocol))),
                     16);
}

std::string endpoint_chain(const Rule& rule, const SocketAddress& endpoint) {
  const auto hash = doc::sha256(
      fmt::format("{}{}{}", rule.full_name(), lower_name(rule.protocol), endpoint.to_string()));
  return "KUBE-SEP-" + doc::base32(hash, 16);
}

Reach::Reach(const Rule& rule) {
  is_external = std::ranges::any_of(rule.frontends, [](const RuleFrontend& frontend) {
    return frontend.kind != FrontendKind::cluster_ip;
  });
  has_endpoints = rule.eligible.has_any;
  has_internal_endpoints =
      has_endpoints && (!rule.is_internal_local || !rule.eligible.local.empty());
  has_external_endpoints =
      has_endpoints && (!rule.is_external_local || !rule.eligible.local.empty());
  // Traffic of the cluster's own to an address of the outside goes to all, whatever the policy.
  uses_cluster_chain = !rule.eligible.cluster.empty() && (!rule.is_internal_local || is_external);
  uses_local_chain = !rule.eligible.local.empty() &&
                     (rule.is_internal_local || (rule.is_external_local && is_external));
  has_firewall = !rule.source_ranges.empty() &&
                 std::ranges::any_of(rule.frontends, [](const RuleFrontend& frontend) {
                   return frontend.kind == FrontendKind::load_balancer;
                 });
  const std::vector<SocketAddress> none;
  std::ranges::set_union(uses_cluster_chain ? rule.eligible.cluster : none,
                         uses_local_chain ? rule.eligible.local : none,
                         std::back_inserter(reachable));
}

std::string print_rules(const RuleSet& set) {
  std::string text = set.mode == ModeKind::ipvs ? print_ipvs(set) : std::string{};
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if (std::ranges::find(set.node_addresses, family, &IpAddress::family) ==
        set.node_addresses.end()) {
      continue;
    }
    switch (set.mode) {
      case ModeKind::userspace:
        text += print_userspace(set, family);
        break;
      case ModeKind::iptables:
        text += print_iptables(set, family);
        break;
      case ModeKind::nftables:
        text += print_nftables(set, family);
        break;
      case ModeKind::ipvs:
        text += print_ipvs_tables(set, family);
        break;
    }
  }
  return text;
}

}  // namespace rockpool::net::proxy
