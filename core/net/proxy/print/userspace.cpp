// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/userspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "core/net/proxy/print/iptables_table.h"
#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {
namespace {

constexpr const char* kPortalsContainer = "KUBE-PORTALS-CONTAINER";
constexpr const char* kPortalsHost = "KUBE-PORTALS-HOST";
constexpr const char* kNodePortContainer = "KUBE-NODEPORT-CONTAINER";
constexpr const char* kNodePortHost = "KUBE-NODEPORT-HOST";
constexpr const char* kNodePortNonLocal = "KUBE-NODEPORT-NON-LOCAL";

constexpr std::string_view kNotFromBridge = "-m physdev ! --physdev-is-in";
constexpr std::string_view kToHere = "-m addrtype --dst-type LOCAL";

// The chains as iptablesInit makes them (pkg/proxy/userspace/proxier.go).
void write_jumps(IptablesTable& filter, IptablesTable& nat) {
  constexpr const char* kPortals =
      "handle ClusterIPs; NOTE: this must be before the NodePort rules";
  constexpr const char* kNodePorts =
      "handle service NodePorts; NOTE: this must be the last rule in the chain";
  filter.add("INPUT", {.comment = "Ensure that non-local NodePort traffic can flow",
                       .jump = kNodePortNonLocal});
  filter.add_chain(kNodePortNonLocal);
  for (const auto& [from, portals, node_ports] :
       {std::tuple{"PREROUTING", kPortalsContainer, kNodePortContainer},
        std::tuple{"OUTPUT", kPortalsHost, kNodePortHost}}) {
    nat.add(from, {.comment = kPortals, .jump = portals});
    nat.add(from, {.comment = kNodePorts, .matches = std::string{kToHere}, .jump = node_ports});
    nat.add_chain(portals);
    nat.add_chain(node_ports);
  }
}

// What leads to the port of the process: openOnePortal and openNodePort.
void write_frontend(IptablesTable& filter, IptablesTable& nat, const Rule& rule,
                    const RuleFrontend& frontend, const std::string& node) {
  const std::uint16_t port = relay_port(rule.id);
  IptablesRule match{.protocol = lower_name(rule.protocol),
                     .comment = rule.full_name(),
                     .destination_port = frontend.address.port};
  const auto add = [&](const char* chain, std::string_view last_matches, std::string jump) {
    match.last_matches = std::string{last_matches};
    match.jump = std::move(jump);
    nat.add(chain, match);
  };
  const std::string redirect = fmt::format("REDIRECT --to-ports {}", port);
  const std::string translate = fmt::format("DNAT --to-destination {}", join_host_port(node, port));
  if (frontend.kind == FrontendKind::node_port) {
    add(kNodePortContainer, {}, redirect);
    add(kNodePortHost, {}, translate);
    filter.add(kNodePortNonLocal, {.protocol = lower_name(rule.protocol),
                                   .comment = rule.full_name(),
                                   .destination_port = port,
                                   .last_matches = "-m state --state NEW",
                                   .jump = "ACCEPT"});
    return;
  }
  match.destination = with_prefix(frontend.address.ip);
  if (frontend.kind == FrontendKind::cluster_ip) {
    add(kPortalsContainer, {}, redirect);
    add(kPortalsHost, {}, translate);
    return;
  }
  add(kPortalsContainer, kNotFromBridge, redirect);
  add(kPortalsContainer, kToHere, redirect);
  add(kPortalsHost, kToHere, translate);
}

// The list that the process goes round, which no tool shows.
std::string endpoints_comment(const RuleSet& set, const Rule& rule) {
  std::string text = fmt::format("# {} on port {}:", rule.full_name(), relay_port(rule.id));
  const Scope scope = rule.is_internal_local ? Scope::local : Scope::cluster;
  const auto turn = std::ranges::find_if(
      set.turns, [&](const Turn& each) { return each.port == rule.id && each.scope == scope; });
  const auto write = [&](const std::vector<SocketAddress>& endpoints) {
    for (const SocketAddress& endpoint : endpoints) text += ' ' + endpoint.to_string();
    if (endpoints.empty()) text += " no endpoints";
  };
  // Until a connection comes after a change, the process has not yet put them in order.
  const bool is_current =
      turn != set.turns.end() && std::ranges::is_permutation(turn->order, rule.for_cluster_ip());
  if (is_current && !turn->order.empty()) {
    write(turn->order);
    text += fmt::format(", next {}", turn->order[turn->next].to_string());
  } else {
    write(rule.for_cluster_ip());
  }
  return text + '\n';
}

}  // namespace

std::string print_userspace(const RuleSet& set, Family family) {
  IptablesTable filter{"filter", {"INPUT", "FORWARD", "OUTPUT"}};
  IptablesTable nat{"nat", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"}};
  write_jumps(filter, nat);
  const auto node = std::ranges::find(set.node_addresses, family, &IpAddress::family);
  std::string endpoints;
  for (const Rule& rule : set.rules) {
    if (rule.family() != family) continue;
    for (const RuleFrontend& frontend : rule.frontends) {
      write_frontend(filter, nat, rule, frontend, node->to_string());
    }
    endpoints += endpoints_comment(set, rule);
  }
  return fmt::format("# Generated by {}\n{}{}# What kube-proxy's own process keeps\n{}",
                     family == Family::ipv4 ? "iptables-save" : "ip6tables-save",
                     filter.to_string(), nat.to_string(), endpoints);
}

}  // namespace rockpool::net::proxy
