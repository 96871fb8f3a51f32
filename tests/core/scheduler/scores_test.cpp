// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/scores.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/scheduler/topology_spread.h"

namespace rockpool::scheduler {
namespace {

constexpr std::int64_t kGi = std::int64_t{1} << 30;

NodeInfo node_with(std::int64_t milli_cpu, std::int64_t memory) {
  NodeInfo node;
  node.allocatable.milli_cpu = milli_cpu;
  node.allocatable.memory = memory;
  return node;
}

TEST_CASE("emptier nodes score higher") {
  PodNeeds needs;
  needs.scored_milli_cpu = 1000;
  needs.scored_memory = 2 * kGi;
  NodeInfo node = node_with(4000, 16 * kGi);
  // 75 % of the CPU and 87 % of the memory would be left.
  CHECK(least_allocated_score(node, needs) == 81);
  node.scored_milli_cpu = 3000;
  CHECK(least_allocated_score(node, needs) == 43);
  node.scored_milli_cpu = 3001;
  CHECK(least_allocated_score(node, needs) == 43);
  CHECK(least_allocated_score(NodeInfo{}, needs) == 0);
}

TEST_CASE("balanced nodes score higher") {
  PodNeeds needs;
  needs.request.milli_cpu = 2000;
  needs.request.memory = 8 * kGi;
  NodeInfo node = node_with(4000, 16 * kGi);
  CHECK(balanced_allocation_score(node, needs) == 100);
  node.requested.milli_cpu = 2000;
  CHECK(balanced_allocation_score(node, needs) == 75);
}

TEST_CASE("the logarithm is right") {
  for (const double x : {1.0, 2.0, 3.0, 10.0, 502.0, 5002.0}) {
    CHECK(stable_log(x) == doctest::Approx(std::log(x)).epsilon(1e-14));
  }
}

}  // namespace
}  // namespace rockpool::scheduler
