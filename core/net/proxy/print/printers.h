// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/net/proxy/print/rule_set.h"

// The inside of `print_rules`: one printer for each notation, and what they share.
namespace rockpool::net::proxy {

/// `iptables-save` of one family: the chains KUBE-SVC-… (pkg/proxy/iptables).
std::string print_iptables(const RuleSet& set, Family family);
/// `iptables-save` of one family: redirections to the ports of the process (pkg/proxy/userspace).
std::string print_userspace(const RuleSet& set, Family family);
/// `ipvsadm -Ln`, both families (pkg/proxy/ipvs).
std::string print_ipvs(const RuleSet& set);
/// What the ipvs mode has beside its virtual servers, of one family: `ipset save` and
/// `iptables-save`.
std::string print_ipvs_tables(const RuleSet& set, Family family);
/// `nft list ruleset` of one family: the table kube-proxy (pkg/proxy/nftables).
std::string print_nftables(const RuleSet& set, Family family);

/// "tcp", "udp", "sctp".
std::string_view lower_name(Protocol protocol);
/// As in IP headers: 6, 17, 132.
int protocol_number(Protocol protocol);
/// "10.0.0.1/32".
std::string with_prefix(const IpAddress& address);
/// The first of them that is of that family, or null.
const Cidr* find_family(const std::vector<Cidr>& ranges, Family family);

/// True if a load balancer's source ranges admit the node itself.
bool admits_node(const Rule& rule, const RuleSet& set);

/// The end of the names of a Service port's chains, as kube-proxy's iptables mode makes it: 16
/// characters of a hash (portProtoHash).
std::string port_hash(const Rule& rule);
/// The name of an endpoint's chain: `KUBE-SEP-…` (servicePortEndpointChainName).
std::string endpoint_chain(const Rule& rule, const SocketAddress& endpoint);

/// What a rule's endpoints and policies come to (CategorizeEndpoints and what proxiers make of it).
struct Reach {
  explicit Reach(const Rule& rule);
  /// There are addresses besides the cluster IP.
  bool is_external = false;
  bool has_endpoints = false;
  bool has_internal_endpoints = false;
  bool has_external_endpoints = false;
  bool uses_cluster_chain = false;
  bool uses_local_chain = false;
  /// There are addresses of load balancers, which admit only some clients.
  bool has_firewall = false;
  /// All endpoints that this node may send to, in order, each once.
  std::vector<SocketAddress> reachable;
};

}  // namespace rockpool::net::proxy
