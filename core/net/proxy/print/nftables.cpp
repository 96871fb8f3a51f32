// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/doc/sha256.h"
#include "core/net/proxy/print/printers.h"

namespace rockpool::net::proxy {
namespace {

constexpr const char* kMarkMasquerade = "mark-for-masquerade";

// The names of chains and sets end in a hash and what it was made of (hashAndTruncate).
std::string hash_and_truncate(const std::string& name) {
  constexpr std::size_t kLongest = 240;
  std::string whole = doc::base32(doc::sha256(name), 8) + '-' + name;
  if (whole.size() > kLongest) whole = whole.substr(0, kLongest - 3) + "...";
  return whole;
}

std::string port_path(const Rule& rule) {
  return fmt::format("{}/{}/{}", rule.service, lower_name(rule.protocol), rule.port_name);
}

std::string endpoint_name(const Rule& rule, const SocketAddress& endpoint) {
  std::string ip = endpoint.ip.to_string();
  std::ranges::replace(ip, ':', '.');
  return hash_and_truncate(fmt::format("{}__{}/{}", port_path(rule), ip, endpoint.port));
}

// A span as nft writes it: `3h`, `2h59m50s`.
std::string span_text(std::chrono::seconds span) {
  std::string text;
  std::int64_t left = span.count();
  for (const auto& [unit, letter] :
       {std::pair{86'400, 'd'}, std::pair{3'600, 'h'}, std::pair{60, 'm'}, std::pair{1, 's'}}) {
    if (left / unit > 0) text += fmt::format("{}{}", left / unit, letter);
    left %= unit;
  }
  return text.empty() ? "0s" : text;
}

// A set without a name: nft shows a single element without braces.
std::string as_set(const std::vector<std::string>& elements) {
  if (elements.size() == 1) return elements.front();
  return fmt::format("{{ {} }}", fmt::join(elements, ", "));
}

// A set or map with its elements, in order.
struct Set {
  std::string kind;
  std::string name;
  // Lines before the elements.
  std::vector<std::string> properties;
  std::vector<std::string> elements;
  // How many elements stand in one line.
  std::size_t per_line = 1;

  std::string to_string() const {
    std::string text = fmt::format("\t{} {} {{\n", kind, name);
    for (const std::string& property : properties) text += fmt::format("\t\t{}\n", property);
    if (!elements.empty()) {
      text += "\t\telements = { ";
      for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) text += i % per_line == 0 ? ",\n\t\t\t     " : ", ";
        text += elements[i];
      }
      text += " }\n";
    }
    return text + "\t}\n";
  }
};

struct Chain {
  std::string name;
  std::vector<std::string> lines;

  std::string to_string() const {
    std::string text = fmt::format("\tchain {} {{\n", name);
    for (const std::string& line : lines) text += fmt::format("\t\t{}\n", line);
    return text + "\t}\n";
  }
};

// What kube-proxy puts into its table (setupNFTables and syncProxyRules in
// pkg/proxy/nftables/proxier.go).
class Writer {
 public:
  Writer(const RuleSet& set, Family family)
      : set_{set},
        family_{family},
        ip_{family == Family::ipv4 ? "ip" : "ip6"},
        address_type_{family == Family::ipv4 ? "ipv4_addr" : "ipv6_addr"},
        cluster_cidr_{find_family(set.cluster_cidrs, family)} {}

  std::string write();

 private:
  using Elements = std::map<std::vector<std::string>, std::string>;

  void write_base_chains();
  void write_own_chains();
  void write_rule(const Rule& rule);
  void write_frontend(const Rule& rule, const Reach& reach, const RuleFrontend& frontend);
  void write_cluster_ips(const Rule& rule, const Reach& reach, Chain& cluster, Chain& local);
  void write_external(const Rule& rule, const Reach& reach, Chain& external);
  void write_choice(const Rule& rule, const std::vector<SocketAddress>& endpoints, Chain& chain);
  void write_endpoint(const Rule& rule, const SocketAddress& endpoint);
  void write_affinity(const Rule& rule, const SocketAddress& endpoint);
  std::string firewall_rule(const Rule& rule) const;
  std::string sets() const;
  std::string map_text(const std::string& name, bool has_address, const char* comment,
                       std::vector<std::string> elements) const;

