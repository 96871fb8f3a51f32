// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/responder.h"

#include <doctest/doctest.h>

namespace rockpool::net::dns {
namespace {

std::string query_with_option(std::uint32_t ttl, std::string data = {}) {
  Message query;
  query.id = 9;
  query.recursion_desired = true;
  query.questions.push_back({"a.", RecordType::a});
  Record option;
  option.name = ".";
  option.type = RecordType::opt;
  option.class_ = 1232;
  option.ttl = ttl;
  option.data = RawData{std::move(data)};
  query.additionals.push_back(option);
  return encode(query);
}

// The outcome of what is sent back instead of an answer; empty if nothing is.
std::string refusal(const std::string& bytes) {
  const auto accepted = accept_query(bytes);
  if (accepted) return "accepted";
  if (accepted.error().empty()) return "";
  const auto message = decode(accepted.error());
  REQUIRE(message);
  CHECK(message->is_response);
  return response_code_name(message->code);
}

TEST_CASE("what a server takes, and how it refuses the rest") {
  const std::string query = encode_query(5, "web.default.svc.cluster.local.", RecordType::a);
  CHECK(refusal(query) == "accepted");
  CHECK(refusal("short").empty());
  std::string changed = query;
  changed[2] = static_cast<char>(0x80);
  CHECK(refusal(changed).empty());
  CHECK(refusal(query.substr(0, 20)) == "FORMERR");
  changed = query;
  changed[2] = 0x28;
  CHECK(refusal(changed) == "NOTIMP");
  // A notice is taken, as miekg/dns does, and its flags are not sent back.
  changed[2] = 0x21;
  REQUIRE(refusal(changed) == "accepted");
  CHECK_FALSE(make_reply(*accept_query(changed)).recursion_desired);
  Message two = *decode(query);
  two.questions.push_back(two.questions[0]);
  CHECK(refusal(encode(two)) == "FORMERR");
}

TEST_CASE("another version of EDNS is refused with BADVERS") {
  const auto accepted = accept_query(query_with_option(1 << 16));
  REQUIRE_FALSE(accepted);
  const auto message = decode(accepted.error());
  REQUIRE(message);
  CHECK(message->id == 9);
  REQUIRE(message->additionals.size() == 1);
  // The upper bits of the outcome stand in the record's TTL.
  CHECK((message->additionals[0].ttl >> 24) == 1);
}

TEST_CASE("the OPT record comes back with its size, the DO bit and some of its options") {
  const std::string cookie{
      "\0\x0a\0\x08"
      "12345678",
      12};
  const std::string other{
      "\0\x08\0\x01"
      "x",
      5};
  const auto query = accept_query(query_with_option(0x8000, other + cookie));
  REQUIRE(query);
  CHECK(wants_dnssec(*query));
  const auto reply = decode(finish_reply(*query, make_reply(*query), Transport::udp));
  REQUIRE(reply);
  REQUIRE(reply->additionals.size() == 1);
  CHECK(reply->additionals[0].class_ == 1232);
  CHECK(reply->additionals[0].ttl == 0x8000);
  CHECK(std::get<RawData>(reply->additionals[0].data).bytes == cookie);
  const auto plain = accept_query(encode_query(5, "a.", RecordType::a));
  REQUIRE(plain);
  CHECK_FALSE(wants_dnssec(*plain));
  CHECK(decode(finish_reply(*plain, make_reply(*plain), Transport::udp))->additionals.empty());
}

TEST_CASE("an answer is cut to what the client can take, over UDP") {
  const auto query = accept_query(query_with_option(0));
  REQUIRE(query);
  Message reply = make_reply(*query);
  for (std::uint8_t i = 1; i <= 100; ++i) {
    Record record;
    record.name = "a.";
    record.data = IpAddress::v4(10, 0, 0, i);
    reply.answers.push_back(record);
  }
  const std::string cut = finish_reply(*query, reply, Transport::udp);
  CHECK(cut.size() <= 1232);
  CHECK(decode(cut)->truncated);
  CHECK_FALSE(decode(finish_reply(*query, reply, Transport::tcp))->truncated);
}

}  // namespace
}  // namespace rockpool::net::dns
