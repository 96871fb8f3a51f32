// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/message_reader.h"

#include <fmt/format.h>

#include <optional>

#include "core/net/dns/name.h"

namespace rockpool::net::dns {

std::string MessageReader::name() {
  std::string text;
  std::size_t length = 1;
  // Where to go on after the first pointer; and every pointer must lead further back.
  std::optional<std::size_t> resume;
  std::size_t lowest = position_;
  for (;;) {
    const std::uint8_t size = u8();
    if (failed()) return {};
    if (size == 0) break;
    if ((size & kPointerBits) == kPointerBits) {
      const auto target = static_cast<std::size_t>((size & 0x3f) << 8 | u8());
      if (failed()) return {};
      if (target >= lowest) return fail_name("compression pointer does not lead back");
      if (!resume) resume = position_;
      lowest = target;
      position_ = target;
      continue;
    }
    if ((size & kPointerBits) != 0) return fail_name("unknown kind of label");
    length += size + 1u;
    if (length > kMaxNameLength) return fail_name("name is longer than 255 bytes");
    append_label(text, raw(size));
    if (failed()) return {};
  }
  if (resume) position_ = *resume;
  return text.empty() ? "." : text;
}

void MessageReader::skip_name() {
  for (;;) {
    const std::uint8_t size = u8();
    if (failed() || size == 0) return;
    if ((size & kPointerBits) == kPointerBits) {
      u8();
      return;
    }
    raw(size);
  }
}

Question MessageReader::question() {
  Question question;
  question.name = name();
  question.type = static_cast<RecordType>(u16());
  question.class_ = u16();
  return question;
}

Record MessageReader::record() {
  Record record;
  record.name = name();
  record.type = static_cast<RecordType>(u16());
  record.class_ = u16();
  record.ttl = u32();
  const std::size_t size = u16();
  if (failed()) return record;
  if (size > bytes_.size() - position_) {
    fail("record data ends too early");
    return record;
  }
  const std::size_t end = position_ + size;
  read_data(record, end);
  if (!failed() && position_ != end) fail("record data does not fill its length");
  return record;
}

std::uint8_t MessageReader::fail(std::string_view what) {
  if (error_.empty()) error_ = fmt::format("{} at byte {}", what, position_);
  return 0;
}

std::string MessageReader::fail_name(std::string_view what) {
  fail(what);
  return {};
}

void MessageReader::read_data(Record& record, std::size_t end) {
  const std::size_t size = end - position_;
  switch (record.type) {
    case RecordType::a:
      if (size != 4) {
        fail("an A record must have 4 bytes");
      } else {
        record.data = IpAddress::v4(u32());
      }
      return;
    case RecordType::aaaa:
      if (size != 16) {
        fail("an AAAA record must have 16 bytes");
      } else {
        const std::uint64_t high = u64();
        record.data = IpAddress::v6(high, u64());
      }
      return;
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
      record.data = NameData{name()};
      return;
    case RecordType::srv:
      record.data = srv();
      return;
    case RecordType::soa:
      record.data = soa();
      return;
    case RecordType::mx: {
      const std::uint16_t preference = u16();
      record.data = MxData{preference, name()};
      return;
    }
    case RecordType::txt:
      record.data = txt(end);
      return;
    case RecordType::opt:
    case RecordType::any:
      break;
  }
  record.data = RawData{std::string{raw(size)}};
}

SrvData MessageReader::srv() {
  SrvData data;
  data.priority = u16();
  data.weight = u16();
  data.port = u16();
  data.target = name();
  return data;
}

SoaData MessageReader::soa() {
  SoaData data;
  data.primary = name();
  data.mailbox = name();
  data.serial = u32();
  data.refresh = u32();
  data.retry = u32();
  data.expire = u32();
  data.minimum = u32();
  return data;
}

TxtData MessageReader::txt(std::size_t end) {
  TxtData data;
  while (!failed() && position_ < end) {
    const std::size_t length = u8();
    if (length > end - position_) {
      fail("text is longer than its record");
      break;
    }
    data.texts.emplace_back(raw(length));
  }
  return data;
}

}  // namespace rockpool::net::dns
