// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/address_plan.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace rockpool::cluster {
namespace {

// Something that there is one of for each family.
struct Pair {
  std::string_view ipv4;
  std::string_view ipv6;

  std::string_view of(net::Family family) const {
    return family == net::Family::ipv4 ? ipv4 : ipv6;
  }
};

constexpr Pair kNodeNetworks{"172.18.0.0/16", "fc00:f853:ccd:e793::/64"};
// Larger clusters need larger ones, clear of the Services' 10.96.0.0/12.
constexpr Pair kPodNetworks{"10.244.0.0/16", "fd00:10:244::/56"};
constexpr Pair kLargePodNetworks{"10.128.0.0/9", "fd00:10:244::/48"};
constexpr int kNodesInPodNetwork = 256;
constexpr Pair kServiceRanges{"10.96.0.0/12", "fd00:10:96::/112"};
constexpr Pair kApiAddresses{"192.168.49.2", "fd00:192:168:49::2"};
constexpr Pair kGatewayAddresses{"192.168.49.1", "fd00:192:168:49::1"};
// Ranges for documentation (RFC 5737, RFC 3849).
constexpr Pair kLoadBalancerRanges{"198.51.100.0/24", "2001:db8:198:51::/120"};
constexpr Pair kOutsideAddresses{"203.0.113.10", "2001:db8:203:0:113::10"};
constexpr std::uint64_t kDnsPlace = 10;

// The texts are our own, so they can be read.
net::Cidr range(const Pair& pair, net::Family family) {
  return *net::Cidr::parse(pair.of(family));
}

std::string joined(const Pair& pair, const std::vector<net::Family>& families) {
  std::string text;
  for (const net::Family family : families) {
    if (!text.empty()) text += ',';
    text += pair.of(family);
  }
  return text;
}

std::string joined(const std::vector<net::Cidr>& networks) {
  std::string text;
  for (const net::Cidr& network : networks) {
    if (!text.empty()) text += ',';
    text += network.to_string();
  }
  return text;
}

// Those that the option asks for, or the usual ones.
std::vector<net::Cidr> networks_of(std::string_view option, const Pair& usual,
                                   const std::vector<net::Family>& families) {
  return parse_networks(option.empty() ? joined(usual, families) : option);
}

std::vector<net::IpAddress> parsed(const Pair& pair, const std::vector<net::Family>& families) {
  std::vector<net::IpAddress> addresses;
  for (const net::Family family : families) {
    addresses.push_back(*net::IpAddress::parse(pair.of(family)));
  }
  return addresses;
}

const Pair& pod_network_of(int nodes) {
  return nodes <= kNodesInPodNetwork ? kPodNetworks : kLargePodNetworks;
}

// The block of that number among those into which a network is divided.
net::Cidr block(const net::Cidr& whole, int prefix_length, int number) {
  const auto count = static_cast<std::uint64_t>(number);
  const net::IpAddress base = whole.base();
  if (base.is_v6()) {
    const std::uint64_t step = std::uint64_t{1} << (64 - prefix_length);
    return {net::IpAddress::v6(base.high() + count * step, base.low()), prefix_length};
  }
  return {*whole.nth(count << (base.bit_length() - prefix_length)), prefix_length};
}

}  // namespace

AddressPlan::AddressPlan(const ClusterOptions& options)
    : families_{options.ip_families},
      service_ranges_{networks_of(options.service_cidr, kServiceRanges, families_)},
      pod_networks_{networks_of(options.pod_cidr, pod_network_of(options.nodes), families_)} {}

std::vector<net::IpAddress> AddressPlan::node_addresses(int number) const {
  std::vector<net::IpAddress> addresses;
  for (const net::Family family : families_) {
    // .0 is the network, .1 its gateway.
    const auto place = static_cast<std::uint64_t>(number) + 2;
    addresses.push_back(*range(kNodeNetworks, family).nth(place));
  }
  return addresses;
}

std::vector<net::Cidr> AddressPlan::pod_cidrs(int number) const {
  std::vector<net::Cidr> cidrs;
  for (const net::Cidr& network : pod_networks_) {
    const int size = network.base().is_v6() ? kPodMaskSizeIpv6 : kPodMaskSizeIpv4;
    cidrs.push_back(block(network, size, number));
  }
  return cidrs;
}

std::string AddressPlan::pod_networks() const {
  return joined(pod_networks_);
}

std::string AddressPlan::service_ranges() const {
  return joined(service_ranges_);
}

net::IpAddress AddressPlan::dns_address() const {
  return *service_ranges_.front().nth(kDnsPlace);
}

std::vector<net::IpAddress> AddressPlan::api_addresses() const {
  return parsed(kApiAddresses, families_);
}

std::vector<net::IpAddress> AddressPlan::gateway_addresses() const {
  return parsed(kGatewayAddresses, families_);
}

std::string AddressPlan::load_balancer_ranges() const {
  return joined(kLoadBalancerRanges, families_);
}

std::vector<net::IpAddress> AddressPlan::outside_addresses() const {
  return parsed(kOutsideAddresses, families_);
}

std::vector<net::Cidr> parse_networks(std::string_view text) {
  std::vector<net::Cidr> networks;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto network = net::Cidr::parse(text.substr(0, comma));
    if (!network) return {};
    networks.push_back(*network);
    if (comma == text.size()) return networks;
    text.remove_prefix(comma + 1);
  }
}

std::vector<FixedNetwork> fixed_networks(const std::vector<net::Family>& families) {
  std::vector<FixedNetwork> networks;
  const auto add_address = [&](std::string_view what, const Pair& pair, net::Family family) {
    const net::IpAddress address = *net::IpAddress::parse(pair.of(family));
    networks.push_back({what, net::Cidr{address, address.bit_length()}});
  };
  for (const net::Family family : families) {
    networks.push_back({"the nodes' network", range(kNodeNetworks, family)});
    networks.push_back({"the load balancers' network", range(kLoadBalancerRanges, family)});
    add_address("the API server's address", kApiAddresses, family);
    add_address("the gateway's address", kGatewayAddresses, family);
    add_address("the outside machine's address", kOutsideAddresses, family);
  }
  return networks;
}

}  // namespace rockpool::cluster
