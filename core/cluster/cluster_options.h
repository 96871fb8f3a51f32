// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/net/address.h"
#include "core/net/proxy/mode.h"
#include "core/sim/time.h"

namespace rockpool {

/// What a cluster starts from. Two clusters with the same options and the same inputs have the same
/// history.
struct ClusterOptions {
  /// Decides every random choice.
  std::uint64_t seed = 1;
  /// Worker nodes, named `node-1`, `node-2`, …; from 0 to kMaxNodes.
  int nodes = 3;
  /// The IP families in which nodes, Pods and Services have addresses: one, or both for dual stack.
  /// The first is the primary one, which Services get unless they ask for another.
  std::vector<net::Family> ip_families = {net::Family::ipv4};
  /// Where Services and Pods get their addresses from: a network of each family, with a comma
  /// between them, in their order (kubeadm's --service-cidr and --pod-network-cidr). Empty: kind's
  /// usual ones. `check_networks` (core/cluster/cluster_networks.h) says what can be had.
  std::string service_cidr = {};
  std::string pod_cidr = {};
  /// Where virtual time starts.
  sim::Time start = sim::kEpoch;
  /// True: CoreDNS and its Service are installed, as kubeadm does.
  bool dns = true;
  /// True: requests over HTTP need the rights that RBAC gives their user; all may do all otherwise.
  bool rbac = false;
  /// How long the news of a change takes to reach a node's proxy, and by how much nodes differ:
  /// each node adds a share of the spread of its own.
  sim::Duration proxy_delay = std::chrono::milliseconds{200};
  sim::Duration proxy_delay_spread = std::chrono::milliseconds{100};
  /// How the nodes' proxies treat connections, and how ipvs chooses among endpoints. May be changed
  /// while the cluster runs; here stays what it began with.
  net::proxy::ModeKind proxy_mode = net::proxy::ModeKind::userspace;
  net::proxy::IpvsScheduler ipvs_scheduler = net::proxy::IpvsScheduler::rr;
};

/// The most nodes a cluster may have; upstream's tested limit is 5,000.
inline constexpr int kMaxNodes = 16'000;

}  // namespace rockpool
