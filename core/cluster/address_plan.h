// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/cluster_options.h"
#include "core/net/address.h"

namespace rockpool::cluster {

/// Which addresses things in a cluster have, in each of its IP families, the primary one first.
class AddressPlan {
 public:
  /// Requires options that `check_networks` accepts.
  explicit AddressPlan(const ClusterOptions& options);

  /// The addresses of the node of that number, counted from 0: kind's Docker networks.
  std::vector<net::IpAddress> node_addresses(int number) const;
  /// Where the Pods of that node get theirs from, and where all nodes' networks come from, with a
  /// comma between families.
  std::vector<net::Cidr> pod_cidrs(int number) const;
  std::string pod_networks() const;
  /// Where Services get theirs from, with a comma between families; kubeadm's and kind's ranges
  /// unless the options say others.
  std::string service_ranges() const;
  /// The address of the cluster's DNS Service: the tenth of the primary range, as kubeadm has it.
  net::IpAddress dns_address() const;
  /// Where the API server is reached.
  std::vector<net::IpAddress> api_addresses() const;
  /// The gateway of the nodes' network, which is their name server.
  std::vector<net::IpAddress> gateway_addresses() const;
  /// Where load balancers get theirs from, with a comma between families.
  std::string load_balancer_ranges() const;
  /// The machine outside the cluster from which people look at it.
  std::vector<net::IpAddress> outside_addresses() const;

 private:
  std::vector<net::Family> families_;
  std::vector<net::Cidr> service_ranges_;
  std::vector<net::Cidr> pod_networks_;
};

/// The networks in a text like an option's, with commas between them. Empty if one of them is none.
std::vector<net::Cidr> parse_networks(std::string_view text);
/// Something else that a cluster has, and its network; a single address is a network of its own.
struct FixedNetwork {
  std::string_view what;
  net::Cidr network;
};
/// What a cluster of these families has beside the networks of its Services and Pods: that of the
/// nodes, that of load balancers, and the addresses of single machines.
std::vector<FixedNetwork> fixed_networks(const std::vector<net::Family>& families);

/// How large the network of one node's Pods is.
inline constexpr int kPodMaskSizeIpv4 = 24;
inline constexpr int kPodMaskSizeIpv6 = 64;

}  // namespace rockpool::cluster
