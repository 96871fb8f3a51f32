// SPDX-License-Identifier: Apache-2.0
#include "core/sim/random.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace rockpool::sim {
namespace {

TEST_CASE("streams depend on seed and name, not on what was drawn") {
  Random one{7};
  Random other{7};
  (void)other.next();
  CHECK(one.stream("a").next() == other.stream("a").next());
  CHECK(one.stream("a").next() != one.stream("b").next());
  CHECK(one.stream("a").next() != Random{8}.stream("a").next());
}

TEST_CASE("a uuid is one of version 4, and all of its digits vary") {
  Random random{1};
  std::set<char> seen[36];
  for (int round = 0; round < 500; ++round) {
    const std::string uuid = random.uuid();
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '4');
    CHECK(std::string{"89ab"}.find(uuid[19]) != std::string::npos);
    for (std::size_t index = 0; index < uuid.size(); ++index) seen[index].insert(uuid[index]);
  }
  for (std::size_t index = 0; index < 36; ++index) {
    const bool dash = index == 8 || index == 13 || index == 18 || index == 23;
    const std::size_t expected = dash || index == 14 ? 1 : index == 19 ? 4 : 16;
    CHECK(seen[index].size() == expected);
  }
}

TEST_CASE("draws stay below their bound and reach all of it") {
  Random random{3};
  CHECK(random.below(0) == 0);
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 500; ++round) seen.insert(random.below(7));
  CHECK(seen == std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("suffixes use the alphabet of generated names") {
  Random random{4};
  const std::string suffix = random.suffix(500);
  CHECK(suffix.size() == 500);
  CHECK(suffix.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string::npos);
}

}  // namespace
}  // namespace rockpool::sim
