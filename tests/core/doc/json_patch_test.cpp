// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json_patch.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

using Reason = JsonPatchError::Reason;

Value parsed(std::string_view text) {
  return parse_json(text).value();
}

std::string patched(std::string_view document, std::string_view patch) {
  const auto result = apply_json_patch(parsed(document), parsed(patch));
  return result ? to_json(*result) : result.error().message;
}

TEST_CASE("JSON patches apply as in RFC 6902, appendix A") {
  struct Case {
    const char* document;
    const char* patch;
    const char* result;
  };
  const Case cases[] = {
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])",
       R"({"baz":"qux","foo":"bar"})"},
      {R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])",
       R"({"foo":["bar","qux","baz"]})"},
      {R"({"baz":"qux","foo":"bar"})", R"([{"op":"remove","path":"/baz"}])", R"({"foo":"bar"})"},
      {R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])",
       R"({"foo":["bar","baz"]})"},
      {R"({"baz":"qux"})", R"([{"op":"replace","path":"/baz","value":"boo"}])", R"({"baz":"boo"})"},
      {R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})",
       R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])",
       R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})"},
      {R"({"foo":["all","grass","cows","eat"]})",
       R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])",
       R"({"foo":["all","cows","eat","grass"]})"},
      {R"({"baz":"qux","foo":["a",2,"c"]})",
       R"([{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}])",
       R"({"baz":"qux","foo":["a",2,"c"]})"},
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/child","value":{"grandchild":{}}}])",
       R"({"child":{"grandchild":{}},"foo":"bar"})"},
      {R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10}])", R"({"/":9,"~1":10})"},
      {R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc","def"]}])",
       R"({"foo":["bar",["abc","def"]]})"},
      {R"({"a":{"b":[1]}})", R"([{"op":"copy","from":"/a","path":"/c"}])",
       R"({"a":{"b":[1]},"c":{"b":[1]}})"},
      {R"({"a":[1,2,3]})", R"([{"op":"remove","path":"/a/-1"}])", R"({"a":[1,2]})"},
      {R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":2}}])", R"({"b":2})"},
      {R"({"a":1})", R"([{"op":"add","path":"/m~1n","value":1}])", R"({"a":1,"m/n":1})"},
      {R"({"a":1})", R"([{"op":"test","path":"/x","value":null}])", R"({"a":1})"},
      {R"({"a":1})", "[]", R"({"a":1})"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.patch);
    CHECK(patched(each.document, each.patch) == each.result);
  }
}

TEST_CASE("operations that do not fit are refused in the API server's words") {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"op":"add","path":"/x/y","value":1}])",
       R"(add operation does not apply: doc is missing path: "/x/y": missing value)"},
      {R"([{"op":"add","path":"x","value":1}])",
       R"(add operation does not apply: doc is missing path: "x": missing value)"},
      {R"([{"op":"add","path":"/s/y","value":1}])",
       R"(add operation does not apply: doc is missing path: "/s/y": missing value)"},
      {R"([{"op":"add","path":"/a/9","value":1}])",
       "error in add for path: '/a/9': Unable to access invalid index: 9: invalid index "
       "referenced"},
      {R"([{"op":"add","path":"/a/x","value":1}])",
       "error in add for path: '/a/x': value was not a proper array index: 'x': strconv.Atoi: "
       "parsing \"x\": invalid syntax"},
      {R"([{"op":"add","value":1}])", "add operation failed to decode path: missing value"},
      {R"([{"op":"remove","path":"/x"}])",
       "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value"},
      {R"([{"op":"remove","path":"/x/y"}])",
       R"(remove operation does not apply: doc is missing path: "/x/y": missing value)"},
      {R"([{"op":"remove","path":"/a/3"}])",
       "error in remove for path: '/a/3': Unable to access invalid index: 3: invalid index "
       "referenced"},
      {R"([{"op":"replace","path":"/x/y","value":1}])",
       "replace operation does not apply: doc is missing path: /x/y: missing value"},
      {R"([{"op":"replace","path":"/a/3","value":1}])",
       "replace operation does not apply: doc is missing key: /a/3: missing value"},
      {R"([{"op":"replace","value":1}])",
       "replace operation failed to decode path: operation missing path field: missing value"},
      {R"([{"op":"test","path":"/s","value":"no"}])", "testing value /s failed: test failed"},
      {R"([{"op":"test","path":"/x","value":1}])", "testing value /x failed: test failed"},
      {R"([{"op":"test","path":"/x/y","value":1}])",
       "test operation does not apply: is missing path: /x/y: missing value"},
      {R"([{"op":"move","from":"/x","path":"/y"}])",
       "error in move for path: 'x': Unable to remove nonexistent key: x: missing value"},
      {R"([{"op":"move","path":"/y"}])",
       "move operation failed to decode from: operation, missing from field: missing value"},
      {R"([{"op":"copy","from":"/x/y","path":"/z"}])",
       "copy operation does not apply: doc is missing from path: /x/y: missing value"},
      {R"([{"op":"copy","from":"/s","path":"/x/y"}])",
       "copy operation does not apply: doc is missing destination path: /x/y: missing value"},
      {R"([{"op":"jump","path":"/s"}])", "Unexpected kind: jump"},
      {R"([{"path":"/s"}])", "Unexpected kind: unknown"},
      {R"([null])", "Unexpected kind: unknown"},
  };
  for (const auto& [patch, message] : cases) {
    CAPTURE(patch);
    const auto result = apply_json_patch(parsed(R"({"a":[1,2,3],"s":"text"})"), parsed(patch));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().message == message);
    CHECK(result.error().reason == Reason::not_applicable);
  }
}

