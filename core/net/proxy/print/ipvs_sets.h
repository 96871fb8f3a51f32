// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/net/proxy/print/rule_set.h"

namespace rockpool::net::proxy {

/// The sets of one family by which the ipvs mode's iptables rules match (pkg/proxy/ipvs/ipset.go).
class IpvsSets {
 public:
  IpvsSets(const RuleSet& set, Family family);

  /// What `ipset save` writes, in the order in which kube-proxy makes them.
  std::string to_string() const;
  bool is_empty(std::string_view name) const;
  /// The set's own name: those of IPv6 begin with `KUBE-6-`.
  std::string name_of(std::string_view name) const;
  /// What its rules say of it.
  static std::string_view comment_of(std::string_view name);

 private:
  void add_rule(const Rule& rule, const RuleSet& set);
  void add_frontend(const Rule& rule, const RuleFrontend& frontend, const RuleSet& set);
  void add_load_balancer(const Rule& rule, const RuleFrontend& frontend, const RuleSet& set);
  void add_node_port(const Rule& rule, const RuleFrontend& frontend, const RuleSet& set);
  void add(std::string_view name, const SocketAddress& address, Protocol protocol,
           const std::string& rest = {});
  void add_port(std::string_view name, std::uint16_t port);
  // By what an entry is ordered, beside its text.
  using Entries = std::set<std::pair<SocketAddress, std::string>>;
  Entries& entries_of(std::string_view name);

  Family family_;
  std::vector<Entries> entries_;
};

}  // namespace rockpool::net::proxy
