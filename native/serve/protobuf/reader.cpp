// SPDX-License-Identifier: Apache-2.0
#include "native/serve/protobuf/reader.h"

namespace rockpool::native::protobuf {

std::optional<std::uint64_t> Reader::read_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::read_fixed(std::size_t size) {
  if (rest_.size() < size) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t index = size; index-- > 0;) {
    value = value << 8 | static_cast<std::uint8_t>(rest_[index]);
  }
  rest_.remove_prefix(size);
  return value;
}

std::optional<WireField> Reader::fail() {
  damaged_ = true;
  rest_ = {};
  return std::nullopt;
}

std::optional<WireField> Reader::next() {
  if (rest_.empty()) return std::nullopt;
  const auto tag = read_varint();
  if (!tag || *tag >> 3 == 0 || *tag >> 3 > UINT32_MAX) return fail();
  WireField field;
  field.number = static_cast<std::uint32_t>(*tag >> 3);
  field.type = static_cast<WireField::Type>(*tag & 7);
  std::optional<std::uint64_t> value;
  switch (field.type) {
    case WireField::Type::varint:
      value = read_varint();
      break;
    case WireField::Type::fixed64:
      value = read_fixed(8);
      break;
    case WireField::Type::fixed32:
      value = read_fixed(4);
      break;
    case WireField::Type::bytes:
      value = read_varint();
      if (!value || *value > rest_.size()) return fail();
      field.bytes = rest_.substr(0, *value);
      rest_.remove_prefix(*value);
      return field;
  }
  if (!value) return fail();
  field.value = *value;
  return field;
}

}  // namespace rockpool::native::protobuf
