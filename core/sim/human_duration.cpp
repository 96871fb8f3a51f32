// SPDX-License-Identifier: Apache-2.0
#include "core/sim/human_duration.h"

#include <fmt/format.h>

#include <cstdint>

namespace rockpool::sim {
namespace {

// Both units, or only the large one if nothing is left for the small one.
std::string two_units(std::int64_t large, char large_unit, std::int64_t small, char small_unit) {
  if (small == 0) return fmt::format("{}{}", large, large_unit);
  return fmt::format("{}{}{}{}", large, large_unit, small, small_unit);
}

}  // namespace

std::string format_human_duration(Duration duration) {
  constexpr std::int64_t kDaysOfYear = 365;
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return two_units(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return fmt::format("{}m", minutes);
  const std::int64_t hours = minutes / 60;
  if (hours < 8) return two_units(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return fmt::format("{}h", hours);
  const std::int64_t days = hours / 24;
  if (days < 8) return two_units(days, 'd', hours % 24, 'h');
  if (days < 2 * kDaysOfYear) return fmt::format("{}d", days);
  const std::int64_t years = days / kDaysOfYear;
  if (years < 8) return two_units(years, 'y', days % kDaysOfYear, 'd');
  return fmt::format("{}y", years);
}

}  // namespace rockpool::sim
