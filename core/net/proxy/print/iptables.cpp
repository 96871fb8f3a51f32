// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <string>

#include "core/net/proxy/print/iptables_table.h"
#include "core/net/proxy/print/kubelet_chains.h"
#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {
namespace {

constexpr const char* kServices = "KUBE-SERVICES";
constexpr const char* kExternalServices = "KUBE-EXTERNAL-SERVICES";
constexpr const char* kNodePorts = "KUBE-NODEPORTS";
constexpr const char* kPostrouting = "KUBE-POSTROUTING";
constexpr const char* kForward = "KUBE-FORWARD";
constexpr const char* kFirewall = "KUBE-PROXY-FIREWALL";
constexpr const char* kMarkMasquerade = "KUBE-MARK-MASQ";
constexpr const char* kCanary = "KUBE-PROXY-CANARY";

constexpr std::string_view kFromHere = "-m addrtype --src-type LOCAL";
constexpr std::string_view kToHere = "-m addrtype --dst-type LOCAL";

// The probability that the first of `count` endpoints is taken, as `statistic` writes it:
// kube-proxy gives ten digits, which the kernel keeps in 31 bits.
std::string probability(std::size_t count) {
  const double given = std::round(1e10 / static_cast<double>(count)) / 1e10;
  return fmt::format("{:.11f}", std::round(given * 0x80000000) / 0x80000000);
}

// A counter of the kernel's accounting by which kube-proxy measures; the second space is what
// libxt_nfacct writes.
std::string counted_by(std::string_view counter) {
  return fmt::format("-m nfacct --nfacct-name  {}", counter);
}

// What kube-proxy writes into the tables (syncProxyRules in pkg/proxy/iptables/proxier.go) on a
// node whose kernel has nfacct.
class Writer {
 public:
  Writer(const RuleSet& set, Family family)
      : set_{set},
        family_{family},
        cluster_cidr_{find_family(set.cluster_cidrs, family)},
        tables_{family} {}

  std::string write() {
    tables_.mangle.add_chain(kCanary);
    for (const char* const chain :
         {kServices, kNodePorts, kPostrouting, kMarkMasquerade, kCanary}) {
      nat_.add_chain(chain);
    }
    for (const char* const chain :
         {kServices, kExternalServices, kNodePorts, kForward, kFirewall, kCanary}) {
      filter_.add_chain(chain);
    }
    write_jumps();
    for (const Rule& rule : set_.rules) {
      if (rule.family() == family_) write_rule(rule);
    }
    write_last();
    return tables_.to_string();
  }

 private:
  void write_jumps();
  void write_last();
  void write_rule(const Rule& rule);
  void write_frontend(const Rule& rule, const Reach& reach, const RuleFrontend& frontend);
  void write_cluster_ip(const Rule& rule, const Reach& reach, const SocketAddress& address);
  void write_external(const Rule& rule, const Reach& reach, const std::string& chain);
  void write_firewall(const Rule& rule, const std::string& chain);
  void write_choice(const Rule& rule, const std::string& chain,
                    const std::vector<SocketAddress>& endpoints);
  void write_endpoint(const Rule& rule, const SocketAddress& endpoint);
  // What becomes of packets for which there is no endpoint.
  void write_refusal(const Rule& rule, const Reach& reach, const char* chain,
                     const RuleFrontend& frontend);
  // The match of packets to an address of the Service.
  static IptablesRule to(const Rule& rule, const RuleFrontend& frontend, std::string comment);

