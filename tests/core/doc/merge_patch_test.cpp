// SPDX-License-Identifier: Apache-2.0
#include "core/doc/merge_patch.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

Value parsed(std::string_view text) {
  return parse_json(text).value();
}

TEST_CASE("merge patches apply as in RFC 7386, appendix A") {
  struct Case {
    const char* target;
    const char* patch;
    const char* result;
  };
  const Case cases[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"e":null})", R"({"a":1})", R"({"a":1,"e":null})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      {R"({})", R"({"a":[{"b":null,"c":1}]})", R"({"a":[{"c":1}]})"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.target);
    CAPTURE(each.patch);
    CHECK(to_json(apply_merge_patch(parsed(each.target), parsed(each.patch))) == each.result);
  }
}

TEST_CASE("what a patch does not touch stays shared") {
  const Value target = parsed(R"({"spec":{"a":[1,2,3]},"status":{"b":[1]}})");
  const Value result = apply_merge_patch(target, parsed(R"({"status":{"c":2}})"));
  CHECK(result["spec"].identical(target["spec"]));
  CHECK(result["status"]["b"].identical(target["status"]["b"]));
  CHECK(apply_merge_patch(target, parsed(R"({"status":{"x":null}})")).identical(target));
}

TEST_CASE("a made patch turns the one document into the other") {
  const char* documents[] = {R"({})", R"({"a":1})", R"({"a":{"b":1,"c":[1]}})",
                             R"({"a":{"b":2,"d":{"e":1}}})", R"({"a":[1],"x":"y"})"};
  for (const char* original : documents) {
    for (const char* modified : documents) {
      const Value patch = make_merge_patch(parsed(original), parsed(modified));
      CHECK(apply_merge_patch(parsed(original), patch) == parsed(modified));
    }
  }
  CHECK(to_json(make_merge_patch(parsed(R"({"a":{"b":1,"c":2},"d":1})"),
                                 parsed(R"({"a":{"b":1,"c":3}})"))) == R"({"a":{"c":3},"d":null})");
}

}  // namespace
}  // namespace rockpool::doc
