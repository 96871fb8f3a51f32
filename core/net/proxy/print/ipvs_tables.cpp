// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <string>

#include "core/net/proxy/print/iptables_table.h"
#include "core/net/proxy/print/ipvs_sets.h"
#include "core/net/proxy/print/kubelet_chains.h"
#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {
namespace {

constexpr const char* kServices = "KUBE-SERVICES";
constexpr const char* kNodePort = "KUBE-NODE-PORT";
constexpr const char* kPostrouting = "KUBE-POSTROUTING";
constexpr const char* kForward = "KUBE-FORWARD";
constexpr const char* kFirewall = "KUBE-PROXY-FIREWALL";
constexpr const char* kSourceRanges = "KUBE-SOURCE-RANGES-FIREWALL";
constexpr const char* kBalancer = "KUBE-LOAD-BALANCER";
constexpr const char* kFilter = "KUBE-IPVS-FILTER";
constexpr const char* kOutFilter = "KUBE-IPVS-OUT-FILTER";
constexpr const char* kMarkMasquerade = "KUBE-MARK-MASQ";
constexpr std::string_view kToHere = "-m addrtype --dst-type LOCAL";

// The rules beside the virtual servers: writeIptablesRules in pkg/proxy/ipvs/proxier.go.
class Writer {
 public:
  Writer(const RuleSet& set, const IpvsSets& sets, Family family)
      : set_{set}, sets_{sets}, family_{family}, tables_{family} {}

  std::string write() {
    write_jumps();
    write_nat();
    write_filter();
    return tables_.to_string();
  }

 private:
  void write_jumps();
  void write_nat();
  void write_filter();
  void write_external_ips(std::string_view name);
  std::string match(std::string_view name, std::string_view directions) const {
    return fmt::format("-m set --match-set {} {}", sets_.name_of(name), directions);
  }
  // A rule for what is in a set, if there is anything in it.
  void add_for_set(IptablesTable& table, const char* chain, std::string_view name,
                   std::string_view directions, const char* target,
                   std::string_view protocol = {}) {
    if (sets_.is_empty(name)) return;
    table.add(chain, {.protocol = protocol,
                      .comment = std::string{IpvsSets::comment_of(name)},
                      .last_matches = match(name, directions),
                      .jump = target,
                      .names_protocol = false});
  }

