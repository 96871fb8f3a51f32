// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/cluster_ip_allocator.h"

#include <fmt/format.h>

#include <algorithm>

namespace rockpool::apiserver {
namespace {

std::int64_t range_size(const api::Cidr& range) {
  return std::int64_t{1} << (32 - range.prefix_length);
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
      base_{range.network().ipv4() + 1},
      // Neither the network's own address nor its broadcast address is ever given.
      addresses_{range_size(range) - 2,
                 std::min(static_band(range_size(range)), range_size(range) - 2), random} {}

std::int64_t ClusterIpAllocator::offset_of(const api::IpAddress& address) const {
  if (!range_.contains(address)) return -1;
  const std::int64_t offset = std::int64_t{address.ipv4()} - std::int64_t{base_};
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
  return api::IpAddress::from_ipv4(base_ + static_cast<std::uint32_t>(*offset));
}

void ClusterIpAllocator::release(const api::IpAddress& address) {
  if (const std::int64_t offset = offset_of(address); offset >= 0) addresses_.release(offset);
}

bool ClusterIpAllocator::is_allocated(const api::IpAddress& address) const {
  const std::int64_t offset = offset_of(address);
  return offset >= 0 && addresses_.is_taken(offset);
}

}  // namespace rockpool::apiserver
