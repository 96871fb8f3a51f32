// SPDX-License-Identifier: Apache-2.0
#include "core/node/images/regular_expression.h"

#include <doctest/doctest.h>

#include <string>

namespace rockpool::node {
namespace {

using Syntax = RegularExpression::Syntax;

// What is found: the whole and the groups, with `|` between them; "none" if nothing.
std::string find(std::string_view expression, std::string_view text,
                 Syntax syntax = Syntax::extended, bool ignores_case = false) {
  const auto parsed = RegularExpression::parse(expression, syntax, ignores_case);
  if (!parsed) return "error: " + parsed.error();
  const RegularExpression::Match match = parsed->search(text);
  if (match.empty()) return "none";
  std::string found{text.substr(match[0].first, match[0].second - match[0].first)};
  for (std::size_t group = 1; group < match.size(); ++group) {
    const auto [from, to] = match[group];
    if (from != std::string::npos) found.append("|").append(text.substr(from, to - from));
  }
  return found;
}

TEST_CASE("characters, sets and repeats") {
  CHECK(find("b.d", "abcd") == "bcd");
  CHECK(find("a*", "aaab") == "aaa");
  CHECK(find("x+y?", "axxz") == "xx");
  CHECK(find("[0-9]{2,3}", "a1b1234") == "123");
  CHECK(find("[^a-c]+", "abcxyz") == "xyz");
  CHECK(find("[[:digit:]]+[[:space:]]", "ab12 ") == "12 ");
  CHECK(find("[]x-]+", "a]-x") == "]-x");
  CHECK(find("^b", "ab") == "none");
  CHECK(find("b$", "ab") == "b");
  CHECK(find("", "ab").empty());
  CHECK(find("\\bweb\\b", "webs web") == "web");
  CHECK(find("HELLO", "hello", Syntax::extended, true) == "hello");
  CHECK(find("10\\.2", "1012 10.2") == "10.2");
}

TEST_CASE("groups, alternatives and what was found before") {
  CHECK(find("(a|bc)+d", "abcad") == "abcad|a");
  CHECK(find("cat|dog", "a dog") == "dog");
  CHECK(find("(a)(b)?", "a") == "a|a");
  CHECK(find("(.)\\1", "hello") == "ll|l");
  CHECK(find("(a*)*b", "aaab") == "aaab|aaa");
}

TEST_CASE("basic ones give other characters a meaning") {
  CHECK(find("a\\(b\\)\\{2\\}", "abb", Syntax::basic) == "abb|b");
  CHECK(find("a+", "a+", Syntax::basic) == "a+");
  CHECK(find("a\\+", "aa", Syntax::basic) == "aa");
  CHECK(find("x\\|y", "y", Syntax::basic) == "y");
  CHECK(find("(a)", "(a)", Syntax::basic) == "(a)");
  CHECK(find("a^b$c", "a^b$c", Syntax::basic) == "a^b$c");
  CHECK(find("*a", "*a", Syntax::basic) == "*a");
}

TEST_CASE("what is none is told, and what takes too long is not found") {
  CHECK(find("(a", "a") == "error: Unmatched ( or \\(");
  CHECK(find("a)", "a") == "error: Unmatched ) or \\)");
  CHECK(find("[a", "a") == "error: Unmatched [, [^, [:, [., or [=");
  CHECK(find("a{2", "a") == "error: Unmatched { or \\{");
  CHECK(find("a{}", "a") == "error: Invalid content of \\{\\}");
  CHECK(find("a\\", "a") == "error: Trailing backslash");
  CHECK(find("\\1", "a") == "error: Invalid back reference");
  CHECK(find("(a+)+$", std::string(60, 'a') + "b") == "none");
  CHECK(find("(ab)*c", std::string(100'000, 'a')) == "none");
  CHECK(find(std::string(100, '('), "a").starts_with("error: "));
}

}  // namespace
}  // namespace rockpool::node
