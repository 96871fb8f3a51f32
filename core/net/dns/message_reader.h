// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/net/dns/message.h"

namespace rockpool::net::dns {

/// Reads the parts of a message one after the other, never outside its bytes, which must outlive
/// the reader.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : bytes_{bytes} {}

  /// True once something could not be read; whatever is read after that is meaningless.
  bool failed() const { return !error_.empty(); }
  /// What could not be read, and where; empty if nothing has failed.
  const std::string& error() const { return error_; }

  /// The next byte; 0 if there is none.
  std::uint8_t u8() {
    if (position_ >= bytes_.size()) return fail("message ends too early");
    return static_cast<std::uint8_t>(bytes_[position_++]);
  }
  /// The next two bytes, the highest first.
  std::uint16_t u16() {
    const std::uint16_t high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  /// The next four bytes, the highest first.
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  /// The next eight bytes, the highest first.
  std::uint64_t u64() {
    const std::uint64_t high = u32();
    return high << 32 | u32();
  }
  /// So many bytes as they are: a part of the message.
  std::string_view raw(std::size_t size) {
    if (size > bytes_.size() - position_) {
      fail("message ends too early");
      return {};
    }
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }

  /// A name, its compression pointers followed.
  std::string name();
  /// Goes past a name without reading where its pointer leads.
  void skip_name();
  /// An entry of the question section.
  Question question();
  /// An entry of one of the other sections.
  Record record();

 private:
  std::uint8_t fail(std::string_view what);
  std::string fail_name(std::string_view what);
  // Data that ends at `end`.
  void read_data(Record& record, std::size_t end);
  SrvData srv();
  SoaData soa();
  TxtData txt(std::size_t end);

  std::string_view bytes_;
  std::size_t position_ = 0;
  std::string error_;
};

}  // namespace rockpool::net::dns
