// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/custom/pattern.h"

#include <doctest/doctest.h>

#include <string>

namespace rockpool::apiserver::custom {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  REQUIRE_MESSAGE(compiled.has_value(), std::string{pattern});
  return compiled->is_in(text);
}

TEST_CASE("patterns match as Go's do") {
  CHECK(matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "web-1"));
  CHECK_FALSE(matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "web-"));
  CHECK(matches(R"(^\d+(m|Ki|Mi)?$)", "100Mi"));
  CHECK_FALSE(matches(R"(^\d+(m|Ki|Mi)?$)", "100Gi"));
  CHECK(matches("b+", "aabba"));
  CHECK_FALSE(matches("^b+$", "aabba"));
  CHECK(matches("^(?:a|bc){2,3}$", "abca"));
  CHECK_FALSE(matches("^(?:a|bc){2,3}$", "a"));
  CHECK_FALSE(matches("^(?:a|bc){2,3}$", "aaaa"));
  CHECK(matches(R"(^(\* |0 ){5}$)", "* * 0 * 0 "));
  CHECK(matches("^[^,]+$", "a b"));
  CHECK_FALSE(matches("^[^,]+$", "a,b"));
  CHECK(matches("^$", ""));
  CHECK(matches("", "anything"));
  CHECK(matches("a{x", "a{x"));
  CHECK(matches(R"(^[\w.-]+@[\w.-]+$)", "a.b@c-d"));
  CHECK_FALSE(matches("^.$", "\n"));
  CHECK(matches("^a*?b$", "aaab"));
}

TEST_CASE("a match is found with its groups, as RE2 prefers it") {
  const auto find = [](std::string_view pattern, std::string_view text) {
    const auto compiled = Pattern::compile(pattern);
    REQUIRE(compiled);
    std::string result;
    for (const std::string_view group : compiled->find(text)) result += std::string{group} + "|";
    return result;
  };
  CHECK(find("b+", "aabbb") == "bbb|");
  CHECK(find("x", "aab") == "");
  CHECK(find("(.*)-(us|eu)\\.example", "ftp-us.example.") == "ftp-us.example|ftp|us|");
  CHECK(find("(a)|(b)", "b") == "b||b|");
  CHECK(find("(?:a)(b)", "ab") == "ab|b|");
  // The first alternative that leads to a match, not the longest; greedy unless it says otherwise.
  CHECK(find("a|ab", "ab") == "a|");
  CHECK(find("(a|ab)(c|bcd)", "abcd") == "abcd|a|bcd|");
  CHECK(find("(a*)(a*)", "aaa") == "aaa|aaa||");
  CHECK(find("(a*?)(a*)", "aaa") == "aaa||aaa|");
  CHECK(find("(a{1,2}?)(a*)", "aaa") == "aaa|a|aa|");
  CHECK(find("^(.+?)\\.(.+)$", "one.two.three") == "one.two.three|one|two.three|");
  // The leftmost match, even if a longer one begins later.
  CHECK(find("a|bcd", "xabcd") == "a|");
  CHECK(find("", "abc") == "|");
  CHECK(Pattern::compile("(a)(?:b)((c))")->groups() == 3);
  CHECK(find("(x+x+)+y", std::string(2000, 'x')) == "");
}

TEST_CASE("patterns that would take other engines for ever do not") {
  CHECK_FALSE(matches("^(a*)*b$", std::string(5000, 'a')));
  CHECK_FALSE(matches("^(a|aa)+$", std::string(5000, 'a') + "b"));
}

TEST_CASE("patterns that are none say where") {
  const auto error = [](std::string_view text) {
    const auto compiled = Pattern::compile(text);
    return compiled ? std::string{"(accepted)"} : compiled.error();
  };
  CHECK(error("a)") == "unexpected ) at 1");
  CHECK(error("(a") == "missing ) at 2");
  CHECK(error("[a") == "missing closing ] at 2");
  CHECK(error("*a") == "missing argument to repetition operator at 0");
  CHECK(error("a{2,1}") == "invalid repeat count at 6");
  CHECK(error("(?=a)") == "unsupported kind of group at 2");
  CHECK(error("a\\") == "trailing backslash at 2");
  CHECK(error(R"(\q)") == "invalid escape sequence at 2");
  CHECK(error("((((a{1000}){1000}){1000}){1000})").starts_with("too large"));
  CHECK(error(std::string(5000, 'a')) == "longer than 4096 characters");
  CHECK(error(std::string(300, '(') + std::string(300, ')')).starts_with("nested too deeply"));
}

}  // namespace
}  // namespace rockpool::apiserver::custom
