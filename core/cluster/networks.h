// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// The networks in which everything of a cluster has its addresses.
namespace rockpool::cluster {

/// Where nodes have their addresses, as in a Docker network.
inline constexpr std::string_view kNodeNetwork = "172.18.0.0/16";

/// Where Pods have theirs (kube-proxy's --cluster-cidr): kubeadm's usual range; larger clusters
/// need a larger one, clear of the Services' 10.96.0.0/12.
constexpr std::string_view pod_network(int nodes) {
  constexpr int kNodesInUsualNetwork = 256;
  return nodes <= kNodesInUsualNetwork ? "10.244.0.0/16" : "10.128.0.0/9";
}

}  // namespace rockpool::cluster
