// SPDX-License-Identifier: Apache-2.0
#include "core/pki/private_key.h"

#include <doctest/doctest.h>

#include "tests/core/pki/test_certificates.h"

namespace rockpool::pki {
namespace {

using namespace testing;

std::string pair(std::string_view certificate, std::string_view key) {
  const auto chain = read_key_pair(certificate, key);
  if (chain) return "fits";
  switch (chain.error()) {
    case KeyPairProblem::no_certificate:
      return "no certificate";
    case KeyPairProblem::no_key:
      return "no key";
    case KeyPairProblem::mismatch:
      break;
  }
  return "mismatch";
}

TEST_CASE("a key belongs to its certificate, in whatever form it is written") {
  CHECK(pair(kMyNginx, kMyNginxKey) == "fits");
  CHECK(pair(kMyNginx, kMyNginxPkcs1) == "fits");
  CHECK(pair(kShop, kShopKey) == "fits");
  CHECK(pair(kShop, kShopSec1) == "fits");
  CHECK(pair(kEdwards, kEdwardsKey) == "fits");
}

TEST_CASE("and to no other") {
  CHECK(pair(kOtherNginx, kMyNginxKey) == "mismatch");
  CHECK(pair(kOtherNginx, kMyNginxPkcs1) == "mismatch");
  CHECK(pair(kAuthority, kShopKey) == "mismatch");
  CHECK(pair(kAuthority, kShopSec1) == "mismatch");
  CHECK(pair(kMyNginx, kShopKey) == "mismatch");
  CHECK(pair(kShop, kEdwardsKey) == "mismatch");
}

TEST_CASE("what is no certificate or no key") {
  CHECK(pair("", kMyNginxKey) == "no certificate");
  CHECK(pair(kMyNginxKey, kMyNginxKey) == "no certificate");
  CHECK(pair(kMyNginx, "") == "no key");
  CHECK(pair(kMyNginx, kMyNginx) == "no key");
  CHECK(pair(kMyNginx, "-----BEGIN PRIVATE KEY-----\nYWI=\n-----END PRIVATE KEY-----\n") ==
        "no key");
  CHECK(
      pair(kMyNginx,
           "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n") ==
      "no key");
}

TEST_CASE("the first certificate of a text is the server's own") {
  const std::string shop_first = std::string{kShop} + std::string{kIntermediate};
  const std::string issuer_first = std::string{kIntermediate} + std::string{kShop};
  CHECK(pair(shop_first, kShopKey) == "fits");
  CHECK(pair(issuer_first, kShopKey) == "mismatch");
}

}  // namespace
}  // namespace rockpool::pki
