// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/http_server.h"

#include <array>

#include <fmt/format.h>

namespace rockpool::node {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// 1970-01-01 was a Thursday.
constexpr std::array<std::string_view, 7> kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

// The parts of `2025-01-01T00:00:05Z`.
struct TimeParts {
  std::string year;
  std::string month;
  std::string month_name;
  std::string day;
  std::string clock;
};

TimeParts parts_of(sim::Time time) {
  const std::string text = sim::format_rfc3339(time);
  const std::string month = text.substr(5, 2);
  const auto index = static_cast<std::size_t>((month[0] - '0') * 10 + (month[1] - '0') - 1);
  return {text.substr(0, 4), month, std::string{kMonths[index]}, text.substr(8, 2),
          text.substr(11, 8)};
}

}  // namespace

AccessRecord make_access_record(const net::HttpExchange& exchange, int status, std::size_t bytes) {
  const net::HttpRequest& request = exchange.request();
  return {.peer = exchange.peer(),
          .method = request.method,
          .target = request.target,
          .host = request.host,
          .user_agent = std::string{request.headers.get("User-Agent", "-")},
          .status = status,
          .bytes = static_cast<std::int64_t>(bytes),
          .number = 0};
}

std::string common_log_time(sim::Time time) {
  const TimeParts parts = parts_of(time);
  return fmt::format("{}/{}/{}:{} +0000", parts.day, parts.month_name, parts.year, parts.clock);
}

std::string go_log_time(sim::Time time) {
  const TimeParts parts = parts_of(time);
  return fmt::format("{}/{}/{} {}", parts.year, parts.month, parts.day, parts.clock);
}

std::string http_date(sim::Time time) {
  const TimeParts parts = parts_of(time);
  const auto days = std::chrono::duration_cast<std::chrono::days>(time.time_since_epoch()).count();
  return fmt::format("{}, {} {} {} {} GMT", kDays[static_cast<std::size_t>(days % 7)], parts.day,
                     parts.month_name, parts.year, parts.clock);
}

std::optional<std::string> go_flag(const std::vector<std::string>& arguments,
                                   std::string_view name) {
  std::optional<std::string> value;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::string_view text = arguments[i];
    if (!text.starts_with('-')) continue;
    text.remove_prefix(text.starts_with("--") ? 2 : 1);
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    if (text.starts_with('=')) {
      value = std::string{text.substr(1)};
    } else if (text.empty() && i + 1 < arguments.size()) {
      value = arguments[i + 1];
    }
  }
  return value;
}

bool go_flag_is_set(const std::vector<std::string>& arguments, std::string_view name) {
  for (std::string_view text : arguments) {
    if (!text.starts_with('-')) continue;
    text.remove_prefix(text.starts_with("--") ? 2 : 1);
    if (text.starts_with(name)) {
      text.remove_prefix(name.size());
      if (text.empty() || text == "=true" || text == "=1") return true;
    }
  }
  return false;
}

std::uint16_t port_of(std::string_view address, std::uint16_t fallback) {
  const std::size_t colon = address.rfind(':');
  if (colon != std::string_view::npos) address.remove_prefix(colon + 1);
  return net::parse_port(address).value_or(fallback);
}

}  // namespace rockpool::node