TEST_CASE("a patch applies as a whole or not at all, and shares what it leaves alone") {
  const Value document = parsed(R"({"spec":{"x":[1,2]},"status":{}})");
  const auto failed = apply_json_patch(
      document, parsed(R"([{"op":"remove","path":"/spec"},{"op":"remove","path":"/nope"}])"));
  CHECK_FALSE(failed.has_value());
  CHECK(to_json(document) == R"({"spec":{"x":[1,2]},"status":{}})");
  const auto result =
      apply_json_patch(document, parsed(R"([{"op":"add","path":"/status/y","value":1}])"));
  REQUIRE(result.has_value());
  CHECK((*result)["spec"].identical(document["spec"]));
}

TEST_CASE("what is no patch, too many operations, and growth without end") {
  const auto refused = [](const Value& patch) {
    const auto result = apply_json_patch(parsed(R"({"a":{}})"), patch);
    REQUIRE_FALSE(result.has_value());
    return result.error();
  };
  CHECK(refused(parsed(R"({"op":"add"})")).reason == Reason::malformed);
  CHECK(refused(parsed(R"({"op":"add"})")).message ==
        "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  CHECK(refused(parsed(R"([1])")).message ==
        "json: cannot unmarshal number into Go value of type jsonpatch.Operation");

  const Value test = parsed(R"({"op":"test","path":"/a","value":{}})");
  const JsonPatchError many = refused(Value::array(std::vector<Value>(10'001, test)));
  CHECK(many.reason == Reason::too_large);
  CHECK(many.message == "The allowed maximum operations in a JSON patch is 10000, got 10001");
  CHECK(apply_json_patch(parsed(R"({"a":{}})"), Value::array(std::vector<Value>(10'000, test)))
            .has_value());

  // Copying a list into itself doubles it each time.
  Value doubling = Value::array();
  for (int count = 0; count < 60; ++count) {
    doubling.push_back(parsed(R"({"op":"copy","from":"/a","path":"/b"})"));
    doubling.push_back(parsed(R"({"op":"add","path":"/a","value":{}})"));
    doubling.push_back(parsed(R"({"op":"copy","from":"/b","path":"/a/x"})"));
    doubling.push_back(parsed(R"({"op":"copy","from":"/b","path":"/a/y"})"));
  }
  CHECK(refused(doubling).message.find("the accumulated size increase of copy is") !=
        std::string::npos);
  // Copying an object into itself deepens it.
  Value deepening = Value::array();
  for (int count = 0; count < 400; ++count) {
    deepening.push_back(parsed(R"({"op":"copy","from":"/a","path":"/b"})"));
    deepening.push_back(parsed(R"({"op":"add","path":"/a","value":{}})"));
    deepening.push_back(parsed(R"({"op":"move","from":"/b","path":"/a/x"})"));
  }
  CHECK(refused(deepening).message.find("exceeded max depth") != std::string::npos);
}

}  // namespace
}  // namespace rockpool::doc
