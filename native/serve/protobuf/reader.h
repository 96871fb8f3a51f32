// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rockpool::native::protobuf {

/// One field as it stands in a message.
struct WireField {
  enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  std::uint32_t number = 0;
  Type type = Type::varint;
  /// Of a varint or a fixed number.
  std::uint64_t value = 0;
  /// Of bytes; points into the message.
  std::string_view bytes;
};

/// Takes a message apart, field by field. Never reads outside it.
class Reader {
 public:
  explicit Reader(std::string_view message) : rest_{message} {}

  /// The next field; nothing at the end, or where the message is damaged.
  std::optional<WireField> next();
  /// True if what was read was no message.
  bool is_damaged() const { return damaged_; }

 private:
  std::optional<std::uint64_t> read_varint();
  std::optional<std::uint64_t> read_fixed(std::size_t size);
  std::optional<WireField> fail();

  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace rockpool::native::protobuf
