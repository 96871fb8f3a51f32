// SPDX-License-Identifier: Apache-2.0
#include "core/doc/percent.h"

#include "core/doc/ascii.h"

namespace rockpool::doc {
namespace {

// The value of a hexadecimal digit, or -1.
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus_is_space) {
  // Most texts have nothing to decode.
  if (text.find('%') == text.npos && (!plus_is_space || text.find('+') == text.npos)) {
    return std::string{text};
  }
  std::string result;
  result.reserve(text.size());
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    const bool has_digits = c == '%' && index + 2 < text.size();
    const int high = has_digits ? hex_digit(text[index + 1]) : -1;
    const int low = has_digits ? hex_digit(text[index + 2]) : -1;
    if (high >= 0 && low >= 0) {
      result += static_cast<char>(high * 16 + low);
      index += 2;
    } else {
      result += c == '+' && plus_is_space ? ' ' : c;
    }
  }
  return result;
}

}  // namespace rockpool::doc
