// SPDX-License-Identifier: Apache-2.0
#include "core/sim/time.h"

#include <doctest/doctest.h>

namespace rockpool::sim {
namespace {

using namespace std::chrono_literals;

TEST_CASE("times print as Kubernetes prints them") {
  CHECK(format_rfc3339(kEpoch) == "2025-01-01T00:00:00Z");
  CHECK(format_rfc3339(kEpoch + 1h + 2min + 3s + 999ms) == "2025-01-01T01:02:03Z");
  CHECK(format_rfc3339_micro(kEpoch + 5us + 7ns) == "2025-01-01T00:00:00.000005Z");
  CHECK(format_rfc3339_nano(kEpoch) == "2025-01-01T00:00:00Z");
  CHECK(format_rfc3339_nano(kEpoch + 120us) == "2025-01-01T00:00:00.00012Z");
  CHECK(format_rfc3339(Time{-1s}) == "1969-12-31T23:59:59Z");
}

TEST_CASE("times are read with fractions and offsets") {
  CHECK(parse_rfc3339("2025-01-01T00:00:00Z") == kEpoch);
  CHECK(parse_rfc3339("2025-01-01T02:00:00.25+02:00") == kEpoch + 250ms);
  CHECK(parse_rfc3339("2024-12-31T19:00:00-05:00") == kEpoch);
  CHECK(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
  for (const char* bad : {"", "2025-01-01", "2025-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
                          "2025-01-01T24:00:00Z", "2025-01-01T00:00:00", "2025-01-01T00:00:00Zx",
                          "2025-01-01T00:00:00.Z", "9999-01-01T00:00:00Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad).has_value());
  }
}

TEST_CASE("durations are read in Go's notation") {
  CHECK(parse_duration("1h15m30.5s") == 1h + 15min + 30s + 500ms);
  CHECK(parse_duration("300ms") == 300ms);
  CHECK(parse_duration("-1.5h") == -(1h + 30min));
  CHECK(parse_duration(".5s") == 500ms);
  CHECK(parse_duration("2us") == 2us);
  CHECK(parse_duration("0") == 0ns);
  for (const char* bad : {"", "1", "s", "1x", "1h-2m", ".s", "-", "300000000h", "--1s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
}

TEST_CASE("durations print in Go's notation and read back") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(1500ms) == "1.5s");
  CHECK(format_duration(90s) == "1m30s");
  CHECK(format_duration(1h) == "1h0m0s");
  CHECK(format_duration(250us) == "250\u00b5s");
  CHECK(format_duration(-3ms) == "-3ms");
  for (const Duration span :
       {Duration{1}, Duration{12'345'678'901}, Duration{-7'200'000'000'001}}) {
    CHECK(parse_duration(format_duration(span)) == span);
  }
}

}  // namespace
}  // namespace rockpool::sim
