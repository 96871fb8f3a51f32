// SPDX-License-Identifier: Apache-2.0
#include "core/doc/sha256.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

namespace rockpool::doc {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const std::uint8_t byte : sha256(bytes)) text += fmt::format("{:02x}", byte);
  return text;
}

TEST_CASE("sha256 agrees with the standard's examples") {
  CHECK(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // Long enough for its length to need a block of its own.
  CHECK(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("base32 is that of RFC 4648, cut short") {
  // The chain of the Service `kubernetes` has this name in every cluster.
  CHECK(base32(sha256("default/kubernetes:httpstcp"), 16) == "NPX46M4PTMTKRN6Y");
  CHECK(base32(sha256("ns1/svc1:p80tcp"), 16) == "XPGD46QRK7WJZT7O");
  // 256 bits are 51 digits and a bit.
  CHECK(base32({}, 100) == std::string(52, 'A'));
}

}  // namespace
}  // namespace rockpool::doc