  const RuleSet& set_;
  const IpvsSets& sets_;
  Family family_;
  KubeletTables tables_;
};

void Writer::write_jumps() {
  IptablesTable& filter = tables_.filter;
  IptablesTable& nat = tables_.nat;
  for (const char* const chain : {kServices, kPostrouting, kNodePort, kBalancer, kMarkMasquerade}) {
    nat.add_chain(chain);
  }
  for (const char* const chain :
       {kForward, kNodePort, kFirewall, kSourceRanges, kFilter, kOutFilter}) {
    filter.add_chain(chain);
  }
  constexpr const char* kAccess = "kubernetes ipvs access filter";
  constexpr const char* kRanges = "kube-proxy firewall rules";
  filter.add("INPUT", {.comment = kAccess, .jump = kFilter});
  filter.add("INPUT", {.comment = kRanges, .jump = kFirewall});
  filter.add("INPUT", {.comment = "kubernetes health check rules", .jump = kNodePort});
  filter.add("FORWARD", {.comment = kRanges, .jump = kFirewall});
  filter.add("FORWARD", {.comment = "kubernetes forwarding rules", .jump = kForward});
  filter.add("OUTPUT", {.comment = kAccess, .jump = kOutFilter});
  tables_.add_kubelet_jumps();
  nat.add("PREROUTING", {.comment = "kubernetes service portals", .jump = kServices});
  nat.add("OUTPUT", {.comment = "kubernetes service portals", .jump = kServices});
  nat.add("POSTROUTING", {.comment = "kubernetes postrouting rules", .jump = kPostrouting});
}

void Writer::write_nat() {
  IptablesTable& nat = tables_.nat;
  nat.add(kServices,
          {.source = family_ == Family::ipv4 ? "127.0.0.0/8" : "::1/128", .jump = "RETURN"});
  add_for_set(nat, kPostrouting, "KUBE-LOOP-BACK", "dst,dst,src", "MASQUERADE");
  add_for_set(nat, kServices, "KUBE-LOAD-BALANCER", "dst,dst", kBalancer);
  add_for_set(nat, kBalancer, "KUBE-LOAD-BALANCER-LOCAL", "dst,dst", "RETURN");
  for (const auto& [protocol, local, all, directions] :
       {std::array{"tcp", "KUBE-NODE-PORT-LOCAL-TCP", "KUBE-NODE-PORT-TCP", "dst"},
        std::array{"udp", "KUBE-NODE-PORT-LOCAL-UDP", "KUBE-NODE-PORT-UDP", "dst"},
        std::array{"sctp", "KUBE-NODE-PORT-LOCAL-SCTP-HASH", "KUBE-NODE-PORT-SCTP-HASH",
                   "dst,dst"}}) {
    add_for_set(nat, kNodePort, local, directions, "RETURN", protocol);
    add_for_set(nat, kNodePort, all, directions, kMarkMasquerade, protocol);
  }
  const Cidr* const pods = find_family(set_.cluster_cidrs, family_);
  if (!sets_.is_empty("KUBE-CLUSTER-IP") && pods != nullptr) {
    nat.add(kServices, {.source = "! " + pods->to_string(),
                        .comment = std::string{IpvsSets::comment_of("KUBE-CLUSTER-IP")},
                        .matches = match("KUBE-CLUSTER-IP", "dst,dst"),
                        .jump = kMarkMasquerade});
  }
  add_for_set(nat, kServices, "KUBE-EXTERNAL-IP", "dst,dst", kMarkMasquerade);
  write_external_ips("KUBE-EXTERNAL-IP");
  write_external_ips("KUBE-EXTERNAL-IP-LOCAL");
  nat.add(kServices, {.matches = std::string{kToHere}, .jump = kNodePort});
  nat.add(kBalancer, {.jump = kMarkMasquerade});
  for (const char* const name : {"KUBE-CLUSTER-IP", "KUBE-LOAD-BALANCER"}) {
    if (!sets_.is_empty(name)) {
      nat.add(kServices, {.matches = match(name, "dst,dst"), .jump = "ACCEPT"});
    }
  }
  nat.add(kMarkMasquerade, {.jump = "MARK --set-xmark 0x4000/0x4000"});
  nat.add(kPostrouting, {.matches = "-m mark ! --mark 0x4000/0x4000", .jump = "RETURN"});
  nat.add(kPostrouting, {.jump = "MARK --set-xmark 0x4000/0x0"});
  nat.add(kPostrouting, {.comment = "kubernetes service traffic requiring SNAT",
                         .jump = "MASQUERADE --random-fully"});
}

void Writer::write_external_ips(std::string_view name) {
  if (sets_.is_empty(name)) return;
  for (const std::string_view rest :
       {std::string_view{"-m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL"}, kToHere}) {
    tables_.nat.add(kServices, {.comment = std::string{IpvsSets::comment_of(name)},
                                .matches = match(name, "dst,dst"),
                                .last_matches = std::string{rest},
                                .jump = "ACCEPT"});
  }
}

void Writer::write_filter() {
  IptablesTable& filter = tables_.filter;
  add_for_set(filter, kFirewall, "KUBE-LOAD-BALANCER-FW", "dst,dst", kSourceRanges);
  add_for_set(filter, kSourceRanges, "KUBE-LOAD-BALANCER-SOURCE-CIDR", "dst,dst,src", "RETURN");
  add_for_set(filter, kSourceRanges, "KUBE-LOAD-BALANCER-SOURCE-IP", "dst,dst,src", "RETURN");
  filter.add(kSourceRanges, {.jump = "DROP"});
  // The node itself asks from the load balancer's address, which kube-ipvs0 has.
  for (const Rule& rule : set_.rules) {
    if (rule.family() != family_ || rule.source_ranges.empty() || admits_node(rule, set_)) continue;
    for (const RuleFrontend& frontend : rule.frontends) {
      if (frontend.kind != FrontendKind::load_balancer) continue;
      const std::string address = with_prefix(frontend.address.ip);
      filter.add(kOutFilter, {.source = address,
                              .matches = fmt::format("-m ipvs --vproto {} --vaddr {} --vport {}",
                                                     protocol_number(rule.protocol), address,
                                                     frontend.address.port),
                              .jump = "DROP"});
    }
  }
  filter.add(kForward, {.comment = "kubernetes forwarding rules",
                        .matches = "-m mark --mark 0x4000/0x4000",
                        .jump = "ACCEPT"});
  filter.add(kForward, {.comment = "kubernetes forwarding conntrack rule",
                        .matches = "-m conntrack --ctstate RELATED,ESTABLISHED",
                        .jump = "ACCEPT"});
  constexpr std::string_view kHealth = "KUBE-HEALTH-CHECK-NODE-PORT";
  filter.add(kNodePort, {.comment = std::string{IpvsSets::comment_of(kHealth)},
                         .matches = match(kHealth, "dst"),
                         .jump = "ACCEPT"});
  for (const char* const name :
       {"KUBE-LOAD-BALANCER", "KUBE-CLUSTER-IP", "KUBE-EXTERNAL-IP", "KUBE-EXTERNAL-IP-LOCAL"}) {
    filter.add(kFilter, {.matches = match(name, "dst,dst"), .jump = "RETURN"});
  }
  filter.add(kFilter, {.matches = match(kHealth, "dst"), .jump = "RETURN"});
  filter.add(kFilter, {.state = "NEW",
                       .matches = match("KUBE-IPVS-IPS", "dst"),
                       .jump = fmt::format("REJECT --reject-with icmp{}-port-unreachable",
                                           family_ == Family::ipv4 ? "" : "6")});
}

}  // namespace

std::string print_ipvs_tables(const RuleSet& set, Family family) {
  const IpvsSets sets{set, family};
  return fmt::format("# Generated by ipset save\n{}# Generated by {}\n{}", sets.to_string(),
                     family == Family::ipv4 ? "iptables-save" : "ip6tables-save",
                     Writer{set, sets, family}.write());
}

}  // namespace rockpool::net::proxy
