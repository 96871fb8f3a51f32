// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/timeline.h"

#include <doctest/doctest.h>

#include <array>

namespace rockpool::net::proxy {
namespace {

using namespace std::chrono_literals;

constexpr sim::Time at(int second) {
  return sim::kEpoch + std::chrono::seconds{second};
}

TEST_CASE("a timeline gives what was true at a moment") {
  Timeline<int> timeline;
  CHECK(timeline.at(at(0)) == 0);
  timeline.set(at(1), 10);
  timeline.set(at(3), 30);
  timeline.set(at(3), 31);
  CHECK(timeline.at(at(0)) == 0);
  CHECK(timeline.at(at(1)) == 10);
  CHECK(timeline.at(at(2)) == 10);
  CHECK(timeline.at(at(3)) == 31);
  CHECK(timeline.at(at(9)) == 31);
  CHECK(timeline.latest() == 31);
  CHECK(timeline.size() == 2);
}

TEST_CASE("a timeline forgets what nobody can still look at") {
  Timeline<int> timeline;
  for (int second = 0; second < 10; ++second) timeline.set(at(second), second);
  const std::array kept{at(2) + 500ms};
  timeline.prune(at(7), kept);
  CHECK(timeline.size() == 4);
  CHECK(timeline.at(at(2) + 500ms) == 2);
  CHECK(timeline.at(at(7)) == 7);
  CHECK(timeline.at(at(8)) == 8);
  timeline.prune(at(100), {});
  CHECK(timeline.size() == 1);
  CHECK(timeline.latest() == 9);
}

}  // namespace
}  // namespace rockpool::net::proxy
