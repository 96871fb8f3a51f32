// SPDX-License-Identifier: Apache-2.0
#include "core/doc/number_text.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace rockpool::doc {
namespace {

// {fmt} finds the same shortest digits on every platform; only the digits and the exponent are
// taken from its notation.
template <typename Number>
Decimal decompose(Number number) {
  fmt::memory_buffer shortest;
  fmt::format_to(std::back_inserter(shortest), "{}", number);
  std::string_view text{shortest.data(), shortest.size()};

  Decimal result;
  if (text.starts_with('-')) {
    result.negative = true;
    text.remove_prefix(1);
  }
  int exponent = 0;
  if (const auto mark = text.find('e'); mark != text.npos) {
    std::string_view digits = text.substr(mark + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    text = text.substr(0, mark);
  }
  const auto dot = text.find('.');
  result.digits = text.substr(0, dot);
  result.point = static_cast<int>(result.digits.size()) + exponent;
  if (dot != text.npos) result.digits += text.substr(dot + 1);

  const auto first = result.digits.find_first_not_of('0');
  if (first == std::string::npos) return {.digits = "0", .point = 1, .negative = result.negative};
  result.digits.erase(0, first);
  result.point -= static_cast<int>(first);
  result.digits.erase(result.digits.find_last_not_of('0') + 1);
  return result;
}

}  // namespace

Decimal shortest_decimal(double number) {
  return decompose(number);
}

Decimal shortest_decimal(float number) {
  return decompose(number);
}

void append_fixed(std::string& out, const Decimal& decimal) {
  if (decimal.negative) out += '-';
  const int count = static_cast<int>(decimal.digits.size());
  if (decimal.point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-decimal.point), '0');
    out += decimal.digits;
  } else if (decimal.point >= count) {
    out += decimal.digits;
    out.append(static_cast<std::size_t>(decimal.point - count), '0');
  } else {
    const auto point = static_cast<std::size_t>(decimal.point);
    out.append(decimal.digits, 0, point);
    out += '.';
    out.append(decimal.digits, point);
  }
}

void append_scientific(std::string& out, const Decimal& decimal, int exponent_digits) {
  if (decimal.negative) out += '-';
  out += decimal.digits[0];
  if (decimal.digits.size() > 1) {
    out += '.';
    out.append(decimal.digits, 1);
  }
  const int exponent = decimal.point - 1;
  fmt::format_to(std::back_inserter(out), "e{}{:0{}}", exponent < 0 ? '-' : '+',
                 exponent < 0 ? -exponent : exponent, exponent_digits);
}

void append_general(std::string& out, const Decimal& decimal) {
  constexpr int kSmallestFixed = -4;
  constexpr int kFirstScientific = 6;
  const int exponent = decimal.point - 1;
  if (exponent < kSmallestFixed || exponent >= kFirstScientific) {
    append_scientific(out, decimal, 2);
  } else {
    append_fixed(out, decimal);
  }
}

}  // namespace rockpool::doc
