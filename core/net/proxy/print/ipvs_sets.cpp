// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/print/ipvs_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {
namespace {

struct Kind {
  std::string_view name;
  std::string_view type;
  std::string_view comment;
};

// ipsetInfo.
constexpr std::array kKinds = {
    Kind{"KUBE-LOOP-BACK", "hash:ip,port,ip",
         "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose"},
    Kind{"KUBE-CLUSTER-IP", "hash:ip,port",
         "Kubernetes service cluster ip + port for masquerade purpose"},
    Kind{"KUBE-EXTERNAL-IP", "hash:ip,port",
         "Kubernetes service external ip + port for masquerade and filter purpose"},
    Kind{"KUBE-EXTERNAL-IP-LOCAL", "hash:ip,port",
         "Kubernetes service external ip + port with externalTrafficPolicy=local"},
    Kind{"KUBE-LOAD-BALANCER", "hash:ip,port", "Kubernetes service lb portal"},
    Kind{"KUBE-LOAD-BALANCER-FW", "hash:ip,port",
         "Kubernetes service load balancer ip + port for load balancer with sourceRange"},
    Kind{"KUBE-LOAD-BALANCER-LOCAL", "hash:ip,port",
         "Kubernetes service load balancer ip + port with externalTrafficPolicy=local"},
    Kind{"KUBE-LOAD-BALANCER-SOURCE-IP", "hash:ip,port,ip",
         "Kubernetes service load balancer ip + port + source IP for packet filter purpose"},
    Kind{"KUBE-LOAD-BALANCER-SOURCE-CIDR", "hash:ip,port,net",
         "Kubernetes service load balancer ip + port + source cidr for packet filter purpose"},
    Kind{"KUBE-NODE-PORT-TCP", "bitmap:port",
         "Kubernetes nodeport TCP port for masquerade purpose"},
    Kind{"KUBE-NODE-PORT-LOCAL-TCP", "bitmap:port",
         "Kubernetes nodeport TCP port with externalTrafficPolicy=local"},
    Kind{"KUBE-NODE-PORT-UDP", "bitmap:port",
         "Kubernetes nodeport UDP port for masquerade purpose"},
    Kind{"KUBE-NODE-PORT-LOCAL-UDP", "bitmap:port",
         "Kubernetes nodeport UDP port with externalTrafficPolicy=local"},
    Kind{"KUBE-NODE-PORT-SCTP-HASH", "hash:ip,port",
         "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'"},
    Kind{"KUBE-NODE-PORT-LOCAL-SCTP-HASH", "hash:ip,port",
         "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'"},
    Kind{"KUBE-HEALTH-CHECK-NODE-PORT", "bitmap:port", "Kubernetes health check node port"},
    Kind{"KUBE-IPVS-IPS", "hash:ip", "Addresses on the ipvs interface"},
};

std::size_t index_of(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return static_cast<std::size_t>(found - kKinds.begin());
}

std::string_view node_port_set(Protocol protocol, bool is_local) {
  switch (protocol) {
    case Protocol::tcp:
      return is_local ? "KUBE-NODE-PORT-LOCAL-TCP" : "KUBE-NODE-PORT-TCP";
    case Protocol::udp:
      return is_local ? "KUBE-NODE-PORT-LOCAL-UDP" : "KUBE-NODE-PORT-UDP";
    case Protocol::sctp:
      return is_local ? "KUBE-NODE-PORT-LOCAL-SCTP-HASH" : "KUBE-NODE-PORT-SCTP-HASH";
  }
  return {};
}

}  // namespace

IpvsSets::IpvsSets(const RuleSet& set, Family family) : family_{family}, entries_(kKinds.size()) {
  for (const Rule& rule : set.rules) {
    if (rule.family() == family) add_rule(rule, set);
  }
}

void IpvsSets::add_rule(const Rule& rule, const RuleSet& set) {
  for (const RuleEndpoint& endpoint : rule.endpoints) {
    // A Pod that is sent to itself; only those of this node can be.
    if (endpoint.node_name != set.node) continue;
    add("KUBE-LOOP-BACK", endpoint.address, rule.protocol, endpoint.address.ip.to_string());
  }
  for (const RuleFrontend& frontend : rule.frontends) add_frontend(rule, frontend, set);
  if (rule.health_port != 0) add_port("KUBE-HEALTH-CHECK-NODE-PORT", rule.health_port);
}

