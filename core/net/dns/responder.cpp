// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/responder.h"

#include <algorithm>
#include <utility>

namespace rockpool::net::dns {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::uint8_t kOpcodeNotify = 4;
// The parts of an OPT record's TTL (RFC 6891, 6.1.3).
constexpr std::uint32_t kVersionBits = 0x00ff0000;
constexpr std::uint32_t kFlagBits = 0x0000ff00;
constexpr std::uint32_t kDnssecBit = 0x8000;
// The upper bits of BADVERS (16), whose lower ones are NOERROR's.
constexpr std::uint32_t kBadVersion = 1u << 24;
// The options that CoreDNS sends back as they came: NSID, EXPIRE, COOKIE, keep-alive, padding.
constexpr std::uint16_t kEchoedOptions[] = {3, 9, 10, 11, 12};

const Record* find_option_record(const Message& message) {
  const auto found = std::ranges::find(message.additionals, RecordType::opt, &Record::type);
  return found == message.additionals.end() ? nullptr : &*found;
}

std::string refuse(std::string_view bytes, ResponseCode code) {
  Message failure;
  failure.id = static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                          static_cast<unsigned char>(bytes[1]));
  failure.opcode = static_cast<std::uint8_t>(static_cast<unsigned char>(bytes[2]) >> 3 & 15);
  failure.is_response = true;
  failure.code = code;
  return encode(failure);
}

std::string refuse_version(const Message& query) {
  Message failure = make_reply(query);
  Record option;
  option.name = ".";
  option.type = RecordType::opt;
  option.class_ = find_option_record(query)->class_;
  option.ttl = kBadVersion;
  failure.additionals.push_back(std::move(option));
  return encode(failure);
}

// Those of the options that are sent back.
std::string echoed_options(const Record& record) {
  constexpr std::size_t kOptionHeader = 4;
  const auto* data = std::get_if<RawData>(&record.data);
  std::string result;
  if (data == nullptr) return result;
  const auto number_at = [data](std::size_t place) {
    return static_cast<std::size_t>(static_cast<unsigned char>(data->bytes[place]) << 8 |
                                    static_cast<unsigned char>(data->bytes[place + 1]));
  };
  for (std::size_t place = 0; place + kOptionHeader <= data->bytes.size();) {
    const std::size_t length = kOptionHeader + number_at(place + 2);
    if (std::ranges::find(kEchoedOptions, number_at(place)) != std::end(kEchoedOptions)) {
      result += std::string_view{data->bytes}.substr(place, length);
    }
    place += length;
  }
  return result;
}

}  // namespace

std::expected<Message, std::string> accept_query(std::string_view bytes) {
  constexpr unsigned kResponseBit = 0x80;
  if (bytes.size() < kHeaderSize || (static_cast<unsigned char>(bytes[2]) & kResponseBit) != 0) {
    return std::unexpected{std::string{}};
  }
  const int opcode = static_cast<unsigned char>(bytes[2]) >> 3 & 15;
  if (opcode != 0 && opcode != kOpcodeNotify) {
    return std::unexpected{refuse(bytes, ResponseCode::not_implemented)};
  }
  auto query = decode(bytes);
  if (!query || query->questions.size() != 1 || query->answers.size() > 1 ||
      query->authorities.size() > 1 || query->additionals.size() > 2) {
    return std::unexpected{refuse(bytes, ResponseCode::format_error)};
  }
  const Record* option = find_option_record(*query);
  if (option != nullptr && (option->ttl & kVersionBits) != 0) {
    return std::unexpected{refuse_version(*query)};
  }
  return std::move(*query);
}

Message make_reply(const Message& query, ResponseCode code) {
  Message reply;
  reply.id = query.id;
  reply.is_response = true;
  reply.opcode = query.opcode;
  if (query.opcode == 0) {
    reply.recursion_desired = query.recursion_desired;
    reply.checking_disabled = query.checking_disabled;
  }
  reply.code = code;
  reply.questions = query.questions;
  return reply;
}

std::string finish_reply(const Message& query, Message reply, Transport transport) {
  std::erase_if(reply.additionals,
                [](const Record& record) { return record.type == RecordType::opt; });
  if (const Record* asked = find_option_record(query)) {
    Record option;
    option.name = ".";
    option.type = RecordType::opt;
    option.class_ = asked->class_;
    option.ttl = asked->ttl & kFlagBits;
    option.data = RawData{echoed_options(*asked)};
    reply.additionals.push_back(std::move(option));
  }
  if (transport == Transport::tcp) return encode(reply);
  return encode(reply, std::max<std::size_t>(query.edns_size().value_or(0), kMaxPlainUdpSize));
}

bool wants_dnssec(const Message& query) {
  const Record* option = find_option_record(query);
  return option != nullptr && (option->ttl & kDnssecBit) != 0;
}

}  // namespace rockpool::net::dns
