// SPDX-License-Identifier: Apache-2.0
#include "core/api/quantity.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "core/doc/json.h"

namespace rockpool::api {

namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kNanoPerUnit = 1'000'000'000;
constexpr std::int64_t kNanoPerMilli = 1'000'000;
constexpr Wide kMaxNano = Wide{std::numeric_limits<std::int64_t>::max()} * kNanoPerUnit;
// Digits that are kept exactly; 20 digits times 2^60 still fit 128 bits.
constexpr int kMaxDigits = 20;
constexpr std::string_view kFormatError =
    "quantities must match the regular expression "
    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kSuffixError = "unable to parse quantity's suffix";
constexpr std::string_view kSuffixLetters = "eEinumkKMGTP";

constexpr std::string_view kDecimalSuffixes[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
constexpr std::string_view kBinarySuffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The number before the suffix: digits * 10^exponent, and whether something nonzero was cut off.
struct Mantissa {
  Wide digits = 0;
  std::int64_t exponent = 0;
  bool inexact = false;
};

// Reads digits with at most one dot and moves `text` behind them.
Mantissa read_mantissa(std::string_view& text) {
  Mantissa mantissa;
  int kept = 0;
  bool after_dot = false;
  while (!text.empty() && (is_digit(text[0]) || (text[0] == '.' && !after_dot))) {
    if (text[0] == '.') {
      after_dot = true;
    } else {
      const int digit = text[0] - '0';
      if (kept < kMaxDigits) {
        mantissa.digits = mantissa.digits * 10 + digit;
        if (mantissa.digits != 0) ++kept;
        if (after_dot) --mantissa.exponent;
      } else {
        if (digit != 0) mantissa.inexact = true;
        if (!after_dot) ++mantissa.exponent;
      }
    }
    text.remove_prefix(1);
  }
  return mantissa;
}

// True if the suffix has the shape [eEinumkKMGTP]*[-+]?[0-9]*.
bool suffix_shape_is_right(std::string_view suffix) {
  std::size_t i = 0;
  while (i < suffix.size() && kSuffixLetters.find(suffix[i]) != std::string_view::npos) ++i;
  if (i < suffix.size() && (suffix[i] == '-' || suffix[i] == '+')) ++i;
  while (i < suffix.size() && is_digit(suffix[i])) ++i;
  return i == suffix.size();
}

struct Scale {
  Quantity::Format format = Quantity::Format::decimal_si;
  std::int64_t power_of_ten = 0;
  int power_of_two = 0;
};

std::optional<Scale> interpret_suffix(std::string_view suffix) {
  for (int i = 0; i < 10; ++i) {
    if (suffix == kDecimalSuffixes[i]) {
      return Scale{Quantity::Format::decimal_si, (i - 3) * 3, 0};
    }
  }
  for (int i = 1; i < 7; ++i) {
    if (suffix == kBinarySuffixes[i]) return Scale{Quantity::Format::binary_si, 0, i * 10};
  }
  if (suffix.size() > 1 && (suffix[0] == 'e' || suffix[0] == 'E')) {
    suffix.remove_prefix(1);
    if (suffix[0] == '+') suffix.remove_prefix(1);
    std::int64_t exponent = 0;
    const auto [end, error] =
        std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
    if (!suffix.empty() && error == std::errc{} && end == suffix.data() + suffix.size()) {
      return Scale{Quantity::Format::decimal_exponent, exponent, 0};
    }
  }
  return std::nullopt;
}

// mantissa * scale in billionths, rounded away from zero and cut to the maximum.
Wide to_nano(const Mantissa& mantissa, const Scale& scale) {
  Wide nano = mantissa.digits << scale.power_of_two;
  if (nano == 0) return 0;
  bool inexact = mantissa.inexact;
  std::int64_t power = mantissa.exponent + scale.power_of_ten + 9;
  for (; power > 0 && nano <= kMaxNano; --power) nano *= 10;
  for (; power < 0 && nano != 0; ++power) {
    if (nano % 10 != 0) inexact = true;
    nano /= 10;
  }
  if (inexact) ++nano;
  return nano > kMaxNano ? kMaxNano : nano;
}

std::int64_t divide_away_from_zero(Wide nano, std::int64_t unit) {
  Wide quotient = nano / unit;
  if (nano % unit != 0) quotient += nano < 0 ? -1 : 1;
  constexpr Wide kLow = std::numeric_limits<std::int64_t>::min();
  constexpr Wide kHigh = std::numeric_limits<std::int64_t>::max();
  if (quotient < kLow) return std::numeric_limits<std::int64_t>::min();
  if (quotient > kHigh) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(quotient);
}

std::string digits_of(Wide number) {
  std::string text;
  const bool negative = number < 0;
  if (negative) number = -number;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number != 0);
  if (negative) text.insert(text.begin(), '-');
  return text;
}

std::string decimal_text(Wide nano, Quantity::Format format) {
  int exponent = -9;
  while (nano % 10 == 0) {
    nano /= 10;
    ++exponent;
  }
  while (exponent % 3 != 0) {
    nano *= 10;
    --exponent;
  }
  if (format == Quantity::Format::decimal_exponent) {
    if (exponent == 0) return digits_of(nano);
    return fmt::format("{}e{}", digits_of(nano), exponent);
  }
  // Beyond the last suffix the digits carry the rest.
  for (; exponent > 18; exponent -= 3) nano *= 1000;
  return digits_of(nano) + std::string{kDecimalSuffixes[exponent / 3 + 3]};
}

}  // namespace

