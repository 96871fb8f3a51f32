// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/net/dns/resolver.h"

namespace rockpool::node {

/// The cluster's DNS as a kubelet is told of it.
struct ClusterDns {
  /// The address of the DNS Service (`clusterDNS`).
  net::IpAddress address = net::IpAddress::v4(10, 96, 0, 10);
  std::string domain = "cluster.local";
  /// What the node itself uses, for dnsPolicy Default.
  std::vector<net::IpAddress> node_nameservers = {net::IpAddress::v4(192, 168, 49, 1)};
};

/// The contents of a Pod's /etc/resolv.conf and /etc/hosts (pkg/kubelet/network/dns and
/// kubelet_pods.go), by its dnsPolicy, dnsConfig, hostname, subdomain and hostAliases. Beyond three
/// name servers and 32 search domains the rest is dropped, as upstream does.
net::dns::ResolverConfig make_resolver_config(const api::Pod& pod, const ClusterDns& dns,
                                              std::span<const net::IpAddress> pod_ips);

/// The Pod's own name for itself: spec.hostname, or metadata.name cut to 63 characters.
std::string pod_hostname(const api::Pod& pod);
/// The name that its kernel has: with setHostnameAsFQDN the whole domain name, if it has one.
std::string kernel_hostname(const api::Pod& pod, std::string_view cluster_domain);
/// The most characters that a kernel's name has.
inline constexpr std::size_t kMaxKernelHostname = 64;
/// `hostname.subdomain.namespace.svc.cluster.local` if it has a subdomain; otherwise empty.
std::string pod_domain_name(const api::Pod& pod, std::string_view cluster_domain);

}  // namespace rockpool::node