  const RuleSet& set_;
  Family family_;
  std::string ip_;
  std::string address_type_;
  const Cidr* cluster_cidr_;
  // In order of addresses.
  std::map<IpAddress, bool> cluster_ips_;
  // The keys of the maps are ordered by address and port, not by their texts.
  using Key = std::pair<SocketAddress, Protocol>;
  std::map<Key, std::string> service_ips_;
  std::map<Key, std::string> node_ports_;
  std::map<Key, std::string> no_endpoint_services_;
  std::map<Key, std::string> no_endpoint_node_ports_;
  std::map<Key, std::string> firewall_ips_;
  std::vector<Set> affinity_sets_;
  std::vector<Chain> chains_;
};

std::string Writer::write() {
  write_base_chains();
  write_own_chains();
  for (const Rule& rule : set_.rules) {
    if (rule.family() == family_) write_rule(rule);
  }
  std::string text =
      fmt::format("table {} kube-proxy {{\n\tcomment \"rules for kube-proxy\"\n", ip_);
  text += sets();
  for (const Set& set : affinity_sets_) text += '\n' + set.to_string();
  for (const Chain& chain : chains_) text += '\n' + chain.to_string();
  return text + "}\n";
}

void Writer::write_base_chains() {
  // nft writes a priority by its name only where that is the usual one of the hook.
  const auto add = [&](const char* name, const char* type, const char* hook, const char* priority,
                       std::vector<std::string> rules) {
    rules.insert(rules.begin(),
                 fmt::format("type {} hook {} priority {}; policy accept;", type, hook, priority));
    chains_.push_back({name, std::move(rules)});
  };
  add("filter-prerouting", "filter", "prerouting", "dstnat - 10",
      {"ct state new jump firewall-check"});
  add("filter-input", "filter", "input", "-110",
      {"ct state new jump nodeport-endpoints-check", "ct state new jump service-endpoints-check"});
  add("filter-forward", "filter", "forward", "-110",
      {"ct state new jump service-endpoints-check", "ct state new jump cluster-ips-check"});
  add("filter-output", "filter", "output", "-110",
      {"ct state new jump service-endpoints-check", "ct state new jump firewall-check"});
  add("filter-output-post-dnat", "filter", "output", "-90",
      {"ct state new jump cluster-ips-check"});
  add("nat-prerouting", "nat", "prerouting", "dstnat", {"jump services"});
  add("nat-output", "nat", "output", "-100", {"jump services"});
  add("nat-postrouting", "nat", "postrouting", "srcnat", {"jump masquerading"});
}

void Writer::write_own_chains() {
  const std::string by_address = fmt::format("{} daddr . meta l4proto . th dport vmap", ip_);
  const std::string by_port =
      fmt::format("{} daddr @nodeport-ips meta l4proto . th dport vmap", ip_);
  chains_.push_back({"nodeport-endpoints-check", {by_port + " @no-endpoint-nodeports"}});
  chains_.push_back({"service-endpoints-check", {by_address + " @no-endpoint-services"}});
  chains_.push_back({"firewall-check", {by_address + " @firewall-ips"}});
  chains_.push_back({"services", {by_address + " @service-ips", by_port + " @service-nodeports"}});
  chains_.push_back({"masquerading",
                     {"meta mark & 0x00004000 == 0x00000000 return",
                      "meta mark set meta mark ^ 0x00004000", "masquerade fully-random"}});
  Chain check{"cluster-ips-check",
              {fmt::format("{} daddr @cluster-ips reject comment \"Reject traffic to invalid ports "
                           "of ClusterIPs\"",
                           ip_)}};
  if (const Cidr* const range = find_family(set_.service_cidrs, family_)) {
    check.lines.push_back(
        fmt::format("{} daddr {} drop comment \"Drop traffic to unallocated ClusterIPs\"", ip_,
                    range->to_string()));
  }
  chains_.push_back(std::move(check));
  chains_.push_back({kMarkMasquerade, {"meta mark set meta mark | 0x00004000"}});
  chains_.push_back(
      {"reject-chain",
       {"comment \"helper for @no-endpoint-services / @no-endpoint-nodeports\"", "reject"}});
}

