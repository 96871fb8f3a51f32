// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/net/address.h"

// DNS messages on the wire (RFC 1035, 2782, 3596, 6891).
//
// Names are text as `core/net/dns/name.h` describes it.
namespace rockpool::net::dns {

/// Where name servers listen, over UDP and TCP (RFC 1035, 4.2).
inline constexpr std::uint16_t kDnsPort = 53;

/// The record types that are understood; others are carried as bytes.
enum class RecordType : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  srv = 33,
  opt = 41,
  any = 255,
};

/// "A", "SRV"; "TYPE65" for one without a name here.
std::string record_type_name(RecordType type);

/// The outcome of a query.
enum class ResponseCode : std::uint8_t {
  no_error = 0,
  format_error = 1,
  server_failure = 2,
  name_error = 3,
  not_implemented = 4,
  refused = 5,
};

/// "NOERROR", "NXDOMAIN" and so on, as dig prints them.
std::string response_code_name(ResponseCode code);
/// Reads such a name, in any case; empty if it is none.
std::optional<ResponseCode> parse_response_code(std::string_view name);
/// Reads "A", "SRV" or "TYPE65", in any case; empty if it is none.
std::optional<RecordType> parse_record_type(std::string_view name);

/// The Internet class.
inline constexpr std::uint16_t kClassInternet = 1;
/// The longest message over UDP without EDNS.
inline constexpr std::size_t kMaxPlainUdpSize = 512;
/// The longest message of all.
inline constexpr std::size_t kMaxMessageSize = 65535;
/// How a message travels, which limits how long an answer may be.
enum class Transport : std::uint8_t { udp, tcp };

/// What is asked for.
struct Question {
  std::string name;
  RecordType type = RecordType::a;
  std::uint16_t class_ = kClassInternet;

  friend bool operator==(const Question&, const Question&) = default;
};

/// The data of NS, CNAME and PTR records.
struct NameData {
  std::string name;
  friend bool operator==(const NameData&, const NameData&) = default;
};

/// The data of an SRV record (RFC 2782).
struct SrvData {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
  friend bool operator==(const SrvData&, const SrvData&) = default;
};

/// The data of an SOA record (RFC 1035, 3.3.13); times in seconds.
struct SoaData {
  std::string primary;
  std::string mailbox;
  std::uint32_t serial = 0;
  std::uint32_t refresh = 0;
  std::uint32_t retry = 0;
  std::uint32_t expire = 0;
  std::uint32_t minimum = 0;
  friend bool operator==(const SoaData&, const SoaData&) = default;
};

/// The data of an MX record.
struct MxData {
  std::uint16_t preference = 0;
  std::string exchange;
  friend bool operator==(const MxData&, const MxData&) = default;
};

/// The data of a TXT record. Each text is at most 255 bytes long.
struct TxtData {
  std::vector<std::string> texts;
  friend bool operator==(const TxtData&, const TxtData&) = default;
};

/// The data of any other record.
struct RawData {
  std::string bytes;
  friend bool operator==(const RawData&, const RawData&) = default;
};

/// A resource record. Its TTL is in seconds.
struct Record {
  std::string name;
  RecordType type = RecordType::a;
  std::uint16_t class_ = kClassInternet;
  std::uint32_t ttl = 0;
  /// Must suit `type`: IpAddress for A and AAAA, and so on.
  std::variant<RawData, IpAddress, NameData, SrvData, SoaData, MxData, TxtData> data;

  friend bool operator==(const Record&, const Record&) = default;
};

/// One record as a zone file has it: `web.default.svc.cluster.local. 30 IN A 10.96.0.20`.
std::string to_string(const Record& record);

/// A query or a response: the header's fields and the four sections.
struct Message {
  std::uint16_t id = 0;
  bool is_response = false;
  std::uint8_t opcode = 0;
  bool authoritative = false;
  bool truncated = false;
  bool recursion_desired = false;
  bool recursion_available = false;
  bool authentic_data = false;
  bool checking_disabled = false;
  ResponseCode code = ResponseCode::no_error;
  std::vector<Question> questions;
  std::vector<Record> answers;
  std::vector<Record> authorities;
  std::vector<Record> additionals;

  friend bool operator==(const Message&, const Message&) = default;

  /// The size that an OPT record says the sender can take over UDP; empty without one.
  std::optional<std::uint16_t> edns_size() const;
};

/// Writes a message, names compressed. If it would be longer than `max_size`, whole records are
/// left out from the end and it is marked as truncated; the OPT record stays. Names that cannot be
/// written (a label over 63 bytes, a name over 255) are written as the root.
std::string encode(const Message& message, std::size_t max_size = kMaxMessageSize);

/// How long a message would be if every name were written out, as miekg/dns counts.
std::size_t uncompressed_size(const Message& message);

/// Reads a message. Bytes after its end are ignored, as miekg/dns does. The error says what is
/// wrong. Never reads outside `bytes`, and in time proportional to their number.
std::expected<Message, std::string> decode(std::string_view bytes);

/// A query for one name, recursion desired.
std::string encode_query(std::uint16_t id, std::string_view name, RecordType type);

/// What a stub resolver needs of an answer.
struct AddressAnswer {
  ResponseCode code = ResponseCode::no_error;
  bool truncated = false;
  /// The data of all A and AAAA records, in order.
  std::vector<IpAddress> addresses;
};

/// Reads `response` as the answer to `query`, which `encode_query` wrote; empty if it is none:
/// another id or question, or broken.
std::optional<AddressAnswer> decode_addresses(std::string_view query, std::string_view response);

}  // namespace rockpool::net::dns
