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

TEST_CASE("bash's braces") {
  const auto expand = [](std::string_view word) {
    std::string all;
    for (const std::string& each : expand_brace_lists(word)) all += each + " ";
    return all;
  };
  CHECK(expand("{1..3}") == "1 2 3 ");
  CHECK(expand("x{2..0}y") == "x2y x1y x0y ");
  CHECK(expand("{a,b}{1,2}") == "a1 a2 b1 b2 ");
  CHECK(expand("a{,.bak}") == "a a.bak ");
  for (const char* word :
       {"{}", "{a}", "${1..3}", "'{1..3}'", "\"{a,b}\"", "{a..}", "{1..99999}"}) {
    CHECK(expand(word) == std::string{word} + " ");
  }
}

}  // namespace
}  // namespace rockpool::node
