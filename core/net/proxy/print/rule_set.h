// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/net/address.h"
#include "core/net/connection_tracking.h"
#include "core/net/proxy/mode.h"
#include "core/net/proxy/rule.h"

namespace rockpool::net::proxy {

/// Everything that one node's proxy works by.
struct RuleSet {
  ModeKind mode = ModeKind::userspace;
  IpvsScheduler scheduler = IpvsScheduler::rr;
  /// The node's name.
  std::string node;
  /// The node's own, the primary one first.
  std::vector<IpAddress> node_addresses;
  /// Where Pods have their addresses (kube-proxy's --cluster-cidr), and Services theirs.
  std::vector<Cidr> cluster_cidrs;
  std::vector<Cidr> service_cidrs;
  /// In order of the Services' names.
  std::vector<Rule> rules;
  std::vector<ClientAffinity> affinities;
  std::vector<TrackedConnection> connections;
  std::vector<Turn> turns;
};

/// The rule set as the mode's own tools would show it: `iptables-save`; `ipvsadm -Ln`, then
/// `ipset save` and `iptables-save`; `nft list ruleset`. What kube-proxy v1.33 writes, and what the
/// kubelet has put into iptables before; of the userspace mode, what kube-proxy v1.25 wrote. IPv6
/// follows IPv4 where the node has it.
std::string print_rules(const RuleSet& set);

}  // namespace rockpool::net::proxy
