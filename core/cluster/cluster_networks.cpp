// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/cluster_networks.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/cluster/address_plan.h"

namespace rockpool {
namespace {

using cluster::AddressPlan;
using net::Cidr;

// kube-apiserver's limit of --service-cluster-ip-range, and the fewest bits with room for the
// tenth address, which is the DNS Service's (kubeadm).
constexpr int kMaxServiceBits = 20;
constexpr int kMinServiceBits = 4;
// kubeadm's podSubnetNodeMaskMaxDiff.
constexpr int kMaxPodBits = 16;

std::unexpected<std::string> refusal(std::string text) {
  return std::unexpected{std::move(text)};
}

std::expected<void, std::string> check_families(std::string_view what, std::string_view text,
                                                const std::vector<net::Family>& families) {
  const std::vector<Cidr> networks = cluster::parse_networks(text);
  if (networks.empty()) {
    return refusal(fmt::format(
        "{}: expected a network like 10.96.0.0/12, or two with a comma between them, not \"{}\"",
        what, text));
  }
  std::vector<net::Family> found;
  for (const Cidr& network : networks) found.push_back(network.base().family());
  if (found == families) return {};
  return refusal(fmt::format("{}: {} is {}, but the cluster's IP families are {}", what, text,
                             net::families_text(found), net::families_text(families)));
}

std::expected<void, std::string> check_service_size(const Cidr& network) {
  const int bits = network.base().bit_length();
  if (bits - network.prefix_length() > kMaxServiceBits) {
    return refusal(
        fmt::format("service CIDR: {} is too large; for {}-bit addresses, the mask must be >= {}",
                    network.to_string(), bits, bits - kMaxServiceBits));
  }
  if (bits - network.prefix_length() >= kMinServiceBits) return {};
  return refusal(
      fmt::format("service CIDR: {} is too small; for {}-bit addresses, the mask must be <= {}",
                  network.to_string(), bits, bits - kMinServiceBits));
}

std::expected<void, std::string> check_pod_size(const Cidr& network, int nodes) {
  const int mask = network.base().is_v6() ? cluster::kPodMaskSizeIpv6 : cluster::kPodMaskSizeIpv4;
  const int bits = mask - network.prefix_length();
  if (bits > kMaxPodBits) {
    return refusal(
        fmt::format("Pod CIDR: {} is too large; nodes get a /{} of it, so the mask must "
                    "be >= {}",
                    network.to_string(), mask, mask - kMaxPodBits));
  }
  if (bits >= 0 && (std::int64_t{1} << bits) >= nodes) return {};
  return refusal(fmt::format("Pod CIDR: {} is too small for {} nodes, each of which gets a /{}",
                             network.to_string(), nodes, mask));
}

bool overlap(const Cidr& left, const Cidr& right) {
  return left.contains(right.base()) || right.contains(left.base());
}

std::expected<void, std::string> check_apart(const AddressPlan& plan,
                                             const std::vector<net::Family>& families) {
  std::vector<cluster::FixedNetwork> others = cluster::fixed_networks(families);
  const auto check = [&](std::string_view what,
                         const Cidr& network) -> std::expected<void, std::string> {
    for (const cluster::FixedNetwork& other : others) {
      if (!overlap(network, other.network)) continue;
      return refusal(fmt::format("{}: {} overlaps {} {}", what, network.to_string(), other.what,
                                 other.network.to_string()));
    }
    return {};
  };
  for (const Cidr& network : cluster::parse_networks(plan.service_ranges())) {
    if (auto checked = check("service CIDR", network); !checked) return checked;
  }
  for (const Cidr& network : cluster::parse_networks(plan.service_ranges())) {
    others.push_back({"the service CIDR", network});
  }
  for (const Cidr& network : cluster::parse_networks(plan.pod_networks())) {
    if (auto checked = check("Pod CIDR", network); !checked) return checked;
  }
  return {};
}

}  // namespace

std::expected<void, std::string> check_networks(const ClusterOptions& options) {
  // The usual networks go together.
  if (options.service_cidr.empty() && options.pod_cidr.empty()) return {};
  if (!options.service_cidr.empty()) {
    auto checked = check_families("service CIDR", options.service_cidr, options.ip_families);
    if (!checked) return checked;
    for (const Cidr& network : cluster::parse_networks(options.service_cidr)) {
      if (checked = check_service_size(network); !checked) return checked;
    }
  }
  if (!options.pod_cidr.empty()) {
    auto checked = check_families("Pod CIDR", options.pod_cidr, options.ip_families);
    if (!checked) return checked;
    for (const Cidr& network : cluster::parse_networks(options.pod_cidr)) {
      if (checked = check_pod_size(network, options.nodes); !checked) return checked;
    }
  }
  return check_apart(AddressPlan{options}, options.ip_families);
}

}  // namespace rockpool
