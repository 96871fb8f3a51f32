// SPDX-License-Identifier: Apache-2.0
#include "core/pki/der.h"

#include <cstddef>

#include <fmt/format.h>

namespace rockpool::pki {
namespace {

constexpr std::uint8_t kLongTag = 0x1f;
constexpr std::uint8_t kLongLength = 0x80;
// Longer lengths would say more than four gigabytes.
constexpr std::size_t kMaxLengthBytes = 4;

std::uint8_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

}  // namespace

std::optional<DerElement> DerReader::next() {
  if (rest_.size() < 2) return {};
  const std::uint8_t tag = byte_at(rest_, 0);
  if ((tag & kLongTag) == kLongTag) return {};
  std::size_t header = 2;
  std::uint64_t length = byte_at(rest_, 1);
  if (length >= kLongLength) {
    const std::size_t count = length - kLongLength;
    if (count == 0 || count > kMaxLengthBytes || rest_.size() < header + count) return {};
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | byte_at(rest_, header + i);
    header += count;
  }
  if (length > rest_.size() - header) return {};
  const auto size = static_cast<std::size_t>(length);
  const DerElement element{tag, rest_.substr(header, size), rest_.substr(0, header + size)};
  rest_.remove_prefix(header + size);
  return element;
}

std::optional<DerElement> DerReader::next(std::uint8_t tag) {
  if (rest_.empty() || byte_at(rest_, 0) != tag) return {};
  return next();
}

std::optional<std::string_view> whole_bytes(const DerElement& bit_string) {
  // The first byte tells how many bits of the last one are unused.
  if (bit_string.content.empty() || bit_string.content.front() != '\0') return {};
  return bit_string.content.substr(1);
}

std::string_view magnitude(std::string_view integer) {
  while (integer.size() > 1 && integer.front() == '\0') integer.remove_prefix(1);
  return integer;
}

std::string object_identifier_text(std::string_view content) {
  constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 56;
  std::string text;
  std::uint64_t number = 0;
  bool is_whole = false;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const std::uint8_t byte = byte_at(content, i);
    if (number >= kTooLarge) return {};
    number = number << 7 | (byte & 0x7f);
    is_whole = (byte & 0x80) == 0;
    if (!is_whole) continue;
    if (text.empty()) {
      const std::uint64_t first = number < 80 ? number / 40 : 2;
      text = fmt::format("{}.{}", first, number - first * 40);
    } else {
      text += fmt::format(".{}", number);
    }
    number = 0;
  }
  return is_whole ? text : std::string{};
}

}  // namespace rockpool::pki
