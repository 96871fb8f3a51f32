// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "core/net/dns/message.h"
#include "core/net/dns/name.h"

// The names of types and outcomes, and records as zone files have them.
namespace rockpool::net::dns {
namespace {

constexpr std::pair<RecordType, std::string_view> kTypeNames[] = {
    {RecordType::a, "A"},     {RecordType::ns, "NS"},   {RecordType::cname, "CNAME"},
    {RecordType::soa, "SOA"}, {RecordType::ptr, "PTR"}, {RecordType::mx, "MX"},
    {RecordType::txt, "TXT"}, {RecordType::srv, "SRV"}, {RecordType::aaaa, "AAAA"},
    {RecordType::opt, "OPT"}, {RecordType::any, "ANY"},
};

std::string data_text(const Record& record) {
  struct Printer {
    std::string operator()(const RawData& data) const {
      std::string text = fmt::format("\\# {}", data.bytes.size());
      if (!data.bytes.empty()) text += ' ';
      for (char c : data.bytes) {
        fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
      }
      return text;
    }
    std::string operator()(const IpAddress& address) const { return address.to_string(); }
    std::string operator()(const NameData& data) const { return data.name; }
    std::string operator()(const SrvData& data) const {
      return fmt::format("{} {} {} {}", data.priority, data.weight, data.port, data.target);
    }
    std::string operator()(const SoaData& data) const {
      return fmt::format("{} {} {} {} {} {} {}", data.primary, data.mailbox, data.serial,
                         data.refresh, data.retry, data.expire, data.minimum);
    }
    std::string operator()(const MxData& data) const {
      return fmt::format("{} {}", data.preference, data.exchange);
    }
    std::string operator()(const TxtData& data) const {
      std::string text;
      for (const std::string& each : data.texts) {
        if (!text.empty()) text += ' ';
        text += '"';
        for (char c : each) {
          if (c == '"' || c == '\\') text += '\\';
          text += c;
        }
        text += '"';
      }
      return text;
    }
  };
  return std::visit(Printer{}, record.data);
}

}  // namespace

std::string record_type_name(RecordType type) {
  const auto found =
      std::ranges::find(kTypeNames, type, &std::pair<RecordType, std::string_view>::first);
  if (found != std::end(kTypeNames)) return std::string{found->second};
  return fmt::format("TYPE{}", static_cast<unsigned>(type));
}

std::optional<RecordType> parse_record_type(std::string_view name) {
  constexpr std::string_view kNumbered = "type";
  const std::string lower = lower_name(name);
  for (const auto& [type, each] : kTypeNames) {
    if (lower_name(each) == lower) return type;
  }
  if (!lower.starts_with(kNumbered)) return {};
  std::uint16_t number = 0;
  const char* const end = lower.data() + lower.size();
  const auto [stop, error] = std::from_chars(lower.data() + kNumbered.size(), end, number);
  if (error != std::errc{} || stop != end) return {};
  return static_cast<RecordType>(number);
}

std::optional<ResponseCode> parse_response_code(std::string_view name) {
  const std::string lower = lower_name(name);
  for (int code = 0; code <= static_cast<int>(ResponseCode::refused); ++code) {
    const auto each = static_cast<ResponseCode>(code);
    if (lower_name(response_code_name(each)) == lower) return each;
  }
  return {};
}

std::string response_code_name(ResponseCode code) {
  switch (code) {
    case ResponseCode::no_error:
      return "NOERROR";
    case ResponseCode::format_error:
      return "FORMERR";
    case ResponseCode::server_failure:
      return "SERVFAIL";
    case ResponseCode::name_error:
      return "NXDOMAIN";
    case ResponseCode::not_implemented:
      return "NOTIMP";
    case ResponseCode::refused:
      return "REFUSED";
  }
  return fmt::format("RCODE{}", static_cast<unsigned>(code));
}

std::string to_string(const Record& record) {
  const std::string class_name =
      record.class_ == kClassInternet ? "IN" : fmt::format("CLASS{}", record.class_);
  return fmt::format("{} {} {} {} {}", record.name, record.ttl, class_name,
                     record_type_name(record.type), data_text(record));
}

}  // namespace rockpool::net::dns
