// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/shell_pattern.h"

#include <doctest/doctest.h>

#include <string>

namespace rockpool::node {
namespace {

TEST_CASE("a shell's patterns") {
  CHECK(matches_pattern("web-*", "web-1"));
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_pattern("a*b", "abc"));
  CHECK(matches_pattern("?[0-9]", "x7"));
  CHECK_FALSE(matches_pattern("[!a-z]", "q"));
  CHECK(matches_pattern("\\*", "*"));
  CHECK_FALSE(matches_pattern("\\*", "x"));
  CHECK(matches_pattern("[", "["));
  CHECK(matches_pattern(quote_pattern("[a]*?\\"), "[a]*?\\"));
  CHECK_FALSE(is_pattern(quote_pattern("*")));
  CHECK(matching_length("*.", "a.b.c", false, false) == 2);
  CHECK(matching_length("*.", "a.b.c", false, true) == 4);
  CHECK(matching_length(".*", "a.b.c", true, true) == 4);
  CHECK(matching_length("x", "abc", true, true) == std::string::npos);
}

}  // namespace
}  // namespace rockpool::node
