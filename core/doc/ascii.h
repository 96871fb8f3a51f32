// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

// Letters of ASCII, whatever the locale; all other bytes are left as they are.
namespace rockpool::doc {

/// The small letter of a capital.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The text in small letters.
inline std::string to_lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = to_lower(c);
  return result;
}

/// True if both differ in nothing but the size of letters.
inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return to_lower(a) == to_lower(b); });
}

}  // namespace rockpool::doc