void IpvsSets::add_frontend(const Rule& rule, const RuleFrontend& frontend, const RuleSet& set) {
  switch (frontend.kind) {
    case FrontendKind::cluster_ip:
      add("KUBE-CLUSTER-IP", frontend.address, rule.protocol);
      break;
    case FrontendKind::external_ip:
      add(rule.is_external_local ? "KUBE-EXTERNAL-IP-LOCAL" : "KUBE-EXTERNAL-IP", frontend.address,
          rule.protocol);
      break;
    case FrontendKind::load_balancer:
      add_load_balancer(rule, frontend, set);
      break;
    case FrontendKind::node_port:
      add_node_port(rule, frontend, set);
      return;
  }
  // The interface kube-ipvs0 has the addresses of Services that no other interface has.
  if (std::ranges::find(set.node_addresses, frontend.address.ip) != set.node_addresses.end())
    return;
  entries_of("KUBE-IPVS-IPS")
      .emplace(SocketAddress{frontend.address.ip, 0}, frontend.address.ip.to_string());
}

void IpvsSets::add_load_balancer(const Rule& rule, const RuleFrontend& frontend,
                                 const RuleSet& set) {
  const SocketAddress& address = frontend.address;
  add("KUBE-LOAD-BALANCER", address, rule.protocol);
  if (rule.is_external_local) add("KUBE-LOAD-BALANCER-LOCAL", address, rule.protocol);
  if (rule.source_ranges.empty()) return;
  add("KUBE-LOAD-BALANCER-FW", address, rule.protocol);
  for (const Cidr& range : rule.source_ranges) {
    add("KUBE-LOAD-BALANCER-SOURCE-CIDR", address, rule.protocol, range.to_string());
  }
  if (admits_node(rule, set)) {
    add("KUBE-LOAD-BALANCER-SOURCE-IP", address, rule.protocol, address.ip.to_string());
  }
}

void IpvsSets::add_node_port(const Rule& rule, const RuleFrontend& frontend, const RuleSet& set) {
  for (const bool is_local : {false, true}) {
    if (is_local && !rule.is_external_local) continue;
    const std::string_view name = node_port_set(rule.protocol, is_local);
    if (rule.protocol != Protocol::sctp) {
      add_port(name, frontend.address.port);
      continue;
    }
    for (const IpAddress& own : set.node_addresses) {
      if (own.family() == family_) add(name, {own, frontend.address.port}, rule.protocol);
    }
  }
}

void IpvsSets::add(std::string_view name, const SocketAddress& address, Protocol protocol,
                   const std::string& rest) {
  entries_of(name).emplace(address,
                           fmt::format("{},{}:{}{}{}", address.ip.to_string(), lower_name(protocol),
                                       address.port, rest.empty() ? "" : ",", rest));
}

void IpvsSets::add_port(std::string_view name, std::uint16_t port) {
  entries_of(name).emplace(SocketAddress{{}, port}, fmt::format("{}", port));
}

IpvsSets::Entries& IpvsSets::entries_of(std::string_view name) {
  return entries_[index_of(name)];
}

bool IpvsSets::is_empty(std::string_view name) const {
  return entries_[index_of(name)].empty();
}

std::string IpvsSets::name_of(std::string_view name) const {
  // The kernel takes no longer name.
  constexpr std::size_t kLongestName = 31;
  if (family_ == Family::ipv4) return std::string{name};
  return fmt::format("KUBE-6-{}", name.substr(name.find('-') + 1)).substr(0, kLongestName);
}

std::string_view IpvsSets::comment_of(std::string_view name) {
  return kKinds[index_of(name)].comment;
}

std::string IpvsSets::to_string() const {
  std::string text;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const std::string name = name_of(kKinds[i].name);
    if (kKinds[i].type == "bitmap:port") {
      text += fmt::format("create {} bitmap:port range 0-65535\n", name);
    } else {
      text += fmt::format("create {} {} family {} hashsize 1024 maxelem 65536\n", name,
                          kKinds[i].type, family_ == Family::ipv4 ? "inet" : "inet6");
    }
    for (const auto& [order, entry] : entries_[i]) text += fmt::format("add {} {}\n", name, entry);
  }
  return text;
}

}  // namespace rockpool::net::proxy
