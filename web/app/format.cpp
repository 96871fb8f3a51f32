// SPDX-License-Identifier: Apache-2.0
#include "web/app/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rockpool::app {

std::string age_text(sim::Duration age) {
  // apimachinery's duration.HumanDuration.
  const std::int64_t seconds =
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(age).count());
  if (seconds < 120) return fmt::format("{}s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) {
    return seconds % 60 == 0 ? fmt::format("{}m", minutes)
                             : fmt::format("{}m{}s", minutes, seconds % 60);
  }
  if (minutes < 180) return fmt::format("{}m", minutes);
  const std::int64_t hours = minutes / 60;
  if (hours < 8) {
    return minutes % 60 == 0 ? fmt::format("{}h", hours)
                             : fmt::format("{}h{}m", hours, minutes % 60);
  }
  if (hours < 48) return fmt::format("{}h", hours);
  const std::int64_t days = hours / 24;
  if (hours < 192) {
    return hours % 24 == 0 ? fmt::format("{}d", days) : fmt::format("{}d{}h", days, hours % 24);
  }
  return fmt::format("{}d", days);
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
