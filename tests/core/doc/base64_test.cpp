// SPDX-License-Identifier: Apache-2.0
#include "core/doc/base64.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("base64 is that of RFC 4648, section 10") {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    CHECK(encode_base64(bytes) == text);
    CHECK(decode_base64(text).value() == bytes);
  }
}

TEST_CASE("every byte survives") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CHECK(decode_base64(encode_base64(bytes.substr(0, size))).value() == bytes.substr(0, size));
  }
}

TEST_CASE("line ends are ignored and mistakes placed as Go places them") {
  CHECK(decode_base64("Zm9v\nYmFy\r\n").value() == "foobar");
  CHECK(decode_base64("Zg=\n=").value() == "f");
  const std::pair<const char*, const char*> cases[] = {
      {"!!!!", "illegal base64 data at input byte 0"},
      {"Zm9!", "illegal base64 data at input byte 3"},
      {"====", "illegal base64 data at input byte 0"},
      {"x===", "illegal base64 data at input byte 1"},
      {"AA=A", "illegal base64 data at input byte 3"},
      {"AAA=AAAA", "illegal base64 data at input byte 4"},
      {"AAAAA", "illegal base64 data at input byte 4"},
      {"AA=", "illegal base64 data at input byte 3"},
      {"AAAAAA=", "illegal base64 data at input byte 7"},
      {"YWJjZA=====", "illegal base64 data at input byte 8"},
      {"A=", "illegal base64 data at input byte 1"}};
  for (const auto& [text, message] : cases) {
    CAPTURE(text);
    REQUIRE_FALSE(decode_base64(text).has_value());
    CHECK(decode_base64(text).error() == message);
  }
}

}  // namespace
}  // namespace rockpool::doc
