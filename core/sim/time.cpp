// SPDX-License-Identifier: Apache-2.0
#include "core/sim/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace rockpool::sim {
namespace {

using std::chrono::seconds;

struct Civil {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

Civil civil_from_days(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

struct Split {
  std::string until_seconds;
  std::int64_t nanoseconds;
};

void put_digits(char* place, std::int64_t number, int width) {
  for (int index = width; index > 0; number /= 10) {
    place[--index] = static_cast<char>('0' + number % 10);
  }
}

void append_digits(std::string& text, std::int64_t number, int width) {
  text.append(static_cast<std::size_t>(width), '0');
  put_digits(text.data() + text.size() - width, number, width);
}

// Timestamps are in almost every object written, so this takes no general formatter. A Time is
// within 292 years of 1970: years have four digits.
Split split(Time time) {
  const auto whole = std::chrono::floor<seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::int64_t in_day = std::chrono::duration_cast<seconds>(whole - day).count();
  const Civil date = civil_from_days(day.time_since_epoch().count());
  Split result{{}, (time - whole).count()};
  std::string& text = result.until_seconds;
  text.reserve(sizeof "2025-01-01T00:00:00.000000000Z");
  text = "0000-00-00T00:00:00";
  char* const places = text.data();
  put_digits(places, date.year, 4);
  put_digits(places + 5, date.month, 2);
  put_digits(places + 8, date.day, 2);
  put_digits(places + 11, in_day / 3600, 2);
  put_digits(places + 14, in_day / 60 % 60, 2);
  put_digits(places + 17, in_day % 60, 2);
  return result;
}

// Reads exactly `width` digits at the front of `text` and removes them.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return {};
  int result = 0;
  for (char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return {};
    result = result * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return result;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// The digits after a decimal point as a count of 10^-9, rounded down.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  std::int64_t result = 0;
  std::int64_t scale = 100'000'000;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    result += scale * (text.front() - '0');
    scale /= 10;
    text.remove_prefix(1);
    any = true;
  }
  if (!any) return {};
  return result;
}

std::optional<seconds> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return seconds{0};
  const bool behind = !text.empty() && text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return {};
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return {};
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return {};
  const seconds offset{*hours * 3600 + *minutes * 60};
  return behind ? -offset : offset;
}

std::optional<seconds> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return {};
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return {};
  const auto day = take_digits(text, 2);
  if (!day) return {};
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return {};
  return std::chrono::sys_days{date}.time_since_epoch();
}

std::optional<seconds> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return {};
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return {};
  const auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return {};
  return seconds{*hour * 3600 + *minute * 60 + *second};
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// Longer names first, so that "ms" is not read as "m".
constexpr std::array kUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\u00b5s", 1'000},
    Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};

const Unit* take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

// One `12.5ms`; the sum so far is passed in so that overflow is noticed where it happens.
std::optional<std::int64_t> take_term(std::string_view& text, std::int64_t sum) {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  const bool has_whole = error == std::errc{} && end != text.data() && text.front() != '-';
  if (error == std::errc::result_out_of_range) return {};
  if (has_whole) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  std::int64_t fraction = 0;
  if (take(text, '.')) {
    const auto read = take_fraction(text);
    if (!read && !has_whole) return {};
    fraction = read.value_or(0);
  } else if (!has_whole) {
    return {};
  }
  const Unit* unit = take_unit(text);
  if (unit == nullptr) return {};
  std::int64_t term = 0;
  if (__builtin_mul_overflow(whole, unit->nanoseconds, &term)) return {};
  // unit <= 3.6e12 and fraction < 1e9: split the product so that it fits.
  const std::int64_t part = unit->nanoseconds >= 1'000'000'000
                                ? fraction * (unit->nanoseconds / 1'000'000'000)
                                : fraction * unit->nanoseconds / 1'000'000'000;
  if (__builtin_add_overflow(term, part, &term)) return {};
  if (__builtin_add_overflow(sum, term, &sum)) return {};
  return sum;
}

// `value / unit` with as many decimals as it has, and no trailing zeros.
std::string decimal(std::int64_t value, std::int64_t unit, int digits) {
  std::string text = fmt::format("{}.{:0{}}", value / unit, value % unit, digits);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string format_rfc3339(Time time) {
  return std::move(split(time).until_seconds += 'Z');
}

std::string format_rfc3339_micro(Time time) {
  auto [text, nanoseconds] = split(time);
  append_digits(text += '.', nanoseconds / 1000, 6);
  return std::move(text += 'Z');
}

std::string format_rfc3339_nano(Time time) {
  auto [text, nanoseconds] = split(time);
  if (nanoseconds != 0) {
    append_digits(text += '.', nanoseconds, 9);
    while (text.back() == '0') text.pop_back();
  }
  return std::move(text += 'Z');
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date || (!take(text, 'T') && !take(text, 't'))) return {};
  const auto clock = take_clock(text);
  if (!clock) return {};
  std::int64_t nanoseconds = 0;
  if (take(text, '.')) {
    const auto fraction = take_fraction(text);
    if (!fraction) return {};
    nanoseconds = *fraction;
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return {};
  // Beyond these years nanoseconds do not fit 64 bits.
  constexpr seconds kLimit{9'000'000'000};
  const seconds total = *date + *clock - *offset;
  if (total > kLimit || total < -kLimit) return {};
  return Time{total + Duration{nanoseconds}};
}

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  if (text == "0") return Duration{0};
  if (text.empty()) return {};
  std::int64_t sum = 0;
  while (!text.empty()) {
    const auto next = take_term(text, sum);
    if (!next) return {};
    sum = *next;
  }
  return Duration{negative ? -sum : sum};
}

std::string format_duration(Duration duration) {
  const std::int64_t value = duration.count();
  if (value == 0) return "0s";
  if (value < 0) return "-" + format_duration(-duration);
  if (value < 1'000) return fmt::format("{}ns", value);
  if (value < 1'000'000) return decimal(value, 1'000, 3) + "\u00b5s";
  if (value < 1'000'000'000) return decimal(value, 1'000'000, 6) + "ms";
  constexpr std::int64_t kMinute = 60'000'000'000;
  const std::int64_t minutes = value / kMinute;
  const std::string rest = decimal(value % kMinute, 1'000'000'000, 9) + "s";
  if (minutes == 0) return rest;
  if (minutes < 60) return fmt::format("{}m{}", minutes, rest);
  return fmt::format("{}h{}m{}", minutes / 60, minutes % 60, rest);
}

}  // namespace rockpool::sim