  const RuleSet& set_;
  Family family_;
  const Cidr* cluster_cidr_;
  KubeletTables tables_;
  IptablesTable& filter_ = tables_.filter;
  IptablesTable& nat_ = tables_.nat;
};

// The rules that lead from the kernel's chains to kube-proxy's (iptablesJumpChains), and those that
// stay the same whatever the Services.
void Writer::write_jumps() {
  const auto jump = [](IptablesTable& table, const char* from, std::string_view state,
                       const char* comment, const char* target) {
    table.add(from, {.state = state, .comment = comment, .jump = target});
  };
  constexpr const char* kPortals = "kubernetes service portals";
  constexpr const char* kVisible = "kubernetes externally-visible service portals";
  constexpr const char* kBalancers = "kubernetes load balancer firewall";
  jump(filter_, "INPUT", "NEW", kBalancers, kFirewall);
  jump(filter_, "INPUT", {}, "kubernetes health check service ports", kNodePorts);
  jump(filter_, "INPUT", "NEW", kVisible, kExternalServices);
  jump(filter_, "FORWARD", "NEW", kBalancers, kFirewall);
  jump(filter_, "FORWARD", {}, "kubernetes forwarding rules", kForward);
  jump(filter_, "FORWARD", "NEW", kPortals, kServices);
  jump(filter_, "FORWARD", "NEW", kVisible, kExternalServices);
  jump(filter_, "OUTPUT", "NEW", kBalancers, kFirewall);
  jump(filter_, "OUTPUT", "NEW", kPortals, kServices);
  tables_.add_kubelet_jumps();
  jump(nat_, "PREROUTING", {}, kPortals, kServices);
  jump(nat_, "OUTPUT", {}, kPortals, kServices);
  jump(nat_, "POSTROUTING", {}, "kubernetes postrouting rules", kPostrouting);
  filter_.add(
      kForward,
      {.state = "INVALID", .matches = counted_by("ct_state_invalid_dropped_pkts"), .jump = "DROP"});
  filter_.add(kForward, {.comment = "kubernetes forwarding rules",
                         .matches = "-m mark --mark 0x4000/0x4000",
                         .jump = "ACCEPT"});
  filter_.add(kForward, {.comment = "kubernetes forwarding conntrack rule",
                         .matches = "-m conntrack --ctstate RELATED,ESTABLISHED",
                         .jump = "ACCEPT"});
  nat_.add(kMarkMasquerade, {.jump = "MARK --set-xmark 0x4000/0x4000"});
  nat_.add(kPostrouting, {.matches = "-m mark ! --mark 0x4000/0x4000", .jump = "RETURN"});
  nat_.add(kPostrouting, {.jump = "MARK --set-xmark 0x4000/0x0"});
  nat_.add(kPostrouting, {.comment = "kubernetes service traffic requiring SNAT",
                          .jump = "MASQUERADE --random-fully"});
}

void Writer::write_last() {
  IptablesRule last{.comment =
                        "kubernetes service nodeports; NOTE: this must be the last rule in "
                        "this chain",
                    .matches = std::string{kToHere},
                    .jump = kNodePorts};
  if (family_ == Family::ipv6) last.destination = "! ::1/128";
  nat_.add(kServices, last);
}

IptablesRule Writer::to(const Rule& rule, const RuleFrontend& frontend, std::string comment) {
  IptablesRule match{.protocol = lower_name(rule.protocol),
                     .comment = std::move(comment),
                     .destination_port = frontend.address.port};
  if (frontend.kind != FrontendKind::node_port) {
    match.destination = with_prefix(frontend.address.ip);
  }
  return match;
}

void Writer::write_rule(const Rule& rule) {
  const Reach reach{rule};
  const std::string hash = port_hash(rule);
  for (const RuleFrontend& frontend : rule.frontends) write_frontend(rule, reach, frontend);
  if (rule.health_port != 0) {
    filter_.add(kNodePorts, {.protocol = "tcp",
                             .comment = rule.full_name() + " health check node port",
                             .destination_port = rule.health_port,
                             .jump = "ACCEPT"});
  }
  if (reach.is_external && reach.has_endpoints) write_external(rule, reach, hash);
  if (reach.has_firewall && reach.has_endpoints) write_firewall(rule, hash);
  if (reach.uses_cluster_chain) write_choice(rule, "KUBE-SVC-" + hash, rule.eligible.cluster);
  if (reach.uses_local_chain) write_choice(rule, "KUBE-SVL-" + hash, rule.eligible.local);
  for (const SocketAddress& endpoint : reach.reachable) write_endpoint(rule, endpoint);
}

void Writer::write_frontend(const Rule& rule, const Reach& reach, const RuleFrontend& frontend) {
  const std::string hash = port_hash(rule);
  std::string chain = "KUBE-EXT-" + hash;
  const char* place = kServices;
  std::string comment = rule.full_name();
  switch (frontend.kind) {
    case FrontendKind::cluster_ip:
      write_cluster_ip(rule, reach, frontend.address);
      return;
    case FrontendKind::external_ip:
      comment += " external IP";
      break;
    case FrontendKind::load_balancer:
      comment += " loadbalancer IP";
      if (reach.has_firewall) chain = "KUBE-FW-" + hash;
      break;
    case FrontendKind::node_port:
      place = kNodePorts;
      break;
  }
  if (reach.has_endpoints) {
    IptablesRule match = to(rule, frontend, std::move(comment));
    match.jump = chain;
    if (frontend.kind == FrontendKind::node_port && family_ == Family::ipv4) {
      IptablesRule counted = match;
      counted.destination = "127.0.0.0/8";
      counted.last_matches = counted_by("localhost_nps_accepted_pkts");
      nat_.add(place, counted);
    }
    nat_.add(place, match);
    if (frontend.kind == FrontendKind::load_balancer && reach.has_firewall) {
      IptablesRule rest =
          to(rule, frontend, fmt::format("{} traffic not accepted by {}", rule.full_name(), chain));
      rest.jump = "DROP";
      filter_.add(kFirewall, rest);
    }
  }
  if (!reach.has_external_endpoints) write_refusal(rule, reach, kExternalServices, frontend);
}

void Writer::write_cluster_ip(const Rule& rule, const Reach& reach, const SocketAddress& address) {
  const RuleFrontend frontend{FrontendKind::cluster_ip, address};
  if (!reach.has_internal_endpoints) {
    write_refusal(rule, reach, kServices, frontend);
    return;
  }
  const std::string chain = (rule.is_internal_local ? "KUBE-SVL-" : "KUBE-SVC-") + port_hash(rule);
  IptablesRule match = to(rule, frontend, rule.full_name() + " cluster IP");
  match.jump = chain;
  nat_.add(kServices, match);
  if (cluster_cidr_ == nullptr) return;
  match.source = "! " + cluster_cidr_->to_string();
  match.jump = kMarkMasquerade;
  nat_.add(chain, match);
}

void Writer::write_refusal(const Rule& rule, const Reach& reach, const char* chain,
                           const RuleFrontend& frontend) {
  IptablesRule match = to(
      rule, frontend,
      rule.full_name() + (reach.has_endpoints ? " has no local endpoints" : " has no endpoints"));
  if (frontend.kind == FrontendKind::node_port) match.matches = kToHere;
  if (reach.has_endpoints) {
    match.jump = "DROP";
  } else if (family_ == Family::ipv4) {
    match.jump = "REJECT --reject-with icmp-port-unreachable";
  } else {
    match.jump = "REJECT --reject-with icmp6-port-unreachable";
  }
  filter_.add(chain, match);
}

void Writer::write_external(const Rule& rule, const Reach& reach, const std::string& hash) {
  const std::string chain = "KUBE-EXT-" + hash;
  const auto comment = [&](std::string_view what) {
    return fmt::format("{} {} external destinations", what, rule.full_name());
  };
  if (!rule.is_external_local) {
    nat_.add(chain, {.comment = comment("masquerade traffic for"), .jump = kMarkMasquerade});
  } else {
    if (cluster_cidr_ != nullptr) {
      nat_.add(chain, {.source = cluster_cidr_->to_string(),
                       .comment = comment("pod traffic for"),
                       .jump = "KUBE-SVC-" + hash});
    }
    nat_.add(chain, {.comment = comment("masquerade LOCAL traffic for"),
                     .matches = std::string{kFromHere},
                     .jump = kMarkMasquerade});
    nat_.add(chain, {.comment = comment("route LOCAL traffic for"),
                     .matches = std::string{kFromHere},
                     .jump = "KUBE-SVC-" + hash});
  }
  if (reach.has_external_endpoints) {
    nat_.add(chain, {.jump = (rule.is_external_local ? "KUBE-SVL-" : "KUBE-SVC-") + hash});
  }
}

void Writer::write_firewall(const Rule& rule, const std::string& hash) {
  const std::string chain = "KUBE-FW-" + hash;
  const std::string comment = rule.full_name() + " loadbalancer IP";
  for (const Cidr& range : rule.source_ranges) {
    nat_.add(chain, {.source = range.to_string(), .comment = comment, .jump = "KUBE-EXT-" + hash});
  }
  const bool is_admitted = admits_node(rule, set_);
  // Some load balancers' addresses are the node's own: it then asks from there.
  for (const RuleFrontend& frontend : rule.frontends) {
    if (!is_admitted || frontend.kind != FrontendKind::load_balancer) continue;
    nat_.add(chain, {.source = with_prefix(frontend.address.ip),
                     .comment = comment,
                     .jump = "KUBE-EXT-" + hash});
  }
  nat_.add(chain, {.comment = fmt::format("other traffic to {} will be dropped by {}",
                                          rule.full_name(), kFirewall)});
}

void Writer::write_choice(const Rule& rule, const std::string& chain,
                          const std::vector<SocketAddress>& endpoints) {
  const auto comment = [&](const SocketAddress& endpoint) {
    return fmt::format("{} -> {}", rule.full_name(), endpoint.to_string());
  };
  if (rule.affinity_timeout != sim::Duration{0}) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rule.affinity_timeout);
    for (const SocketAddress& endpoint : endpoints) {
      const std::string target = endpoint_chain(rule, endpoint);
      nat_.add(chain, {.comment = comment(endpoint),
                       .matches = fmt::format(
                           "-m recent --rcheck --seconds {} --reap --name {} --mask {} "
                           "--rsource",
                           seconds.count(), target,
                           family_ == Family::ipv4 ? "255.255.255.255"
                                                   : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
                       .jump = target});
    }
  }
  std::size_t left = endpoints.size();
  for (const SocketAddress& endpoint : endpoints) {
    IptablesRule taken{.comment = comment(endpoint), .jump = endpoint_chain(rule, endpoint)};
    if (left > 1) {
      taken.matches = "-m statistic --mode random --probability " + probability(left);
    }
    --left;
    nat_.add(chain, taken);
  }
}

void Writer::write_endpoint(const Rule& rule, const SocketAddress& endpoint) {
  const std::string chain = endpoint_chain(rule, endpoint);
  nat_.add(
      chain,
      {.source = with_prefix(endpoint.ip), .comment = rule.full_name(), .jump = kMarkMasquerade});
  IptablesRule translate{.protocol = lower_name(rule.protocol),
                         .comment = rule.full_name(),
                         .jump = "DNAT --to-destination " + endpoint.to_string()};
  if (rule.affinity_timeout != sim::Duration{0}) {
    translate.matches = fmt::format(
        "-m recent --set --name {} --mask {} --rsource", chain,
        family_ == Family::ipv4 ? "255.255.255.255" : "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  }
  nat_.add(chain, translate);
}

}  // namespace

std::string print_iptables(const RuleSet& set, Family family) {
  return fmt::format("# Generated by {}\n{}",
                     family == Family::ipv4 ? "iptables-save" : "ip6tables-save",
                     Writer{set, family}.write());
}

}  // namespace rockpool::net::proxy
