// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/doc/diagnosis.h"

namespace rockpool::doc {

/// U+FFFD in UTF-8: what Go puts in the place of bytes that are no UTF-8.
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

/// One code point read from a text.
struct CodePoint {
  /// U+FFFD if the bytes are no UTF-8.
  char32_t value = 0xfffd;
  /// Bytes that it takes; 1 for a byte that is no UTF-8.
  std::uint32_t size = 1;
  bool valid = false;
};

/// Reads the code point at an offset inside the text. Overlong forms, surrogates and values beyond
/// U+10FFFF are no UTF-8, as in Go.
CodePoint decode_utf8(std::string_view text, std::size_t offset);
/// The offset of the first byte that is no UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);
/// The text with each byte that is no UTF-8 replaced by U+FFFD.
std::string replace_invalid_utf8(std::string_view text);
/// Appends a code point as UTF-8; requires a valid one.
void append_utf8(std::string& out, char32_t code_point);

/// The line and column of an offset in a text. Costs a pass over the text up to there.
Position position_at(std::string_view text, std::size_t offset);

}  // namespace rockpool::doc
