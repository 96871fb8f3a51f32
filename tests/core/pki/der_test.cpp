// SPDX-License-Identifier: Apache-2.0
#include "core/pki/der.h"

#include <doctest/doctest.h>

namespace rockpool::pki {
namespace {

TEST_CASE("elements one after the other") {
  const std::string bytes{"\x02\x01\x05\x30\x03\x02\x01\x06\x04\x81\x01z", 12};
  DerReader reader{bytes};
  const auto number = reader.next();
  REQUIRE(number);
  CHECK(number->tag == kInteger);
  CHECK(number->content == "\x05");
  CHECK_FALSE(reader.next(kSet));
  const auto sequence = reader.next(kSequence);
  REQUIRE(sequence);
  CHECK(sequence->whole.size() == 5);
  const auto text = reader.next(kOctetString);
  REQUIRE(text);
  CHECK(text->content == "z");
  CHECK(reader.is_at_end());
  CHECK_FALSE(reader.next());
}

TEST_CASE("numbers of objects") {
  CHECK(object_identifier_text("\x55\x04\x03") == "2.5.4.3");
  CHECK(object_identifier_text("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") == "1.2.840.113549.1.1.1");
  CHECK(object_identifier_text("") == "");
  CHECK(object_identifier_text("\x55\x84") == "");
  CHECK(object_identifier_text(std::string(20, '\xff') + "\x01") == "");
}

TEST_CASE("bits and magnitudes") {
  CHECK(whole_bytes({kBitString, std::string_view{"\0ab", 3}, {}}) == "ab");
  CHECK_FALSE(whole_bytes({kBitString,
                           "\x01"
                           "ab",
                           {}}));
  CHECK_FALSE(whole_bytes({kBitString, {}, {}}));
  CHECK(magnitude(std::string_view{"\0\0\x05", 3}) == "\x05");
  CHECK(magnitude(std::string_view{"\0", 1}).size() == 1);
}

}  // namespace
}  // namespace rockpool::pki
