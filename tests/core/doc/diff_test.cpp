// SPDX-License-Identifier: Apache-2.0
#include "core/doc/diff.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

Value parsed(std::string_view text) {
  return parse_json(text).value();
}

std::vector<std::string> told(std::string_view expected, std::string_view found,
                              std::size_t limit = 100) {
  std::vector<std::string> lines;
  for (const Difference& difference : find_differences(parsed(expected), parsed(found), limit)) {
    lines.push_back(to_string(difference));
  }
  return lines;
}

TEST_CASE("every difference is told with its path, what was expected and what was found") {
  const auto lines = told(
      R"({"spec":{"replicas":3,"paused":true,"list":[1,2,3]},"labels":{"a.b/c":"x"},"same":[{}]})",
      R"({"spec":{"replicas":2,"extra":{"y":1},"list":[1,4]},"labels":{"a.b/c":"z"},"same":[{}]})");
  const std::vector<std::string> wanted = {
      R"(labels[a.b/c]: expected "x", found "z")",
      R"(spec.extra: expected nothing, found {"y":1})",
      R"(spec.list[1]: expected 2, found 4)",
      R"(spec.list[2]: expected 3, found nothing)",
      R"(spec.paused: expected true, found nothing)",
      R"(spec.replicas: expected 3, found 2)",
  };
  CHECK(lines == wanted);
}

TEST_CASE("equal documents have no differences, however they write their numbers") {
  CHECK(told(R"({"a":[1,{"b":2}]})", R"({"a":[1.0,{"b":2}]})").empty());
  CHECK(told("[1]", "{}") == std::vector<std::string>{"(document): expected [1], found {}"});
  CHECK(told("null", R"({"a":null})").size() == 1);
  CHECK(told(R"({})", R"({"a":null})") ==
        std::vector<std::string>{"a: expected nothing, found null"});
}

TEST_CASE("differences stop at the limit and long values are cut between characters") {
  CHECK(told("[1,2,3,4]", "[5,6,7,8]", 2).size() == 2);
  std::string text = "\"a";
  for (int count = 0; count < 200; ++count) text += "\xc3\xa9";
  const auto lines = told("1", text + "\"");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].ends_with("\xc3\xa9..."));
  CHECK(lines[0].size() < 200);
}

}  // namespace
}  // namespace rockpool::doc
