// SPDX-License-Identifier: Apache-2.0
#include "web/app/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/sim/human_duration.h"

namespace rockpool::app {

std::string age_text(sim::Duration age) {
  return sim::format_human_duration(std::max(age, sim::Duration::zero()));
}

std::string clock_text(sim::Duration elapsed) {
  const std::int64_t tenths = elapsed.count() / 100'000'000;
  const std::int64_t seconds = tenths / 10;
  if (seconds < 3600) {
    return fmt::format("{:02}:{:02}.{}", seconds / 60, seconds % 60, tenths % 10);
  }
  if (seconds < 24 * 3600) {
    return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return fmt::format("{}d {:02}:{:02}:{:02}", seconds / 86400, seconds / 3600 % 24,
                     seconds / 60 % 60, seconds % 60);
}

std::string number_text(double value) {
  if (value >= 10'000) return fmt::format("{:.0f}k", value / 1000);
  if (value >= 1000) return fmt::format("{:.1f}k", value / 1000);
  if (value >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.1f}", value);
}

std::string latency_text(double seconds) {
  const double milliseconds = seconds * 1000;
  if (milliseconds < 10) return fmt::format("{:.1f} ms", milliseconds);
  if (milliseconds < 1000) return fmt::format("{:.0f} ms", milliseconds);
  return fmt::format("{:.1f} s", seconds);
}

std::string percent_text(double share) {
  const double percent = share * 100;
  if (share >= 1) return "100 %";
  if (share <= 0) return "0 %";
  if (percent > 99.9) return "99.9 %";
  if (percent < 0.1) return "0.1 %";
  return percent >= 10 && percent < 99 ? fmt::format("{:.0f} %", percent)
                                       : fmt::format("{:.1f} %", percent);
}

std::string speed_text(double speed) {
  if (speed >= 10) return fmt::format("{:.0f}\u00D7", speed);
  const double tenths = std::round(speed * 10) / 10;
  return tenths == std::round(tenths) ? fmt::format("{:.0f}\u00D7", tenths)
                                      : fmt::format("{:.1f}\u00D7", tenths);
}

}  // namespace rockpool::app
