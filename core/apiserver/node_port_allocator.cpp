// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/node_port_allocator.h"

#include <fmt/format.h>

#include <algorithm>

namespace rockpool::apiserver {
namespace {

// portallocator.calculateRangeOffset.
std::int64_t static_band(std::int64_t size) {
  constexpr std::int64_t kMin = 16, kMax = 128, kStep = 32;
  if (size < kMin) return 0;
  return std::clamp(size / kStep, kMin, kMax);
}

}  // namespace

NodePortAllocator::NodePortAllocator(std::int32_t first, std::int32_t last, sim::Random random)
    : first_{first},
      last_{last},
      ports_{std::int64_t{last} - first + 1, static_band(std::int64_t{last} - first + 1), random} {}

std::expected<void, std::string> NodePortAllocator::allocate(std::int64_t port) {
  if (!is_in_range(port)) {
    return std::unexpected{fmt::format(
        "provided port is not in the valid range. The range of valid ports is {}", range_text())};
  }
  if (!ports_.take(port - first_)) return std::unexpected{"provided port is already allocated"};
  return {};
}

std::expected<std::int64_t, std::string> NodePortAllocator::allocate_next() {
  const auto offset = ports_.take_any();
  if (!offset) return std::unexpected{"range is full"};
  return first_ + *offset;
}

void NodePortAllocator::release(std::int64_t port) {
  if (is_in_range(port)) ports_.release(port - first_);
}

bool NodePortAllocator::is_allocated(std::int64_t port) const {
  return is_in_range(port) && ports_.is_taken(port - first_);
}

std::vector<std::int64_t> NodePortAllocator::allocated() const {
  std::vector<std::int64_t> ports = ports_.taken();
  for (std::int64_t& port : ports) port += first_;
  return ports;
}

std::string NodePortAllocator::range_text() const {
  return fmt::format("{}-{}", first_, last_);
}

}  // namespace rockpool::apiserver
