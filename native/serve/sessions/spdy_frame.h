// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rockpool::native::spdy {

/// The control frames of SPDY/3.1 that matter here.
enum class FrameType : std::uint16_t {
  /// Not a control frame.
  data = 0,
  syn_stream = 1,
  syn_reply = 2,
  rst_stream = 3,
  settings = 4,
  ping = 6,
  goaway = 7,
  headers = 8,
  window_update = 9,
};

/// The last frame of its direction.
inline constexpr std::uint8_t kFlagFinish = 1;
/// The longest frame that is read.
inline constexpr std::size_t kMaxFrameBytes = 1u << 20;

/// One frame.
struct Frame {
  FrameType type = FrameType::data;
  std::uint8_t flags = 0;
  /// Of a data frame.
  std::uint32_t stream = 0;
  /// The rest: of a data frame its bytes.
  std::string payload = {};
};

/// The frame's bytes.
std::string encode(const Frame& frame);

/// Collects bytes until frames are whole.
class FrameReader {
 public:
  /// Adds bytes; false if what has come so far cannot be SPDY/3.
  bool add(std::string_view bytes);
  /// The next frame that is whole.
  std::optional<Frame> next();
  /// True once a frame was too long or of another version.
  bool is_damaged() const { return damaged_; }

 private:
  std::string buffer_;
  bool damaged_ = false;
};

/// A 31-bit number at the beginning of a payload; empty if it is too short.
std::optional<std::uint32_t> read_stream_id(std::string_view payload);
/// The number as four bytes.
std::string stream_id_bytes(std::uint32_t id);

}  // namespace rockpool::native::spdy
