// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/message_writer.h"

#include <algorithm>
#include <variant>

#include "core/net/dns/name.h"

namespace rockpool::net::dns {
namespace {

// Offsets beyond this do not fit a compression pointer.
constexpr std::size_t kMaxPointer = 0x3fff;

}  // namespace

void MessageWriter::name(std::string_view text, bool may_compress) {
  if (!is_valid_name(text)) text = ".";
  std::string buffer;
  while (text != ".") {
    if (may_compress) {
      const auto known = std::ranges::find(
          names_, text, [](const auto& entry) -> std::string_view { return entry.first; });
      if (known != names_.end()) {
        u16(static_cast<std::uint16_t>(kPointerBits << 8 | known->second));
        return;
      }
    }
    if (remembers_names_ && bytes_.size() <= kMaxPointer) names_.emplace_back(text, bytes_.size());
    const std::string_view label = take_label(text, buffer).value_or("");
    u8(static_cast<std::uint8_t>(label.size()));
    raw(label);
    if (text.empty()) break;
  }
  u8(0);
}

void MessageWriter::record(const Record& record) {
  name(record.name);
  u16(static_cast<std::uint16_t>(record.type));
  u16(record.class_);
  u32(record.ttl);
  const std::size_t length_at = bytes_.size();
  u16(0);
  std::visit([this](const auto& data) { write(data); }, record.data);
  const std::size_t length = bytes_.size() - length_at - 2;
  bytes_[length_at] = static_cast<char>(length >> 8 & 255);
  bytes_[length_at + 1] = static_cast<char>(length & 255);
}

void MessageWriter::write(const SrvData& data) {
  u16(data.priority);
  u16(data.weight);
  u16(data.port);
  name(data.target, false);
}

void MessageWriter::write(const SoaData& data) {
  name(data.primary);
  name(data.mailbox);
  u32(data.serial);
  u32(data.refresh);
  u32(data.retry);
  u32(data.expire);
  u32(data.minimum);
}

void MessageWriter::write(const MxData& data) {
  u16(data.preference);
  name(data.exchange);
}

void MessageWriter::write(const TxtData& data) {
  for (const std::string& text : data.texts) {
    const std::string_view part = std::string_view{text}.substr(0, 255);
    u8(static_cast<std::uint8_t>(part.size()));
    raw(part);
  }
}

}  // namespace rockpool::net::dns
