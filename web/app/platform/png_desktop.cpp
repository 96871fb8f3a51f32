// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "web/app/platform/png.h"

namespace rockpool::app {
namespace {

void put32(std::string& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((value >> shift) & 0xFFu);
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<unsigned char>(byte)) % 65521u;
    b = (b + a) % 65521u;
  }
  return (b << 16) | a;
}

void put_chunk(std::string& out, std::string_view type, std::string_view data) {
  put32(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = std::string{type}.append(data);
  out += body;
  put32(out, crc32(body));
}

// zlib's format with stored blocks only.
std::string stored(std::string_view bytes) {
  constexpr std::size_t kMostPerBlock = 65535;
  std::string out{"\x78\x01", 2};
  for (std::size_t at = 0; at < bytes.size() || at == 0; at += kMostPerBlock) {
    const std::string_view block = bytes.substr(at, kMostPerBlock);
    const auto size = static_cast<std::uint32_t>(block.size());
    out += at + kMostPerBlock >= bytes.size() ? '\x01' : '\x00';
    for (const std::uint32_t value : {size, ~size}) {
      out += static_cast<char>(value & 0xFFu);
      out += static_cast<char>((value >> 8) & 0xFFu);
    }
    out += block;
  }
  put32(out, adler32(bytes));
  return out;
}

}  // namespace

std::string encode_png(std::span<const std::uint8_t> pixels, int width, int height) {
  const std::size_t row = static_cast<std::size_t>(width) * 3;
  std::string raw;
  raw.reserve((row + 1) * static_cast<std::size_t>(height));
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    raw += '\0';  // no filter
    raw.append(reinterpret_cast<const char*>(pixels.data()) + y * row, row);
  }
  std::string header;
  put32(header, static_cast<std::uint32_t>(width));
  put32(header, static_cast<std::uint32_t>(height));
  header += std::string{"\x08\x02\x00\x00\x00", 5};  // 8 bits, colours, nothing unusual
  std::string out{"\x89PNG\r\n\x1A\n", 8};
  put_chunk(out, "IHDR", header);
  put_chunk(out, "IDAT", stored(raw));
  put_chunk(out, "IEND", {});
  return out;
}

}  // namespace rockpool::app
