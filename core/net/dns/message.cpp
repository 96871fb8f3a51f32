// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace rockpool::net::dns {
namespace {

constexpr std::size_t kHeaderSize = 12;
// Offsets beyond this do not fit a compression pointer.
constexpr std::size_t kMaxPointer = 0x3fff;
constexpr std::uint8_t kPointerBits = 0xc0;

constexpr std::uint16_t kFlagResponse = 0x8000;
constexpr std::uint16_t kFlagAuthoritative = 0x0400;
constexpr std::uint16_t kFlagTruncated = 0x0200;
constexpr std::uint16_t kFlagRecursionDesired = 0x0100;
constexpr std::uint16_t kFlagRecursionAvailable = 0x0080;
constexpr std::uint16_t kFlagAuthenticData = 0x0020;
constexpr std::uint16_t kFlagCheckingDisabled = 0x0010;

constexpr std::pair<RecordType, std::string_view> kTypeNames[] = {
    {RecordType::a, "A"},     {RecordType::ns, "NS"},   {RecordType::cname, "CNAME"},
    {RecordType::soa, "SOA"}, {RecordType::ptr, "PTR"}, {RecordType::mx, "MX"},
    {RecordType::txt, "TXT"}, {RecordType::srv, "SRV"}, {RecordType::aaaa, "AAAA"},
    {RecordType::opt, "OPT"}, {RecordType::any, "ANY"},
};

// Takes the next label off a name in text form; unescapes it, into `buffer` if need be. Empty
// result for text that is no name.
std::optional<std::string_view> take_label(std::string_view& name, std::string& buffer) {
  const std::size_t end = name.find_first_of(".\\");
  // Text without a final dot.
  if (end == std::string_view::npos) return {};
  if (name[end] == '.') {
    const std::string_view label = name.substr(0, end);
    name.remove_prefix(end + 1);
    return label;
  }
  buffer = name.substr(0, end);
  name.remove_prefix(end);
  while (!name.empty()) {
    const char c = name.front();
    name.remove_prefix(1);
    if (c == '.') return buffer;
    if (c != '\\') {
      buffer += c;
      continue;
    }
    const auto is_digit = [&name](std::size_t i) {
      return i < name.size() && name[i] >= '0' && name[i] <= '9';
    };
    if (is_digit(0) && is_digit(1) && is_digit(2)) {
      const int code = (name[0] - '0') * 100 + (name[1] - '0') * 10 + (name[2] - '0');
      if (code > 255) return {};
      buffer += static_cast<char>(code);
      name.remove_prefix(3);
    } else if (!name.empty()) {
      buffer += name.front();
      name.remove_prefix(1);
    } else {
      return {};
    }
  }
  return {};
}

void append_label(std::string& name, std::string_view label) {
  for (char c : label) {
    if (c == '.' || c == '\\') {
      name += '\\';
      name += c;
    } else if (c > ' ' && c < 0x7f) {
      name += c;
    } else {
      fmt::format_to(std::back_inserter(name), "\\{:03}", static_cast<unsigned char>(c));
    }
  }
  name += '.';
}

class Writer {
 public:
  // Names are remembered for compression unless there is only one.
  explicit Writer(bool remembers_names = true) : remembers_names_{remembers_names} {}

