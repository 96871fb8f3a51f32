// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/cluster_ip_allocator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace rockpool::apiserver {
namespace {

using api::IpAddress;

api::Cidr range(const char* text) {
  return *api::parse_cidr(text);
}
IpAddress ip(const char* text) {
  return *api::parse_ip(text);
}

TEST_CASE("the network's first and last address are never given") {
  ClusterIpAllocator allocator{range("10.0.0.0/24"), sim::Random{1}};
  CHECK(allocator.free_count() == 254);
  CHECK(allocator.allocate(ip("10.0.0.0")).error() ==
        "the provided IP (10.0.0.0) is not in the valid range. The range of valid IPs is "
        "10.0.0.0/24");
  CHECK_FALSE(allocator.allocate(ip("10.0.0.255")));
  CHECK_FALSE(allocator.allocate(ip("10.0.1.7")));
  CHECK_FALSE(allocator.allocate(ip("fd00::1")));
  CHECK(allocator.allocate(ip("10.0.0.1")));
  CHECK(allocator.allocate(ip("10.0.0.1")).error() == "provided IP is already allocated");
}

TEST_CASE("the lower band is given out only when the upper one is full") {
  for (const auto& [text, band] : {std::pair{"10.0.0.0/24", 16u}, std::pair{"10.0.0.0/20", 256u},
                                   std::pair{"10.0.0.0/16", 256u}, std::pair{"10.0.0.0/26", 16u}}) {
    ClusterIpAllocator allocator{range(text), sim::Random{3}};
    const std::uint32_t base = range(text).network().ipv4();
    const std::int64_t upper = allocator.free_count() - band;
    for (std::int64_t index = 0; index < upper; ++index) {
      const auto given = allocator.allocate_next();
      REQUIRE(given);
      REQUIRE(given->ipv4() - base > band);
    }
    CHECK(allocator.allocate_next()->ipv4() - base <= band);
  }
}

TEST_CASE("an allocator agrees with a set under random operations") {
  ClusterIpAllocator allocator{range("192.168.7.0/27"), sim::Random{9}};
  sim::Random random{10};
  std::set<IpAddress> model;
  for (int step = 0; step < 5'000; ++step) {
    const auto offset = static_cast<std::uint32_t>(random.below(32));
    const IpAddress address = IpAddress::from_ipv4(ip("192.168.7.0").ipv4() + offset);
    switch (random.below(3)) {
      case 0: {
        const bool usable = offset != 0 && offset != 31;
        const bool taken = allocator.allocate(address).has_value();
        REQUIRE(taken == (usable && !model.contains(address)));
        if (taken) model.insert(address);
        break;
      }
      case 1: {
        const auto given = allocator.allocate_next();
        REQUIRE(given.has_value() == (model.size() < 30));
        if (given) {
          REQUIRE(model.insert(*given).second);
        } else {
          CHECK(given.error() == "range is full");
        }
        break;
      }
      default:
        allocator.release(address);
        model.erase(address);
    }
    REQUIRE(allocator.free_count() == 30 - static_cast<std::int64_t>(model.size()));
    REQUIRE(allocator.is_allocated(address) == model.contains(address));
  }
}

}  // namespace
}  // namespace rockpool::apiserver
