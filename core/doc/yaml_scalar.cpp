// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml_scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>

#include "core/doc/number_text.h"

namespace rockpool::doc {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <std::size_t size>
bool is_one_of(std::string_view text, const std::array<std::string_view, size>& words) {
  return std::ranges::find(words, text) != words.end();
}

// The words with a meaning of their own, whatever they look like otherwise.
std::optional<Scalar> resolve_word(std::string_view text) {
  using Words = std::string_view;
  constexpr std::array kNull = {Words{""}, Words{"~"}, Words{"null"}, Words{"Null"}, Words{"NULL"}};
  constexpr std::array kTrue = {Words{"y"},   Words{"Y"},    Words{"yes"},  Words{"Yes"},
                                Words{"YES"}, Words{"true"}, Words{"True"}, Words{"TRUE"},
                                Words{"on"},  Words{"On"},   Words{"ON"}};
  constexpr std::array kFalse = {Words{"n"},   Words{"N"},     Words{"no"},    Words{"No"},
                                 Words{"NO"},  Words{"false"}, Words{"False"}, Words{"FALSE"},
                                 Words{"off"}, Words{"Off"},   Words{"OFF"}};
  constexpr std::array kNan = {Words{".nan"}, Words{".NaN"}, Words{".NAN"}};
  constexpr std::array kInf = {Words{".inf"},  Words{".Inf"},  Words{".INF"},
                               Words{"+.inf"}, Words{"+.Inf"}, Words{"+.INF"}};
  constexpr std::array kMinusInf = {Words{"-.inf"}, Words{"-.Inf"}, Words{"-.INF"}};
  constexpr std::size_t kLongestWord = 5;
  if (text.size() > kLongestWord) return std::nullopt;
  if (is_one_of(text, kNull)) return Scalar{ScalarTag::null, {}};
  if (is_one_of(text, kTrue)) return Scalar{ScalarTag::boolean, true};
  if (is_one_of(text, kFalse)) return Scalar{ScalarTag::boolean, false};
  if (is_one_of(text, kNan)) return Scalar{ScalarTag::number, kNotANumber};
  if (is_one_of(text, kInf)) return Scalar{ScalarTag::number, kInfinity};
  if (is_one_of(text, kMinusInf)) return Scalar{ScalarTag::number, -kInfinity};
  if (text == "<<") return Scalar{ScalarTag::merge, text};
  return std::nullopt;
}

// Takes the prefix that tells the base, as Go's strconv does with base 0.
int take_base(std::string_view& text) {
  if (text.size() < 2 || text[0] != '0') return 10;
  int base = 8;
  std::size_t prefix = 2;
  switch (text[1] | 0x20) {
    case 'x':
      base = 16;
      break;
    case 'o':
      break;
    case 'b':
      base = 2;
      break;
    default:
      prefix = 1;
  }
  text.remove_prefix(prefix);
  return base;
}

std::optional<std::uint64_t> parse_magnitude(std::string_view text) {
  const int base = take_base(text);
  std::uint64_t magnitude = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, magnitude, base);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return magnitude;
}

std::optional<Scalar> resolve_integer(std::string_view text) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const bool signed_text = text.starts_with('-') || text.starts_with('+');
  const bool negative = text.starts_with('-');
  const auto magnitude = parse_magnitude(signed_text ? text.substr(1) : text);
  if (!magnitude) return std::nullopt;
  if (*magnitude <= kLargest + (negative ? 1 : 0)) {
    const std::uint64_t bits = negative ? ~*magnitude + 1 : *magnitude;
    return Scalar{ScalarTag::integer, static_cast<std::int64_t>(bits)};
  }
  if (signed_text) return std::nullopt;
  return Scalar{ScalarTag::integer, static_cast<double>(*magnitude)};
}

// Skips digits and returns how many there were.
std::size_t skip_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t whole = skip_digits(text);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = skip_digits(text);
  }
  if (whole + fraction == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (skip_digits(text) == 0) return false;
  }
  return text.empty();
}

std::optional<Scalar> resolve_number(const std::string& text) {
  if (!looks_like_number(text)) return std::nullopt;
  const double number = std::strtod(text.c_str(), nullptr);
  // Too large for a float64 is no number to Go.
  if (std::isinf(number)) return std::nullopt;
  return Scalar{ScalarTag::number, number};
}

// What starts with a point may have underscores only between digits.
std::optional<Scalar> resolve_fraction(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '_') {
      plain += text[at];
    } else if (!is_digit(text[at - 1]) || at + 1 == text.size() || !is_digit(text[at + 1])) {
      return std::nullopt;
    }
  }
  return resolve_number(plain);
}

