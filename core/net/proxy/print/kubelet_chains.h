// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/net/address.h"
#include "core/net/proxy/print/iptables_table.h"

namespace rockpool::net::proxy {

/// The tables of iptables of one family, with what the kubelet has put there before kube-proxy runs
/// (pkg/kubelet/kubelet_network_linux.go): its canaries, the mark by which others find out which
/// iptables is in use, and the firewall of 127.0.0.0/8.
struct KubeletTables {
  explicit KubeletTables(Family family) {
    constexpr const char* kCanary = "KUBE-KUBELET-CANARY";
    for (IptablesTable* const table : {&mangle, &filter, &nat}) table->add_chain(kCanary);
    mangle.add_chain("KUBE-IPTABLES-HINT");
    filter.add_chain(kFirewall);
    if (family == Family::ipv6) return;
    filter.add(kFirewall, {.source = "! 127.0.0.0/8",
                           .destination = "127.0.0.0/8",
                           .comment = "block incoming localnet connections",
                           .matches = "-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT",
                           .jump = "DROP"});
  }

  /// Where the kubelet's firewall is entered: behind what kube-proxy puts before it.
  void add_kubelet_jumps() {
    filter.add("INPUT", {.jump = kFirewall});
    filter.add("OUTPUT", {.jump = kFirewall});
  }

  std::string to_string() const {
    return mangle.to_string() + filter.to_string() + nat.to_string();
  }

  static constexpr const char* kFirewall = "KUBE-FIREWALL";
  IptablesTable mangle{"mangle", {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"}};
  IptablesTable filter{"filter", {"INPUT", "FORWARD", "OUTPUT"}};
  IptablesTable nat{"nat", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"}};
};

}  // namespace rockpool::net::proxy
