// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/cluster_ip_allocator.h"

#include <fmt/format.h>

#include <algorithm>

namespace rockpool::apiserver {
namespace {

// Upstream's bitmap holds no more of an IPv6 range.
constexpr std::int64_t kMaxIpv6Size = 65'536;

std::int64_t range_size(const api::Cidr& range) {
  const std::int64_t size = range.size();
  return range.address.family == api::IpFamily::ipv6 ? std::min(size, kMaxIpv6Size) : size;
}

// The network's own address is never given, nor the broadcast address of IPv4.
std::int64_t usable_count(const api::Cidr& range) {
  return range_size(range) - (range.address.family == api::IpFamily::ipv4 ? 2 : 1);
}

// ipallocator.calculateRangeOffset.
std::int64_t static_band(std::int64_t size) {
  constexpr std::int64_t kMin = 16, kMax = 256, kStep = 16;
  if (size < kMin) return 0;
  return std::clamp(size / kStep, kMin, kMax);
}

}  // namespace

ClusterIpAllocator::ClusterIpAllocator(api::Cidr range, sim::Random random)
    : range_{range},
      base_{range.network().plus(1)},
      addresses_{usable_count(range), std::min(static_band(range_size(range)), usable_count(range)),
                 random} {}

std::int64_t ClusterIpAllocator::offset_of(const api::IpAddress& address) const {
  if (!range_.contains(address)) return -1;
  const auto offset = static_cast<std::int64_t>(address.low() - base_.low());
  return offset < addresses_.size() ? offset : -1;
}

std::expected<void, std::string> ClusterIpAllocator::allocate(const api::IpAddress& address) {
  const std::int64_t offset = offset_of(address);
  if (offset < 0) {
    return std::unexpected{
        fmt::format("the provided IP ({}) is not in the valid range. The range of valid IPs is {}",
                    address.to_string(), range_.to_string())};
  }
  if (!addresses_.take(offset)) return std::unexpected{"provided IP is already allocated"};
  return {};
}

std::expected<api::IpAddress, std::string> ClusterIpAllocator::allocate_next() {
  const auto offset = addresses_.take_any();
  if (!offset) return std::unexpected{"range is full"};
  return base_.plus(static_cast<std::uint64_t>(*offset));
}

void ClusterIpAllocator::release(const api::IpAddress& address) {
  if (const std::int64_t offset = offset_of(address); offset >= 0) addresses_.release(offset);
}

bool ClusterIpAllocator::is_allocated(const api::IpAddress& address) const {
  const std::int64_t offset = offset_of(address);
  return offset >= 0 && addresses_.is_taken(offset);
}

ClusterIpAllocators::ClusterIpAllocators(std::string_view ranges, const sim::Random& random) {
  const std::size_t comma = std::min(ranges.find(','), ranges.size());
  // The first range's choices do not depend on whether there is a second one.
  auto first = api::parse_cidr(ranges.substr(0, comma));
  if (!first) first = api::parse_cidr("10.96.0.0/12");
  by_family_.emplace_back(*first, random.stream("cluster-ips"));
  if (comma == ranges.size()) return;
  const auto second = api::parse_cidr(ranges.substr(comma + 1));
  if (second && second->address.family != first->address.family) {
    by_family_.emplace_back(*second, random.stream("secondary-cluster-ips"));
  }
}

const ClusterIpAllocator* ClusterIpAllocators::find(api::IpFamily family) const {
  const auto found = std::ranges::find(by_family_, family, &ClusterIpAllocator::family);
  return found == by_family_.end() ? nullptr : &*found;
}

ClusterIpAllocator* ClusterIpAllocators::find(api::IpFamily family) {
  const auto found = std::ranges::find(by_family_, family, &ClusterIpAllocator::family);
  return found == by_family_.end() ? nullptr : &*found;
}

void ClusterIpAllocators::release(const api::IpAddress& address) {
  if (ClusterIpAllocator* const range = find(address.family)) range->release(address);
}

void ClusterIpAllocators::clear() {
  for (ClusterIpAllocator& range : by_family_) range.clear();
}

}  // namespace rockpool::apiserver
