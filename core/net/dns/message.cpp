// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/message.h"

#include <algorithm>

#include "core/doc/ascii.h"
#include "core/net/dns/message_reader.h"
#include "core/net/dns/message_writer.h"

namespace rockpool::net::dns {
namespace {

constexpr std::size_t kHeaderSize = 12;

constexpr std::uint16_t kFlagResponse = 0x8000;
constexpr std::uint16_t kFlagAuthoritative = 0x0400;
constexpr std::uint16_t kFlagTruncated = 0x0200;
constexpr std::uint16_t kFlagRecursionDesired = 0x0100;
constexpr std::uint16_t kFlagRecursionAvailable = 0x0080;
constexpr std::uint16_t kFlagAuthenticData = 0x0020;
constexpr std::uint16_t kFlagCheckingDisabled = 0x0010;

std::uint16_t flags_of(const Message& message) {
  std::uint16_t flags = 0;
  if (message.is_response) flags |= kFlagResponse;
  flags = static_cast<std::uint16_t>(flags | (message.opcode & 15) << 11);
  if (message.authoritative) flags |= kFlagAuthoritative;
  if (message.truncated) flags |= kFlagTruncated;
  if (message.recursion_desired) flags |= kFlagRecursionDesired;
  if (message.recursion_available) flags |= kFlagRecursionAvailable;
  if (message.authentic_data) flags |= kFlagAuthenticData;
  if (message.checking_disabled) flags |= kFlagCheckingDisabled;
  return static_cast<std::uint16_t>(flags | (static_cast<unsigned>(message.code) & 15));
}

void set_flags(Message& message, std::uint16_t flags) {
  message.is_response = (flags & kFlagResponse) != 0;
  message.opcode = static_cast<std::uint8_t>(flags >> 11 & 15);
  message.authoritative = (flags & kFlagAuthoritative) != 0;
  message.truncated = (flags & kFlagTruncated) != 0;
  message.recursion_desired = (flags & kFlagRecursionDesired) != 0;
  message.recursion_available = (flags & kFlagRecursionAvailable) != 0;
  message.authentic_data = (flags & kFlagAuthenticData) != 0;
  message.checking_disabled = (flags & kFlagCheckingDisabled) != 0;
  message.code = static_cast<ResponseCode>(flags & 15);
}

std::uint16_t count_of(std::size_t size) {
  return static_cast<std::uint16_t>(std::min<std::size_t>(size, 65535));
}

// Writes as many records as fit; returns their number.
std::uint16_t write_section(MessageWriter& writer, const std::vector<Record>& records,
                            std::size_t limit, bool& truncated) {
  std::uint16_t count = 0;
  for (const Record& record : records) {
    if (truncated || count == 65535) break;
    const std::size_t before = writer.size();
    writer.record(record);
    if (writer.size() > limit) {
      writer.cut(before);
      truncated = true;
      break;
    }
    ++count;
  }
  return count;
}

}  // namespace

std::optional<std::uint16_t> Message::edns_size() const {
  for (const Record& record : additionals) {
    if (record.type == RecordType::opt) return record.class_;
  }
  return {};
}

std::string encode(const Message& message, std::size_t max_size) {
  MessageWriter writer;
  writer.u16(message.id);
  writer.u16(flags_of(message));
  for (int i = 0; i < 4; ++i) writer.u16(0);
  for (const Question& question : message.questions) {
    writer.name(question.name);
    writer.u16(static_cast<std::uint16_t>(question.type));
    writer.u16(question.class_);
  }
  // The OPT record goes last and must have its place.
  std::vector<Record> additionals;
  std::vector<Record> options;
  for (const Record& record : message.additionals) {
    (record.type == RecordType::opt ? options : additionals).push_back(record);
  }
  MessageWriter option_writer;
  for (const Record& record : options) option_writer.record(record);
  const std::string option_bytes = option_writer.take();
  const std::size_t limit = max_size - std::min(max_size, option_bytes.size());
  bool truncated = false;
  const std::uint16_t answers = write_section(writer, message.answers, limit, truncated);
  const std::uint16_t authorities = write_section(writer, message.authorities, limit, truncated);
  const std::uint16_t extra = write_section(writer, additionals, limit, truncated);
  writer.raw(option_bytes);
  if (truncated) {
    writer.patch_u16(2, static_cast<std::uint16_t>(flags_of(message) | kFlagTruncated));
  }
  writer.patch_u16(4, count_of(message.questions.size()));
  writer.patch_u16(6, answers);
  writer.patch_u16(8, authorities);
  writer.patch_u16(10, count_of(extra + options.size()));
  return writer.take();
}

std::size_t uncompressed_size(const Message& message) {
  MessageWriter writer{false};
  for (const Question& question : message.questions) writer.name(question.name, false);
  for (const auto* section : {&message.answers, &message.authorities, &message.additionals}) {
    for (const Record& record : *section) writer.record(record);
  }
  constexpr std::size_t kTypeAndClass = 4;
  return kHeaderSize + kTypeAndClass * message.questions.size() + writer.size();
}

std::expected<Message, std::string> decode(std::string_view bytes) {
  if (bytes.size() > kMaxMessageSize) {
    return std::unexpected{"message is longer than 65535 bytes"};
  }
  if (bytes.size() < kHeaderSize) return std::unexpected{"message is shorter than its header"};
  MessageReader reader{bytes};
  Message message;
  message.id = reader.u16();
  set_flags(message, reader.u16());
  const std::uint16_t questions = reader.u16();
  const std::uint16_t counts[] = {reader.u16(), reader.u16(), reader.u16()};
  for (int i = 0; i < questions && !reader.failed(); ++i) {
    message.questions.push_back(reader.question());
  }
  std::vector<Record>* const sections[] = {&message.answers, &message.authorities,
                                           &message.additionals};
  for (std::size_t section = 0; section < 3; ++section) {
    for (int i = 0; i < counts[section] && !reader.failed(); ++i) {
      sections[section]->push_back(reader.record());
    }
  }
  if (reader.failed()) return std::unexpected{reader.error()};
  return message;
}

std::string encode_query(std::uint16_t id, std::string_view name, RecordType type) {
  MessageWriter writer{false};
  writer.u16(id);
  writer.u16(kFlagRecursionDesired);
  writer.u16(1);
  for (int i = 0; i < 3; ++i) writer.u16(0);
  writer.name(name, false);
  writer.u16(static_cast<std::uint16_t>(type));
  writer.u16(kClassInternet);
  return writer.take();
}

std::optional<AddressAnswer> decode_addresses(std::string_view query, std::string_view response) {
  if (response.size() < query.size() || response.substr(0, 2) != query.substr(0, 2)) return {};
  const auto lower = [](char c) { return doc::to_lower(c); };
  if (!std::ranges::equal(query.substr(kHeaderSize),
                          response.substr(kHeaderSize, query.size() - kHeaderSize), {}, lower,
                          lower)) {
    return {};
  }
  MessageReader reader{response};
  reader.raw(2);
  const std::uint16_t flags = reader.u16();
  const std::uint16_t questions = reader.u16();
  if ((flags & kFlagResponse) == 0 || questions != 1) return {};
  const std::uint16_t answers = reader.u16();
  reader.raw(query.size() - 8);
  AddressAnswer result;
  result.code = static_cast<ResponseCode>(flags & 15);
  result.truncated = (flags & kFlagTruncated) != 0;
  for (int i = 0; i < answers; ++i) {
    reader.skip_name();
    const auto type = static_cast<RecordType>(reader.u16());
    reader.raw(6);
    const std::string_view data = reader.raw(reader.u16());
    if (reader.failed()) return {};
    MessageReader data_reader{data};
    if (type == RecordType::a && data.size() == 4) {
      result.addresses.push_back(IpAddress::v4(data_reader.u32()));
    } else if (type == RecordType::aaaa && data.size() == 16) {
      const std::uint64_t high = data_reader.u64();
      result.addresses.push_back(IpAddress::v6(high, data_reader.u64()));
    }
  }
  return result;
}

}  // namespace rockpool::net::dns
