// SPDX-License-Identifier: Apache-2.0
#include "core/doc/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace rockpool::doc {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::size_t digit = 0; digit < kAlphabet.size(); ++digit) {
    table[static_cast<unsigned char>(kAlphabet[digit])] = static_cast<std::uint8_t>(digit);
  }
  return table;
}();

std::unexpected<std::string> illegal(std::size_t offset) {
  return std::unexpected{fmt::format("illegal base64 data at input byte {}", offset)};
}

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

// The offset of the next character that is no line end.
std::size_t skip_line_ends(std::string_view text, std::size_t offset) {
  while (offset < text.size() && is_line_end(text[offset])) ++offset;
  return offset;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      const bool there = at + index < bytes.size();
      group = (group << 8) | (there ? static_cast<unsigned char>(bytes[at + index]) : 0u);
    }
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      out += digit < digits ? kAlphabet[(group >> (18 - 6 * digit)) & 63] : '=';
    }
  }
  return out;
}

std::expected<std::string, std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  int digits = 0;
  std::size_t at = skip_line_ends(text, 0);
  for (; at < text.size() && text[at] != '='; at = skip_line_ends(text, at + 1)) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(text[at])];
    if (digit == kNoDigit) return illegal(at);
    group = (group << 6) | digit;
    if (++digits < 4) continue;
    for (const int shift : {16, 8, 0}) out += static_cast<char>(group >> shift & 0xff);
    group = 0;
    digits = 0;
  }
  if (at == text.size()) {
    if (digits == 0) return out;
    return illegal(at - static_cast<std::size_t>(digits));
  }
  // Padding: one '=' after three digits, two after two, then nothing.
  if (digits < 2) return illegal(at);
  if (digits == 2) {
    at = skip_line_ends(text, at + 1);
    if (at == text.size()) return illegal(text.size());
    if (text[at] != '=') return illegal(at);
  }
  at = skip_line_ends(text, at + 1);
  if (at < text.size()) return illegal(at);
  group <<= 6 * (4 - digits);
  out += static_cast<char>(group >> 16 & 0xff);
  if (digits == 3) out += static_cast<char>(group >> 8 & 0xff);
  return out;
}

}  // namespace rockpool::doc
