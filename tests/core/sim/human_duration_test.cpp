// SPDX-License-Identifier: Apache-2.0
#include "core/sim/human_duration.h"

#include <doctest/doctest.h>

namespace rockpool::sim {
namespace {

using namespace std::chrono_literals;

TEST_CASE("ages are told in two units at most") {
  constexpr auto kDay = 24h;
  CHECK(format_human_duration(-2s) == "<invalid>");
  CHECK(format_human_duration(-1s) == "0s");
  CHECK(format_human_duration(0s) == "0s");
  CHECK(format_human_duration(119s) == "119s");
  CHECK(format_human_duration(120s) == "2m");
  CHECK(format_human_duration(9min + 59s) == "9m59s");
  CHECK(format_human_duration(10min + 59s) == "10m");
  CHECK(format_human_duration(179min) == "179m");
  CHECK(format_human_duration(180min) == "3h");
  CHECK(format_human_duration(7h + 59min) == "7h59m");
  CHECK(format_human_duration(47h) == "47h");
  CHECK(format_human_duration(48h) == "2d");
  CHECK(format_human_duration(7 * kDay + 23h) == "7d23h");
  CHECK(format_human_duration(8 * kDay + 23h) == "8d");
  CHECK(format_human_duration(729 * kDay) == "729d");
  CHECK(format_human_duration(730 * kDay) == "2y");
  CHECK(format_human_duration((7 * 365 + 364) * kDay) == "7y364d");
  CHECK(format_human_duration(9 * 365 * kDay + kDay) == "9y");
}

}  // namespace
}  // namespace rockpool::sim