void Writer::write_rule(const Rule& rule) {
  const Reach reach{rule};
  const std::string name = hash_and_truncate(port_path(rule));
  Chain cluster{"service-" + name, {}};
  Chain local{"local-" + name, {}};
  Chain external{"external-" + name, {}};
  for (const RuleFrontend& frontend : rule.frontends) write_frontend(rule, reach, frontend);
  write_cluster_ips(rule, reach, cluster, local);
  if (reach.uses_cluster_chain) write_choice(rule, rule.eligible.cluster, cluster);
  if (reach.uses_local_chain) write_choice(rule, rule.eligible.local, local);
  for (const SocketAddress& endpoint : reach.reachable) write_endpoint(rule, endpoint);
  if (reach.uses_cluster_chain) chains_.push_back(std::move(cluster));
  if (reach.uses_local_chain) chains_.push_back(std::move(local));
  if (reach.has_endpoints && reach.is_external) {
    write_external(rule, reach, external);
    chains_.push_back(std::move(external));
  }
  if (reach.has_firewall) chains_.push_back({"firewall-" + name, {firewall_rule(rule)}});
}

void Writer::write_frontend(const Rule& rule, const Reach& reach, const RuleFrontend& frontend) {
  const std::string name = hash_and_truncate(port_path(rule));
  const Key key{frontend.address, rule.protocol};
  const bool is_internal = frontend.kind == FrontendKind::cluster_ip;
  const bool is_node_port = frontend.kind == FrontendKind::node_port;
  std::string chain = "external-" + name;
  if (is_internal) {
    cluster_ips_[frontend.address.ip] = true;
    chain = (rule.is_internal_local ? "local-" : "service-") + name;
  }
  const bool may_pass = is_internal ? reach.has_internal_endpoints : reach.has_endpoints;
  if (may_pass) (is_node_port ? node_ports_ : service_ips_)[key] = "goto " + chain;
  const bool has_any = is_internal ? reach.has_internal_endpoints : reach.has_external_endpoints;
  if (!has_any) {
    const std::string verdict = reach.has_endpoints ? "drop" : "goto reject-chain";
    (is_node_port ? no_endpoint_node_ports_ : no_endpoint_services_)[key] =
        fmt::format("comment \"{}\" : {}", rule.full_name(), verdict);
  }
  if (frontend.kind == FrontendKind::load_balancer && reach.has_firewall) {
    firewall_ips_[key] = "goto firewall-" + name;
  }
}

void Writer::write_cluster_ips(const Rule& rule, const Reach& reach, Chain& cluster, Chain& local) {
  if (!reach.has_internal_endpoints || cluster_cidr_ == nullptr) return;
  for (const RuleFrontend& frontend : rule.frontends) {
    if (frontend.kind != FrontendKind::cluster_ip) continue;
    (rule.is_internal_local ? local : cluster)
        .lines.push_back(fmt::format("{} daddr {} {} dport {} {} saddr != {} jump {}", ip_,
                                     frontend.address.ip.to_string(), lower_name(rule.protocol),
                                     frontend.address.port, ip_, cluster_cidr_->to_string(),
                                     kMarkMasquerade));
  }
}

void Writer::write_external(const Rule& rule, const Reach& reach, Chain& external) {
  const std::string name = hash_and_truncate(port_path(rule));
  if (!rule.is_external_local) {
    external.lines.push_back(fmt::format("jump {}", kMarkMasquerade));
  } else {
    if (cluster_cidr_ != nullptr) {
      external.lines.push_back(
          fmt::format("{} saddr {} goto service-{} comment \"short-circuit pod traffic\"", ip_,
                      cluster_cidr_->to_string(), name));
    }
    external.lines.push_back(fmt::format(
        "fib saddr type local jump {} comment \"masquerade local traffic\"", kMarkMasquerade));
    external.lines.push_back(fmt::format(
        "fib saddr type local goto service-{} comment \"short-circuit local traffic\"", name));
  }
  if (reach.has_external_endpoints) {
    external.lines.push_back(
        fmt::format("goto {}{}", rule.is_external_local ? "local-" : "service-", name));
  }
}

std::string Writer::firewall_rule(const Rule& rule) const {
  std::vector<std::string> sources;
  for (const Cidr& range : rule.source_ranges) sources.push_back(range.to_string());
  const bool is_admitted = admits_node(rule, set_);
  // Some load balancers' addresses are the node's own: it then asks from there.
  for (const RuleFrontend& frontend : rule.frontends) {
    if (!is_admitted || frontend.kind != FrontendKind::load_balancer) continue;
    sources.push_back(frontend.address.ip.to_string());
  }
  return fmt::format("{} saddr != {} drop", ip_, as_set(sources));
}

