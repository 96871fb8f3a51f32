// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/node_port_allocator.h"

#include <doctest/doctest.h>

#include <set>

namespace rockpool::apiserver {
namespace {

TEST_CASE("ports are given above the static band first") {
  NodePortAllocator allocator{30000, 32767, sim::Random{1}};
  CHECK(allocator.free_count() == 2768);
  for (int index = 0; index < 2768 - 86; ++index) REQUIRE(*allocator.allocate_next() >= 30086);
  CHECK(*allocator.allocate_next() < 30086);
}

TEST_CASE("a small range is not split") {
  NodePortAllocator allocator{30000, 30009, sim::Random{5}};
  std::set<std::int64_t> given;
  for (int index = 0; index < 10; ++index) given.insert(*allocator.allocate_next());
  CHECK(given.size() == 10);
  CHECK(allocator.allocate_next().error() == "range is full");
}

TEST_CASE("ports outside the range and ports taken are refused") {
  NodePortAllocator allocator{30000, 32767, sim::Random{1}};
  CHECK(allocator.allocate(80).error() ==
        "provided port is not in the valid range. The range of valid ports is 30000-32767");
  CHECK(allocator.allocate(30000));
  CHECK(allocator.allocate(32767));
  CHECK(allocator.allocate(30000).error() == "provided port is already allocated");
  allocator.release(30000);
  allocator.release(80);
  CHECK(allocator.allocate(30000));
}

TEST_CASE("an allocator agrees with a set under random operations") {
  NodePortAllocator allocator{100, 150, sim::Random{2}};
  sim::Random random{3};
  std::set<std::int64_t> model;
  for (int step = 0; step < 5'000; ++step) {
    const auto port = static_cast<std::int64_t>(95 + random.below(60));
    const bool in_range = port >= 100 && port <= 150;
    switch (random.below(3)) {
      case 0: {
        const bool taken = allocator.allocate(port).has_value();
        REQUIRE(taken == (in_range && !model.contains(port)));
        if (taken) model.insert(port);
        break;
      }
      case 1: {
        const auto given = allocator.allocate_next();
        REQUIRE(given.has_value() == (model.size() < 51));
        if (given) REQUIRE(model.insert(*given).second);
        break;
      }
      default:
        allocator.release(port);
        model.erase(port);
    }
    REQUIRE(allocator.free_count() == 51 - static_cast<std::int64_t>(model.size()));
  }
}

}  // namespace
}  // namespace rockpool::apiserver
