// SPDX-License-Identifier: Apache-2.0
#include "native/serve/sessions/spdy_frame.h"

namespace rockpool::native::spdy {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::uint8_t kControlBit = 0x80;
constexpr std::uint32_t kVersion = 3;

std::uint32_t number(std::string_view bytes) {
  std::uint32_t result = 0;
  for (const char byte : bytes) result = result << 8 | static_cast<std::uint8_t>(byte);
  return result;
}

void append(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xff);
  }
}

}  // namespace

std::string encode(const Frame& frame) {
  std::string bytes;
  if (frame.type == FrameType::data) {
    append(bytes, frame.stream, 4);
  } else {
    append(bytes, std::uint32_t{kControlBit} << 8 | kVersion, 2);
    append(bytes, static_cast<std::uint32_t>(frame.type), 2);
  }
  append(bytes, frame.flags, 1);
  append(bytes, static_cast<std::uint32_t>(frame.payload.size()), 3);
  return bytes + frame.payload;
}

bool FrameReader::add(std::string_view bytes) {
  if (!damaged_) buffer_ += bytes;
  return !damaged_;
}

std::optional<Frame> FrameReader::next() {
  if (damaged_ || buffer_.size() < kHeaderBytes) return std::nullopt;
  const std::string_view view = buffer_;
  const bool is_control = (static_cast<std::uint8_t>(view[0]) & kControlBit) != 0;
  const std::uint32_t length = number(view.substr(5, 3));
  if (length > kMaxFrameBytes || (is_control && (number(view.substr(0, 2)) & 0x7fff) != kVersion)) {
    damaged_ = true;
    buffer_.clear();
    return std::nullopt;
  }
  if (view.size() < kHeaderBytes + length) return std::nullopt;
  Frame frame;
  frame.type = is_control ? static_cast<FrameType>(number(view.substr(2, 2))) : FrameType::data;
  if (!is_control) frame.stream = number(view.substr(0, 4));
  frame.flags = static_cast<std::uint8_t>(view[4]);
  frame.payload = view.substr(kHeaderBytes, length);
  buffer_.erase(0, kHeaderBytes + length);
  return frame;
}

std::optional<std::uint32_t> read_stream_id(std::string_view payload) {
  if (payload.size() < 4) return std::nullopt;
  return number(payload.substr(0, 4)) & 0x7fffffff;
}

std::string stream_id_bytes(std::uint32_t id) {
  std::string bytes;
  append(bytes, id, 4);
  return bytes;
}

}  // namespace rockpool::native::spdy