  void u8(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value & 255));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value & 0xffff));
  }
  void raw(std::string_view data) { bytes_ += data; }

  // Names inside SRV data must not be compressed (RFC 2782, 3597).
  void name(std::string_view text, bool may_compress = true) {
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
      if (remembers_names_ && bytes_.size() <= kMaxPointer)
        names_.emplace_back(text, bytes_.size());
      const std::string_view label = take_label(text, buffer).value_or("");
      u8(static_cast<std::uint8_t>(label.size()));
      raw(label);
      if (text.empty()) break;
    }
    u8(0);
  }

  void record(const Record& record) {
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

  // Goes back to an earlier size.
  void cut(std::size_t size) {
    bytes_.resize(size);
    while (!names_.empty() && names_.back().second >= size) names_.pop_back();
  }
  void patch_u16(std::size_t at, std::uint16_t value) {
    bytes_[at] = static_cast<char>(value >> 8);
    bytes_[at + 1] = static_cast<char>(value & 255);
  }
  std::size_t size() const { return bytes_.size(); }
  std::string take() { return std::move(bytes_); }

 private:
  void write(const RawData& data) { raw(data.bytes); }
  void write(const IpAddress& address) { raw(address.to_bytes()); }
  void write(const NameData& data) { name(data.name); }
  void write(const SrvData& data) {
    u16(data.priority);
    u16(data.weight);
    u16(data.port);
    name(data.target, false);
  }
  void write(const SoaData& data) {
    name(data.primary);
    name(data.mailbox);
    u32(data.serial);
    u32(data.refresh);
    u32(data.retry);
    u32(data.expire);
    u32(data.minimum);
  }
  void write(const MxData& data) {
    u16(data.preference);
    name(data.exchange);
  }
  void write(const TxtData& data) {
    for (const std::string& text : data.texts) {
      const std::string_view part = std::string_view{text}.substr(0, 255);
      u8(static_cast<std::uint8_t>(part.size()));
      raw(part);
    }
  }

  bool remembers_names_;
  std::string bytes_;
  // Names written so far and where, with the views into the message being written.
  std::vector<std::pair<std::string_view, std::size_t>> names_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_{bytes} {}

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  std::size_t position() const { return position_; }

  std::uint8_t u8() {
    if (position_ >= bytes_.size()) return fail("message ends too early");
    return static_cast<std::uint8_t>(bytes_[position_++]);
  }
  std::uint16_t u16() {
    const std::uint16_t high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  std::uint64_t u64() {
    const std::uint64_t high = u32();
    return high << 32 | u32();
  }
  std::string_view raw(std::size_t size) {
    if (size > bytes_.size() - position_) {
      fail("message ends too early");
      return {};
    }
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }

  std::string name() {
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

  // Goes past a name without reading where its pointer leads.
  void skip_name() {
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

  Question question() {
    Question question;
    question.name = name();
    question.type = static_cast<RecordType>(u16());
    question.class_ = u16();
    return question;
  }

  Record record() {
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

 private:
  std::uint8_t fail(std::string_view what) {
    if (error_.empty()) error_ = fmt::format("{} at byte {}", what, position_);
    return 0;
  }
  std::string fail_name(std::string_view what) {
    fail(what);
    return {};
  }

  void read_data(Record& record, std::size_t end) {
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

  SrvData srv() {
    SrvData data;
    data.priority = u16();
    data.weight = u16();
    data.port = u16();
    data.target = name();
    return data;
  }

  SoaData soa() {
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

  TxtData txt(std::size_t end) {
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

  std::string_view bytes_;
  std::size_t position_ = 0;
  std::string error_;
};

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
std::uint16_t write_section(Writer& writer, const std::vector<Record>& records, std::size_t limit,
                            bool& truncated) {
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

std::optional<std::uint16_t> Message::edns_size() const {
  for (const Record& record : additionals) {
    if (record.type == RecordType::opt) return record.class_;
  }
  return {};
}

std::string encode(const Message& message, std::size_t max_size) {
  Writer writer;
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
  Writer option_writer;
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
  Writer writer{false};
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
  Reader reader{bytes};
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
  Writer writer{false};
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
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  if (!std::ranges::equal(query.substr(kHeaderSize),
                          response.substr(kHeaderSize, query.size() - kHeaderSize), {}, lower,
                          lower)) {
    return {};
  }
  Reader reader{response};
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
    Reader data_reader{data};
    if (type == RecordType::a && data.size() == 4) {
      result.addresses.push_back(IpAddress::v4(data_reader.u32()));
    } else if (type == RecordType::aaaa && data.size() == 16) {
      const std::uint64_t high = data_reader.u64();
      result.addresses.push_back(IpAddress::v6(high, data_reader.u64()));
    }
  }
  return result;
}

std::string lower_name(std::string_view name) {
  std::string result{name};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_within(std::string_view name, std::string_view zone) {
  if (zone == ".") return true;
  if (!name.ends_with(zone)) return false;
  return name.size() == zone.size() || name[name.size() - zone.size() - 1] == '.';
}

std::optional<IpAddress> parse_reverse_name(std::string_view name) {
  constexpr std::string_view kReverseV4 = "in-addr.arpa.";
  constexpr std::string_view kReverseV6 = "ip6.arpa.";
  const auto take_last = [&name] {
    if (name.back() == '.') name.remove_suffix(1);
    const std::size_t start = name.rfind('.') + 1;
    const std::string_view label = name.substr(start);
    name.remove_suffix(name.size() - start);
    return label;
  };
  if (is_within(name, kReverseV4)) {
    name.remove_suffix(kReverseV4.size());
    std::string text;
    while (!name.empty()) {
      if (!text.empty()) text += '.';
      text += take_last();
    }
    return IpAddress::parse(text);
  }
  if (!is_within(name, kReverseV6)) return {};
  name.remove_suffix(kReverseV6.size());
  std::string text;
  int digits = 0;
  while (!name.empty()) {
    const std::string_view digit = take_last();
    if (digit.size() != 1) return {};
    if (digits > 0 && digits % 4 == 0) text += ':';
    text += digit;
    ++digits;
  }
  return digits == 32 ? IpAddress::parse(text) : std::nullopt;
}

bool is_valid_name(std::string_view name) {
  if (name == ".") return true;
  std::size_t length = 1;
  std::string buffer;
  while (!name.empty()) {
    const auto label = take_label(name, buffer);
    if (!label || label->empty() || label->size() > kMaxLabelLength) return false;
    length += label->size() + 1;
  }
  return length > 1 && length <= kMaxNameLength;
}

}  // namespace rockpool::net::dns