Quantity Quantity::of(std::int64_t value, Format format) {
  Quantity quantity;
  quantity.nano_ = Wide{value} * kNanoPerUnit;
  quantity.format_ = format;
  return quantity;
}

Quantity Quantity::of_milli(std::int64_t milli_value, Format format) {
  Quantity quantity;
  quantity.nano_ = Wide{milli_value} * kNanoPerMilli;
  quantity.format_ = format;
  return quantity;
}

std::expected<Quantity, std::string> Quantity::parse(std::string_view text) {
  if (text.empty()) return std::unexpected{std::string{kFormatError}};
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const std::string_view before = text;
  const Mantissa mantissa = read_mantissa(text);
  const std::string_view number = before.substr(0, before.size() - text.size());
  if (!suffix_shape_is_right(text) || number.empty() || number == ".") {
    return std::unexpected{std::string{kFormatError}};
  }
  const std::optional<Scale> scale = interpret_suffix(text);
  if (!scale) return std::unexpected{std::string{kSuffixError}};
  Quantity quantity;
  quantity.nano_ = to_nano(mantissa, *scale);
  if (negative) quantity.nano_ = -quantity.nano_;
  quantity.format_ = scale->format;
  return quantity;
}

Quantity Quantity::from_value(const doc::Value& value) {
  if (value.is_integer()) return of(value.as_int());
  if (value.is_string()) return parse(value.as_string()).value_or(Quantity{});
  if (value.is_number()) return parse(doc::to_json(value)).value_or(Quantity{});
  return {};
}

std::string Quantity::to_string() const {
  if (nano_ == 0) return "0";
  constexpr Wide kSmallestBinary = Wide{1024} * kNanoPerUnit;
  const bool small = nano_ > -kSmallestBinary && nano_ < kSmallestBinary;
  // As upstream: what a binary suffix could only show rounded is shown in decimal.
  if (format_ != Format::binary_si || small || !is_integer()) {
    return decimal_text(nano_, format_ == Format::binary_si ? Format::decimal_si : format_);
  }
  Wide units = nano_ / kNanoPerUnit;
  int suffix = 0;
  while (units % 1024 == 0 && suffix < 6) {
    units /= 1024;
    ++suffix;
  }
  return digits_of(units) + std::string{kBinarySuffixes[suffix]};
}

std::int64_t Quantity::value() const {
  return divide_away_from_zero(nano_, kNanoPerUnit);
}

std::int64_t Quantity::milli_value() const {
  return divide_away_from_zero(nano_, kNanoPerMilli);
}

double Quantity::as_double() const {
  return static_cast<double>(nano_) / static_cast<double>(kNanoPerUnit);
}

bool Quantity::is_integer() const {
  return nano_ % kNanoPerUnit == 0;
}

bool Quantity::is_milli_integer() const {
  return nano_ % kNanoPerMilli == 0;
}

Quantity& Quantity::operator+=(const Quantity& other) {
  if (is_zero()) format_ = other.format_;
  nano_ += other.nano_;
  return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) {
  if (is_zero()) format_ = other.format_;
  nano_ -= other.nano_;
  return *this;
}

}  // namespace rockpool::api