void Writer::write_choice(const Rule& rule, const std::vector<SocketAddress>& endpoints,
                          Chain& chain) {
  if (rule.affinity_timeout != sim::Duration{0}) {
    for (const SocketAddress& endpoint : endpoints) {
      const std::string name = endpoint_name(rule, endpoint);
      chain.lines.push_back(fmt::format("{} saddr @affinity-{} goto endpoint-{}", ip_, name, name));
    }
  }
  std::string verdicts;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    verdicts += fmt::format("{}{} : goto endpoint-{}", i == 0 ? "" : ", ", i,
                            endpoint_name(rule, endpoints[i]));
  }
  chain.lines.push_back(
      fmt::format("numgen random mod {} vmap {{ {} }}", endpoints.size(), verdicts));
}

void Writer::write_endpoint(const Rule& rule, const SocketAddress& endpoint) {
  const std::string name = endpoint_name(rule, endpoint);
  Chain chain{"endpoint-" + name,
              {fmt::format("{} saddr {} jump {}", ip_, endpoint.ip.to_string(), kMarkMasquerade)}};
  if (rule.affinity_timeout != sim::Duration{0}) {
    chain.lines.push_back(fmt::format("update @affinity-{} {{ {} saddr }}", name, ip_));
    write_affinity(rule, endpoint);
  }
  chain.lines.push_back(
      fmt::format("meta l4proto {} dnat to {}", lower_name(rule.protocol), endpoint.to_string()));
  chains_.push_back(std::move(chain));
}

void Writer::write_affinity(const Rule& rule, const SocketAddress& endpoint) {
  const auto timeout = std::chrono::duration_cast<std::chrono::seconds>(rule.affinity_timeout);
  Set set{"set",
          "affinity-" + endpoint_name(rule, endpoint),
          {"type " + address_type_, "size 65535", "flags dynamic,timeout",
           "timeout " + span_text(timeout)},
          {},
          1};
  for (const ClientAffinity& known : set_.affinities) {
    if (known.port != rule.id || known.endpoint != endpoint) continue;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(known.remaining);
    set.elements.push_back(fmt::format("{} expires {}", known.client.to_string(), span_text(left)));
  }
  affinity_sets_.push_back(std::move(set));
}

std::string Writer::map_text(const std::string& name, bool has_address, const char* comment,
                             std::vector<std::string> elements) const {
  const std::string key =
      (has_address ? address_type_ + " . " : std::string{}) + "inet_proto . inet_service";
  return '\n' + Set{"map",
                    name,
                    {fmt::format("type {} : verdict", key), fmt::format("comment \"{}\"", comment)},
                    std::move(elements),
                    1}
                    .to_string();
}

std::string Writer::sets() const {
  const auto elements = [](const std::map<Key, std::string>& map, bool has_address,
                           const char* separator) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : map) {
      const auto& [address, protocol] = key;
      texts.push_back(fmt::format("{}{} . {}{}{}",
                                  has_address ? address.ip.to_string() + " . " : std::string{},
                                  lower_name(protocol), address.port, separator, value));
    }
    return texts;
  };
  const std::size_t per_line = family_ == Family::ipv4 ? 2 : 1;
  Set cluster_ips{"set",
                  "cluster-ips",
                  {"type " + address_type_, "comment \"Active ClusterIPs\""},
                  {},
                  per_line};
  for (const auto& [ip, is_active] : cluster_ips_) cluster_ips.elements.push_back(ip.to_string());
  Set own{"set",
          "nodeport-ips",
          {"type " + address_type_, "comment \"IPs that accept NodePort traffic\""},
          {},
          per_line};
  for (const IpAddress& address : set_.node_addresses) {
    if (address.family() == family_) own.elements.push_back(address.to_string());
  }
  std::string text = '\n' + cluster_ips.to_string() + '\n' + own.to_string();
  text += map_text("no-endpoint-services", true,
                   "vmap to drop or reject packets to services with no endpoints",
                   elements(no_endpoint_services_, true, " "));
  text += map_text("no-endpoint-nodeports", false,
                   "vmap to drop or reject packets to service nodeports with no endpoints",
                   elements(no_endpoint_node_ports_, false, " "));
  text +=
      map_text("firewall-ips", true, "destinations that are subject to LoadBalancerSourceRanges",
               elements(firewall_ips_, true, " : "));
  text += map_text("service-ips", true, "ClusterIP, ExternalIP and LoadBalancer IP traffic",
                   elements(service_ips_, true, " : "));
  text +=
      map_text("service-nodeports", false, "NodePort traffic", elements(node_ports_, false, " : "));
  return text;
}

}  // namespace

std::string print_nftables(const RuleSet& set, Family family) {
  return Writer{set, family}.write();
}

}  // namespace rockpool::net::proxy
