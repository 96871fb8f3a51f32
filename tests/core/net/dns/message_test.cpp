// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/message.h"

#include <doctest/doctest.h>

#include "core/net/dns/name.h"
#include "core/sim/random.h"

namespace rockpool::net::dns {
namespace {

using namespace std::string_literals;

Record make(const std::string& name, RecordType type, decltype(Record::data) data) {
  Record record;
  record.name = name;
  record.type = type;
  record.ttl = 30;
  record.data = std::move(data);
  return record;
}

Message everything() {
  Message message;
  message.id = 0xbeef;
  message.is_response = true;
  message.authoritative = true;
  message.recursion_desired = true;
  message.recursion_available = true;
  message.code = ResponseCode::name_error;
  message.questions.push_back({"_http._tcp.web.default.svc.cluster.local.", RecordType::srv});
  message.answers = {
      make("web.default.svc.cluster.local.", RecordType::a, *IpAddress::parse("10.96.0.20")),
      make("web.default.svc.cluster.local.", RecordType::aaaa, *IpAddress::parse("fd00::1")),
      make("alias.cluster.local.", RecordType::cname, NameData{"web.default.svc.cluster.local."}),
      make("_http._tcp.web.default.svc.cluster.local.", RecordType::srv,
           SrvData{0, 100, 80, "web.default.svc.cluster.local."}),
      make("20.0.96.10.in-addr.arpa.", RecordType::ptr, NameData{"web.default.svc.cluster.local."}),
      make("cluster.local.", RecordType::mx, MxData{10, "mail.cluster.local."}),
      make("dns-version.cluster.local.", RecordType::txt, TxtData{{"1.1.0", "", "a\"b"}}),
      make("odd.cluster.local.", static_cast<RecordType>(65), RawData{"\x01\x02\x00"s}),
  };
  message.authorities = {make(
      "cluster.local.", RecordType::soa,
      SoaData{"ns.dns.cluster.local.", "hostmaster.cluster.local.", 7, 7200, 1800, 86400, 30})};
  Record option = make(".", RecordType::opt, RawData{});
  option.class_ = 1232;
  option.ttl = 0;
  message.additionals = {option};
  return message;
}

TEST_CASE("a message survives the way over the wire") {
  const Message message = everything();
  const std::string bytes = encode(message);
  const auto decoded = decode(bytes);
  REQUIRE(decoded);
  CHECK(*decoded == message);
  CHECK(decoded->edns_size() == 1232);
}

TEST_CASE("a query is written as RFC 1035 says") {
  const std::string bytes = encode_query(0x1234, "a.bc.", RecordType::aaaa);
  CHECK(bytes ==
        "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01"
        "a\x02"
        "bc\x00\x00\x1c\x00\x01"s);
}

TEST_CASE("names are compressed") {
  Message message;
  message.questions.push_back({"web.default.svc.cluster.local.", RecordType::a});
  const std::size_t question_only = encode(message).size();
  message.answers = {
      make("web.default.svc.cluster.local.", RecordType::a, *IpAddress::parse("10.96.0.20"))};
  // A pointer, type, class, ttl, length and the address.
  CHECK(encode(message).size() == question_only + 2 + 2 + 2 + 4 + 2 + 4);
}

TEST_CASE("names hold any byte") {
  const std::string name = "a\\.b.\\000\\255x.c\\\\.";
  CHECK(is_valid_name(name));
  const auto decoded = decode(encode_query(1, name, RecordType::a));
  REQUIRE(decoded);
  CHECK(decoded->questions[0].name == name);
}

TEST_CASE("names have limits") {
  const std::string label(63, 'a');
  CHECK(is_valid_name("."));
  CHECK(is_valid_name(label + "."));
  CHECK_FALSE(is_valid_name(label + "a."));
  CHECK_FALSE(is_valid_name(""));
  CHECK_FALSE(is_valid_name("no-final-dot"));
  CHECK_FALSE(is_valid_name("empty..label."));
  CHECK_FALSE(is_valid_name("trailing\\"));
  CHECK_FALSE(is_valid_name("\\999."));
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b') + ".";
  CHECK(is_valid_name(longest));
  CHECK_FALSE(is_valid_name("b" + longest));
}

TEST_CASE("what does not fit is left out and marked") {
  Message message;
  message.is_response = true;
  message.questions.push_back({"web.default.svc.cluster.local.", RecordType::a});
  for (int i = 0; i < 100; ++i) {
    message.answers.push_back(make("web.default.svc.cluster.local.", RecordType::a,
                                   IpAddress::v4(static_cast<std::uint32_t>(i))));
  }
  Record option = make(".", RecordType::opt, RawData{});
  message.additionals = {option};
  const std::string bytes = encode(message, kMaxPlainUdpSize);
  CHECK(bytes.size() <= kMaxPlainUdpSize);
  CHECK(bytes.size() > kMaxPlainUdpSize - 16);
  const auto decoded = decode(bytes);
  REQUIRE(decoded);
  CHECK(decoded->truncated);
  CHECK(decoded->answers.size() > 20);
  CHECK(decoded->answers.size() < 100);
  REQUIRE(decoded->additionals.size() == 1);
  CHECK(decoded->additionals[0].type == RecordType::opt);
  CHECK_FALSE(decode(encode(message))->truncated);
}

TEST_CASE("broken messages are refused with a reason") {
  const auto error = [](const std::string& bytes) {
    const auto decoded = decode(bytes);
    return decoded ? "(none)" : decoded.error();
  };
  const std::string header = "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s;
  CHECK(error("") == "message is shorter than its header");
  CHECK(error(header) == "message ends too early at byte 12");
  CHECK(error(header + "\x05"
                       "abc") == "message ends too early at byte 13");
  CHECK(error(header + "\xc0\x0c\x00\x01\x00\x01"s) ==
        "compression pointer does not lead back at byte 14");
  CHECK(error(header + "\xc0\xff\x00\x01\x00\x01"s) ==
        "compression pointer does not lead back at byte 14");
  CHECK(error(header + "\x80\x00\x00\x01\x00\x01"s) == "unknown kind of label at byte 13");
  std::string too_long = header;
  for (int i = 0; i < 5; ++i) too_long += '\x3f' + std::string(63, 'x');
  CHECK(error(too_long + '\0').starts_with("name is longer than 255 bytes"));
  const std::string answer = "\x00\x01\x81\x00\x00\x00\x00\x01\x00\x00\x00\x00"s;
  CHECK(error(answer + "\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x03"
                       "abc"s)
            .starts_with("an A record must have 4 bytes"));
  CHECK(error(answer + "\x00\x00\x10\x00\x01\x00\x00\x00\x00\x00\x02\x05"
                       "a"s)
            .starts_with("text is longer than its record"));
  CHECK(error(answer + "\x00\x00\x05\x00\x01\x00\x00\x00\x00\x00\x04\x00"
                       "abc"s)
            .starts_with("record data does not fill its length"));
}

TEST_CASE("no bytes at all do harm") {
  sim::Random random{3};
  const std::string good = encode(everything());
  int readable = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    const std::uint64_t changes = 1 + random.below(6);
    for (std::uint64_t i = 0; i < changes; ++i) {
      bytes[static_cast<std::size_t>(random.below(bytes.size()))] =
          static_cast<char>(random.below(256));
    }
    if (random.below(4) == 0)
      bytes.resize(static_cast<std::size_t>(random.below(bytes.size() + 1)));
    const auto decoded = decode(bytes);
    if (!decoded) continue;
    ++readable;
    // What could be read can be written and read again.
    const auto again = decode(encode(*decoded));
    REQUIRE(again);
    CHECK(again->questions == decoded->questions);
  }
  CHECK(readable > 1000);
}

TEST_CASE("records print as zone files have them") {
  CHECK(to_string(make("web.", RecordType::srv, SrvData{0, 33, 80, "a.web."})) ==
        "web. 30 IN SRV 0 33 80 a.web.");
  CHECK(to_string(make("v.", RecordType::txt, TxtData{{"1.1.0"}})) == "v. 30 IN TXT \"1.1.0\"");
  CHECK(response_code_name(ResponseCode::name_error) == "NXDOMAIN");
  CHECK(record_type_name(static_cast<RecordType>(65)) == "TYPE65");
}

}  // namespace
}  // namespace rockpool::net::dns
