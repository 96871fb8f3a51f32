// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rockpool::doc {

/// What HTTP calls optional white space (RFC 9110, section 5.6.3).
inline constexpr std::string_view kBlanks = " \t";
/// The white space of ASCII.
inline constexpr std::string_view kSpaces = " \t\n\v\f\r";

/// The text without those characters at its ends.
constexpr std::string_view trim(std::string_view text, std::string_view characters = kSpaces) {
  const std::size_t first = text.find_first_not_of(characters);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

}  // namespace rockpool::doc
