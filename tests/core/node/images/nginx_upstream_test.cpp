// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/nginx_upstream.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;
using Method = NginxUpstream::Method;

const sim::Time kStart = sim::Time{} + std::chrono::hours{1000};

NginxPeer peer(std::string host, std::int64_t weight = 1) {
  NginxPeer made;
  made.host = std::move(host);
  made.weight = weight;
  return made;
}

// Who answers one request, asked at that time.
std::string ask(NginxUpstream& upstream, sim::Time now = kStart) {
  NginxUpstream::Attempts attempts{upstream};
  const NginxPeer* const chosen = attempts.next(now);
  if (chosen == nullptr) return "-";
  std::string host = chosen->host;
  attempts.finish(false, now);
  return host;
}

std::string ask_often(NginxUpstream& upstream, int count) {
  std::string answers;
  for (int i = 0; i < count; ++i) answers += ask(upstream);
  return answers;
}

// Who is asked by one request that everybody fails.
std::string fail_all(NginxUpstream& upstream, sim::Time now) {
  NginxUpstream::Attempts attempts{upstream};
  std::string asked;
  while (const NginxPeer* const chosen = attempts.next(now)) {
    asked += chosen->host;
    attempts.finish(true, now);
    if (!attempts.has_more()) break;
  }
  return asked;
}

TEST_CASE("servers take turns, by their weights and spread out") {
  NginxUpstream even{"u", {peer("a"), peer("b"), peer("c")}, Method::round_robin};
  CHECK(ask_often(even, 7) == "abcabca");
  // nginx's own example of its smooth round robin.
  NginxUpstream weighted{"u", {peer("a", 5), peer("b"), peer("c")}, Method::round_robin};
  CHECK(ask_often(weighted, 7) == "aabacaa");
}

TEST_CASE("those that are down are never asked, and backups only when no other can be") {
  NginxPeer down = peer("d");
  down.is_down = true;
  NginxPeer backup = peer("b");
  backup.is_backup = true;
  NginxUpstream upstream{"u", {down, peer("a"), backup}, Method::round_robin};
  CHECK(ask_often(upstream, 3) == "aaa");
  CHECK(fail_all(upstream, kStart) == "ab");
  // `a` is put aside for its fail_timeout, and so is the backup.
  CHECK(ask(upstream, kStart + 5s) == "-");
  CHECK(ask(upstream, kStart + 11s) == "a");
}

TEST_CASE("a server that fails too often is put aside, and asked again later") {
  NginxPeer first = peer("a");
  first.max_fails = 2;
  first.fail_timeout = 30s;
  NginxPeer second = peer("b");
  second.max_fails = 0;
  NginxUpstream upstream{"u", {first, second}, Method::round_robin};
  {
    NginxUpstream::Attempts attempts{upstream};
    REQUIRE(attempts.next(kStart)->host == "a");
    CHECK_FALSE(attempts.finish(true, kStart));
    CHECK(attempts.has_more());
    REQUIRE(attempts.next(kStart)->host == "b");
    CHECK_FALSE(attempts.finish(true, kStart));
    CHECK_FALSE(attempts.has_more());
  }
  bool was_put_aside = false;
  for (int i = 0; i < 4 && !was_put_aside; ++i) {
    NginxUpstream::Attempts attempts{upstream};
    const bool is_first = attempts.next(kStart)->host == "a";
    was_put_aside = attempts.finish(is_first, kStart) && is_first;
  }
  CHECK(was_put_aside);
  CHECK(ask_often(upstream, 4) == "bbbb");
  std::string later;
  for (int i = 0; i < 4; ++i) later += ask(upstream, kStart + 31s);
  CHECK(later.find('a') != std::string::npos);
}

TEST_CASE("the only server is asked whatever has happened") {
  NginxUpstream upstream{"u", {peer("a")}, Method::round_robin};
  for (int i = 0; i < 3; ++i) CHECK(fail_all(upstream, kStart) == "a");
}

TEST_CASE("the one with the fewest connections for its weight") {
  NginxUpstream upstream{"u", {peer("a"), peer("b", 2)}, Method::least_connections};
  NginxUpstream::Attempts one{upstream};
  NginxUpstream::Attempts two{upstream};
  NginxUpstream::Attempts three{upstream};
  std::string asked;
  for (NginxUpstream::Attempts* each : {&one, &two, &three}) asked += each->next(kStart)->host;
  CHECK(asked == "bab");
  one.finish(false, kStart);
  two.finish(false, kStart);
  three.finish(false, kStart);
}

TEST_CASE("a request that is given up gives its connection back") {
  NginxPeer only = peer("a");
  only.max_connections = 1;
  NginxUpstream upstream{"u", {only, peer("b")}, Method::round_robin};
  auto held = std::make_unique<NginxUpstream::Attempts>(upstream);
  REQUIRE(held->next(kStart)->host == "a");
  CHECK(ask_often(upstream, 3) == "bbb");
  held.reset();
  CHECK(ask_often(upstream, 4).find('a') != std::string::npos);
}

TEST_CASE("names of servers") {
  CHECK(peer("10.0.0.1").name() == "10.0.0.1:80");
  CHECK(peer("fd00::1").name() == "[fd00::1]:80");
}

}  // namespace
}  // namespace rockpool::node
