// SPDX-License-Identifier: Apache-2.0
#include "core/doc/utf8.h"

#include <algorithm>
#include <cstring>

namespace rockpool::doc {
namespace {

unsigned char byte_at(std::string_view text, std::size_t offset) {
  return static_cast<unsigned char>(text[offset]);
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xc0) == 0x80;
}

// Skips bytes below 0x80, eight at a time.
std::size_t skip_ascii(std::string_view text, std::size_t offset) {
  while (offset + 8 <= text.size()) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + offset, sizeof word);
    if ((word & 0x8080808080808080u) != 0) break;
    offset += 8;
  }
  while (offset < text.size() && byte_at(text, offset) < 0x80) ++offset;
  return offset;
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t offset) {
  const unsigned char first = byte_at(text, offset);
  if (first < 0x80) return {first, 1, true};
  std::uint32_t size = 0;
  char32_t value = 0;
  char32_t smallest = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    size = 2, value = first & 0x1fu, smallest = 0x80;
  } else if (first >= 0xe0 && first <= 0xef) {
    size = 3, value = first & 0x0fu, smallest = 0x800;
  } else if (first >= 0xf0 && first <= 0xf4) {
    size = 4, value = first & 0x07u, smallest = 0x10000;
  } else {
    return {};
  }
  if (offset + size > text.size()) return {};
  for (std::uint32_t index = 1; index < size; ++index) {
    const unsigned char next = byte_at(text, offset + index);
    if (!is_continuation(next)) return {};
    value = (value << 6) | (next & 0x3fu);
  }
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest || is_surrogate || value > 0x10ffff) return {};
  return {value, size, true};
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t offset = skip_ascii(text, 0);
  while (offset < text.size()) {
    const CodePoint next = decode_utf8(text, offset);
    if (!next.valid) return offset;
    offset = skip_ascii(text, offset + next.size);
  }
  return std::string_view::npos;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 16);
  for (std::size_t bad = find_invalid_utf8(text); bad != text.npos; bad = find_invalid_utf8(text)) {
    result += text.substr(0, bad);
    result += kReplacementCharacter;
    text.remove_prefix(bad + 1);
  }
  result += text;
  return result;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3f));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | (code_point >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0 | (code_point >> 18));
    tail(12), tail(6), tail(0);
  }
}

Position position_at(std::string_view text, std::size_t offset) {
  Position position;
  for (const char c : text.substr(0, offset)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\n') {
      ++position.line;
      position.column = 1;
    } else if (!is_continuation(byte)) {
      ++position.column;
    }
  }
  return position;
}

}  // namespace rockpool::doc
