// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rockpool::sim {

/// A span of virtual time, in nanoseconds.
using Duration = std::chrono::nanoseconds;

/// The clock of a simulated cluster. It has no `now()`: only a Loop knows its own present.
struct VirtualClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<VirtualClock, Duration>;
  static constexpr bool is_steady = true;
};

/// A moment of virtual time: nanoseconds since 1970-01-01T00:00:00Z.
using Time = VirtualClock::time_point;

/// Where virtual time starts unless told otherwise: 2025-01-01T00:00:00Z.
inline constexpr Time kEpoch{std::chrono::seconds{1'735'689'600}};

/// `2025-01-01T00:00:05Z`: metav1.Time, which drops fractions of a second.
std::string format_rfc3339(Time time);
/// `2025-01-01T00:00:05.000123Z`: metav1.MicroTime, always six digits.
std::string format_rfc3339_micro(Time time);
/// `2025-01-01T00:00:05.00012Z`: Go's RFC3339Nano, trailing zeros dropped.
std::string format_rfc3339_nano(Time time);
/// Reads any RFC 3339 time with its offset; empty if the text is none.
std::optional<Time> parse_rfc3339(std::string_view text);

/// Reads a duration in Go's notation: `1h15m30.5s`, `300ms`, `1us`, `0`; empty if the text is none
/// or beyond 292 years.
std::optional<Duration> parse_duration(std::string_view text);
/// Prints a duration as Go's time.Duration does: `1m30s`, `1.5s`, `250ms`, `0s`.
std::string format_duration(Duration duration);

}  // namespace rockpool::sim
