// SPDX-License-Identifier: Apache-2.0
#include "core/pki/certificate.h"

#include <doctest/doctest.h>

#include "core/pki/pem.h"
#include "tests/core/pki/test_certificates.h"

namespace rockpool::pki {
namespace {

using namespace testing;

Certificate only(std::string_view pem) {
  Chain chain = read_certificates(pem);
  REQUIRE(chain.size() == 1);
  return std::move(chain.front());
}

TEST_CASE("what a certificate says") {
  const Certificate nginx = only(kMyNginx);
  CHECK(nginx.subject.to_string() == "CN=my-nginx; O=my-nginx");
  CHECK(nginx.subject.common_name() == "my-nginx");
  CHECK(nginx.is_self_issued());
  CHECK(nginx.is_authority);
  CHECK_FALSE(nginx.has_alternative_names);
  CHECK(nginx.public_key.kind == PublicKey::Kind::rsa);
  CHECK(sim::format_rfc3339(nginx.not_before) == "2020-01-01T00:00:00Z");
  CHECK(sim::format_rfc3339(nginx.not_after) == "2200-01-01T00:00:00Z");

  const Certificate shop = only(kShop);
  CHECK(shop.issuer.to_string() == "CN=Test Intermediate");
  CHECK_FALSE(shop.is_self_issued());
  CHECK_FALSE(shop.is_authority);
  CHECK(shop.dns_names == std::vector<std::string>{"shop.example", "*.shop.example"});
  REQUIRE(shop.ip_addresses.size() == 2);
  CHECK(shop.ip_addresses[0] == std::string{'\x0a', '\0', '\0', '\x01'});
  CHECK(shop.ip_addresses[1].size() == 16);
  CHECK(shop.public_key.kind == PublicKey::Kind::elliptic);
  const Certificate intermediate = only(kIntermediate);
  CHECK(shop.authority_key_id == intermediate.subject_key_id);
  CHECK(shop.authority_key_id.size() == 20);
  CHECK(only(kEdwards).public_key.kind == PublicKey::Kind::ed25519);
}

TEST_CASE("several certificates keep their order, other text is passed over") {
  const std::string text = std::string{"a note\n"} + std::string{kShop} + "between\n" +
                           std::string{kShopKey} + std::string{kIntermediate};
  const Chain chain = read_certificates(text);
  REQUIRE(chain.size() == 2);
  CHECK(chain[0].subject.common_name() == "shop");
  CHECK(chain[1].subject.common_name() == "Test Intermediate");
}

TEST_CASE("no cut and no changed byte of a certificate makes it more than it is") {
  const std::vector<PemBlock> blocks = read_pem(kShop);
  REQUIRE(blocks.size() == 1);
  const std::string& whole = blocks.front().bytes;
  REQUIRE(Certificate::read(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(Certificate::read(std::string_view{whole}.substr(0, length)));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '\x7f', '\x80', '\x84', '\xff'}) {
      std::string changed = whole;
      changed[at] = byte;
      const auto read = Certificate::read(changed);
      if (!read) {
        CHECK_FALSE(read.error().empty());
      } else {
        CHECK(read->encoded.size() <= changed.size());
        CHECK(read->dns_names.size() <= kMaxNames);
      }
    }
  }
}

TEST_CASE("broken texts") {
  const struct {
    const char* what;
    std::string bytes;
  } kCases[] = {
      {"nothing", ""},
      {"a length beyond the end", std::string{"\x30\x82\xff\xff\x30", 5}},
      {"a length of four gigabytes", std::string{"\x30\x84\xff\xff\xff\xff\x30", 7}},
      {"a length in more bytes than there are", std::string{"\x30\x89\x01\x01\x01\x01\x01", 7}},
      {"an indefinite length", std::string{"\x30\x80\x30\x00\x00\x00", 6}},
      {"a long tag", std::string{"\x3f\x81\x01\x00", 4}},
      {"an empty sequence", std::string{"\x30\x00", 2}},
      {"a sequence of an empty sequence", std::string{"\x30\x02\x30\x00", 4}},
      {"another thing", std::string{"\x02\x01\x05", 3}},
      {"too much", std::string(kMaxEncoded + 1, '\x30')},
  };
  for (const auto& [what, bytes] : kCases) {
    INFO(what);
    const auto read = Certificate::read(bytes);
    REQUIRE_FALSE(read);
    CHECK_FALSE(read.error().empty());
  }
}

}  // namespace
}  // namespace rockpool::pki
