// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/net/dns/message.h"

namespace rockpool::net::dns {

/// Writes the parts of a message one after the other. The names of what is written must outlive the
/// writer, which points at them to compress later ones.
class MessageWriter {
 public:
  /// Names are remembered for compression unless there is only one.
  explicit MessageWriter(bool remembers_names = true) : remembers_names_{remembers_names} {}

  /// Adds a byte.
  void u8(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  /// Adds two bytes, the highest first.
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value & 255));
  }
  /// Adds four bytes, the highest first.
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value & 0xffff));
  }
  /// Adds bytes as they are.
  void raw(std::string_view data) { bytes_ += data; }

  /// Writes a name; one that cannot be written becomes the root. Names inside SRV data must not be
  /// compressed (RFC 2782, 3597).
  void name(std::string_view text, bool may_compress = true);
  /// Writes a record of any type.
  void record(const Record& record);
  /// Goes back to an earlier size.
  void cut(std::size_t size) {
    bytes_.resize(size);
    while (!names_.empty() && names_.back().second >= size) names_.pop_back();
  }
  /// Overwrites two bytes that have been written.
  void patch_u16(std::size_t at, std::uint16_t value) {
    bytes_[at] = static_cast<char>(value >> 8);
    bytes_[at + 1] = static_cast<char>(value & 255);
  }
  std::size_t size() const { return bytes_.size(); }
  /// What has been written; the writer is then of no more use.
  std::string take() { return std::move(bytes_); }

 private:
  void write(const RawData& data) { raw(data.bytes); }
  void write(const IpAddress& address) { raw(address.to_bytes()); }
  void write(const NameData& data) { name(data.name); }
  void write(const SrvData& data);
  void write(const SoaData& data);
  void write(const MxData& data);
  void write(const TxtData& data);

  bool remembers_names_;
  std::string bytes_;
  // Names written so far and where, with the views into the message being written.
  std::vector<std::pair<std::string_view, std::size_t>> names_;
};

}  // namespace rockpool::net::dns
