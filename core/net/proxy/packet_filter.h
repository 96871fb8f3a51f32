// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/proxy/affinity.h"
#include "core/net/proxy/mode.h"

namespace rockpool::net::proxy {

/// The modes iptables (pkg/proxy/iptables) and nftables (pkg/proxy/nftables): rules in the kernel's
/// packet filter, by which it gives each new connection an endpoint at random and then only changes
/// addresses. iptables gets there by a chain of probabilities (1/n, 1/(n-1), …), nftables by one
/// random number; the outcome is the same. An endpoint that cannot be reached is the client's
/// problem: nothing else is tried.
///
/// Affinities are remembered per endpoint (`recent` in iptables, a set with time-outs in nftables)
/// and begin anew with every connection. nftables also refuses and drops what iptables lets pass to
/// nowhere.
class PacketFilter : public Mode {
 public:
  PacketFilter(ModeKind kind, sim::Random random) : kind_{kind}, random_{random} {}

  std::string_view name() const override { return mode_kind_name(kind_); }
  bool guards_cluster_ips() const override { return kind_ == ModeKind::nftables; }
  // kube-proxy's --iptables-localhost-nodeports, which needs the kernel's route_localnet.
  bool serves_loopback(Family family) const override {
    return kind_ == ModeKind::iptables && family == Family::ipv4;
  }
  SocketAddress choose(const Ref<const PortRules>& rules, const Choice& choice) override;
  std::vector<Affinity> affinities() const override { return affinity_.all(); }

 private:
  ModeKind kind_;
  sim::Random random_;
  AffinityTable affinity_;
};

}  // namespace rockpool::net::proxy
