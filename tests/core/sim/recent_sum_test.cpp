// SPDX-License-Identifier: Apache-2.0
#include "core/sim/recent_sum.h"

#include <doctest/doctest.h>

namespace rockpool::sim {
namespace {

using namespace std::chrono_literals;

TEST_CASE("what was added fades out over the span that follows") {
  RecentSum sum;
  CHECK(sum.at(kEpoch) == 0);
  sum.add(kEpoch + 1s, 100);
  sum.add(kEpoch + 2s, 200);
  CHECK(sum.at(kEpoch + 2s) == 300);
  CHECK(sum.at(kEpoch + 14s) == 300);
  // A third into the next span, two thirds of it are still within reach.
  CHECK(sum.at(kEpoch + 20s) == 200);
  CHECK(sum.at(kEpoch + 30s) == 0);
}

TEST_CASE("a steady rate reads as itself, a pause as nothing") {
  RecentSum sum;
  for (int second = 0; second < 60; ++second) sum.add(kEpoch + second * 1s, 10);
  CHECK(sum.at(kEpoch + 59s) >= 140);
  CHECK(sum.at(kEpoch + 59s) <= 160);
  sum.add(kEpoch + 3600s, 7);
  CHECK(sum.at(kEpoch + 3600s) == 7);
}

TEST_CASE("large sums do not overflow") {
  RecentSum sum;
  const std::int64_t large = std::int64_t{1} << 60;
  sum.add(kEpoch, large);
  CHECK(sum.at(kEpoch + 15s) == large);
  CHECK(sum.at(kEpoch + 22500ms) == large / 2);
}

}  // namespace
}  // namespace rockpool::sim
