// SPDX-License-Identifier: Apache-2.0
#include "core/pki/verify.h"

#include <doctest/doctest.h>

#include "tests/core/pki/test_certificates.h"

namespace rockpool::pki {
namespace {

using namespace testing;

Chain chain_of(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) all += text;
  return read_certificates(all);
}

ChainProblem chain_problem(std::initializer_list<std::string_view> presented,
                           std::initializer_list<std::string_view> roots) {
  return examine(chain_of(presented), chain_of(roots), {"shop.example", {}}, sim::kEpoch).chain;
}

TEST_CASE("who is trusted") {
  CHECK(chain_problem({kMyNginx}, {kMyNginx}) == ChainProblem::none);
  CHECK(chain_problem({kMyNginx}, {}) == ChainProblem::self_signed);
  CHECK(chain_problem({kShop, kIntermediate}, {kAuthority}) == ChainProblem::none);
  CHECK(chain_problem({kShop, kIntermediate, kAuthority}, {kAuthority}) == ChainProblem::none);
  CHECK(chain_problem({kShop}, {kIntermediate}) == ChainProblem::none);
  CHECK(chain_problem({kShop}, {kShop}) == ChainProblem::none);
  CHECK(chain_problem({kShop}, {kAuthority}) == ChainProblem::unknown_issuer);
  CHECK(chain_problem({kShop, kIntermediate}, {}) == ChainProblem::unknown_issuer);
  CHECK(chain_problem({kShop, kIntermediate, kAuthority}, {}) ==
        ChainProblem::self_signed_in_chain);
  CHECK(chain_problem({}, {kAuthority}) == ChainProblem::unknown_issuer);
}

TEST_CASE("a certificate that says the same with another key is another one") {
  CHECK(chain_problem({kMyNginx}, {kOtherNginx}) == ChainProblem::self_signed);
}

TEST_CASE("who may not issue has issued nothing") {
  Chain roots = read_certificates(kAuthority);
  roots.front().is_authority = false;
  const Chain presented = chain_of({kShop, kIntermediate});
  CHECK(examine(presented, roots, {"shop.example", {}}, sim::kEpoch).chain ==
        ChainProblem::not_an_authority);
}

TEST_CASE("issuers that issue each other lead nowhere") {
  Chain ring = chain_of({kShop, kIntermediate, kAuthority});
  ring[2].issuer = ring[1].subject;
  ring[2].authority_key_id.clear();
  CHECK(examine(ring, {}, {"shop.example", {}}, sim::kEpoch).chain == ChainProblem::unknown_issuer);
}

TEST_CASE("the time for which it is made out") {
  const Chain roots = read_certificates(kAuthority);
  const auto time = [&](std::string_view text, std::string_view now) {
    return examine(read_certificates(text), roots, {"shop.example", {}}, *sim::parse_rfc3339(now))
        .time;
  };
  CHECK(time(kExpired, "2023-06-01T00:00:00Z") == TimeProblem::none);
  CHECK(time(kExpired, "2024-01-01T00:00:00Z") == TimeProblem::none);
  CHECK(time(kExpired, "2024-01-01T00:00:01Z") == TimeProblem::expired);
  CHECK(time(kFuture, "2029-12-31T23:59:59Z") == TimeProblem::not_yet_valid);
  CHECK(time(kFuture, "2030-01-01T00:00:00Z") == TimeProblem::none);
}

TEST_CASE("names") {
  CHECK(name_matches("shop.example", "shop.example"));
  CHECK(name_matches("Shop.Example", "shop.example."));
  CHECK(name_matches("*.shop.example", "a.shop.example"));
  CHECK_FALSE(name_matches("*.shop.example", "shop.example"));
  CHECK_FALSE(name_matches("*.shop.example", "a.b.shop.example"));
  CHECK_FALSE(name_matches("*.example", "shop.example"));
  CHECK_FALSE(name_matches("*", "shop"));
  CHECK_FALSE(name_matches("", ""));
  const Chain shop = read_certificates(kShop);
  CHECK(covers(shop.front(), {"10.0.0.1", std::string{'\x0a', '\0', '\0', '\x01'}}));
  CHECK_FALSE(covers(shop.front(), {"10.0.0.2", std::string{'\x0a', '\0', '\0', '\x02'}}));
  CHECK_FALSE(covers(shop.front(), {"other.example", {}}));
}

TEST_CASE("a common name counts only where there are no alternative names") {
  const Chain nginx = read_certificates(kMyNginx);
  const Findings own = examine(nginx, nginx, {"my-nginx", {}}, sim::kEpoch);
  CHECK_FALSE(own.wrong_name);
  CHECK(own.only_common_name);
  CHECK(examine(nginx, nginx, {"other", {}}, sim::kEpoch).wrong_name);
  const Chain shop = read_certificates(kShop);
  CHECK(examine(shop, shop, {"shop", {}}, sim::kEpoch).wrong_name);
}

}  // namespace
}  // namespace rockpool::pki