// Reads one or two digits.
std::optional<int> take_number(std::string_view& text) {
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  int number = text[0] - '0';
  text.remove_prefix(1);
  if (!text.empty() && is_digit(text[0])) {
    number = number * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_number_up_to(std::string_view& text, int largest) {
  const auto number = take_number(text);
  return number && *number <= largest;
}

bool take_date(std::string_view& text) {
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  constexpr std::size_t kYearDigits = 4;
  if (text.size() < kYearDigits || !std::ranges::all_of(text.substr(0, kYearDigits), is_digit)) {
    return false;
  }
  int year = 0;
  std::from_chars(text.data(), text.data() + kYearDigits, year);
  text.remove_prefix(kYearDigits);
  if (!take(text, '-')) return false;
  const auto month = take_number(text);
  if (!month || *month < 1 || *month > 12 || !take(text, '-')) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days = kDays[static_cast<std::size_t>(*month - 1)] + (*month == 2 && leap ? 1 : 0);
  const auto day = take_number(text);
  return day && *day >= 1 && *day <= days;
}

bool take_time(std::string_view& text) {
  if (!take_number_up_to(text, 23) || !take(text, ':')) return false;
  if (!take_number_up_to(text, 59) || !take(text, ':')) return false;
  if (!take_number_up_to(text, 59)) return false;
  if (take(text, '.') || take(text, ',')) return skip_digits(text) > 0;
  return true;
}

bool take_zone(std::string_view& text) {
  if (take(text, 'Z')) return true;
  if (!take(text, '+') && !take(text, '-')) return false;
  return take_number_up_to(text, 24) && take(text, ':') && take_number_up_to(text, 60);
}

// The four formats that go-yaml tries.
bool is_timestamp(std::string_view text) {
  if (!take_date(text)) return false;
  if (text.empty()) return true;
  if (take(text, 'T') || take(text, 't')) {
    return take_time(text) && take_zone(text) && text.empty();
  }
  return take(text, ' ') && take_time(text) && text.empty();
}

}  // namespace

std::string_view tag_name(ScalarTag tag) {
  switch (tag) {
    case ScalarTag::string:
      return "!!str";
    case ScalarTag::null:
      return "!!null";
    case ScalarTag::boolean:
      return "!!bool";
    case ScalarTag::integer:
      return "!!int";
    case ScalarTag::number:
      return "!!float";
    case ScalarTag::timestamp:
      return "!!timestamp";
    case ScalarTag::merge:
      return "!!merge";
  }
  return "!!str";
}

Scalar resolve_scalar(std::string_view text) {
  if (auto word = resolve_word(text)) return *std::move(word);
  const Scalar string{ScalarTag::string, text};
  const char first = text[0];
  if (first == '.') return resolve_fraction(text).value_or(string);
  if (!is_digit(first) && first != '-' && first != '+') return string;
  if (is_timestamp(text)) return {ScalarTag::timestamp, text};
  std::string plain{text};
  std::erase(plain, '_');
  if (auto integer = resolve_integer(plain)) return *std::move(integer);
  return resolve_number(plain).value_or(string);
}

Value json_value(const Scalar& scalar) {
  constexpr double kLimit = 9.2e18;
  if (scalar.value.kind() != Kind::number) return scalar.value;
  const double number = scalar.value.as_double();
  if (std::abs(number) < kLimit && std::trunc(number) == number) {
    return static_cast<std::int64_t>(number);
  }
  return number;
}

std::optional<std::string> key_text(const Scalar& scalar) {
  switch (scalar.tag) {
    case ScalarTag::null:
      return std::nullopt;
    case ScalarTag::boolean:
      return scalar.value.as_bool() ? "true" : "false";
    case ScalarTag::integer:
      if (!scalar.value.is_integer()) return std::nullopt;
      return fmt::to_string(scalar.value.as_int());
    case ScalarTag::number: {
      const double number = scalar.value.as_double();
      if (std::isnan(number)) return ".nan";
      if (std::isinf(number)) return number < 0 ? "-.inf" : ".inf";
      // sigs.k8s.io/yaml writes keys with the digits of a float32.
      const auto narrow = static_cast<float>(number);
      if (std::isinf(narrow)) return narrow < 0 ? "-.inf" : ".inf";
      std::string text;
      append_general(text, shortest_decimal(narrow));
      return text;
    }
    default:
      return scalar.value.to_string();
  }
}

}  // namespace rockpool::doc
