// SPDX-License-Identifier: Apache-2.0
#include "core/node/back_off.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

constexpr sim::Time kStart = sim::kEpoch;

TEST_CASE("delays double from 10 seconds to 5 minutes") {
  BackOff back_off;
  CHECK_FALSE(back_off.is_waiting_since("a", kStart, kStart));
  sim::Time now = kStart;
  for (const sim::Duration expected : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    back_off.next("a", now, now);
    CHECK(back_off.delay("a") == expected);
    CHECK(back_off.is_waiting_since("a", now, now + expected - 1ns));
    CHECK_FALSE(back_off.is_waiting_since("a", now, now + expected));
    now += expected;
  }
  CHECK(back_off.delay("b") == 0s);
}

TEST_CASE("ten quiet minutes begin afresh") {
  BackOff back_off;
  back_off.next("a", kStart, kStart);
  back_off.next("a", kStart + 10s, kStart + 10s);
  CHECK(back_off.delay("a") == 20s);
  const sim::Time later = kStart + 10s + 10min;
  CHECK(back_off.is_waiting_since("a", later, later));
  CHECK_FALSE(back_off.is_waiting_since("a", later + 1ns, later + 1ns));
  back_off.next("a", later + 1ns, later + 1ns);
  CHECK(back_off.delay("a") == 10s);
}

TEST_CASE("waiting since the last failure, for image pulls") {
  BackOff back_off;
  back_off.next("a", kStart, kStart);
  CHECK(back_off.is_waiting_since_update("a", kStart + 9s));
  CHECK_FALSE(back_off.is_waiting_since_update("a", kStart + 10s));
  CHECK(back_off.end_of_wait_since_update("a") == kStart + 10s);
  back_off.forget("a");
  CHECK_FALSE(back_off.is_waiting_since_update("a", kStart + 1s));
}

}  // namespace
}  // namespace rockpool::node
