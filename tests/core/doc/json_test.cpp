// SPDX-License-Identifier: Apache-2.0
#include "core/doc/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace rockpool::doc {
namespace {

Value parsed(std::string_view text) {
  const auto result = parse_json(text);
  REQUIRE_MESSAGE(result.has_value(), text);
  return *result;
}

ParseError refused(std::string_view text, const Limits& limits = {}) {
  const auto result = parse_json(text, limits);
  REQUIRE_MESSAGE(!result.has_value(), text);
  return result.error();
}

TEST_CASE("every kind of JSON value reads as itself") {
  const Value value = parsed(
      R"( {"n":null,"t":true,"f":false,"i":-42,"d":1.5,"s":"web","a":[1,[],{}],"o":{"x":{}}} )");
  CHECK(value.contains("n"));
  CHECK(value["n"].is_null());
  CHECK(value["t"].as_bool());
  CHECK(value["f"].is_boolean());
  CHECK(value["i"].as_int() == -42);
  CHECK(value["d"].as_double() == 1.5);
  CHECK(value["s"].as_string() == "web");
  CHECK(value["a"].size() == 3);
  CHECK(value["a"].at(1).is_array());
  CHECK(value["o"]["x"].is_object());
  CHECK(parsed("7").as_int() == 7);
  CHECK(parsed(" \"x\" ").to_string() == "x");
}

TEST_CASE("integers keep all their digits and the rest are numbers") {
  CHECK(parsed("9223372036854775807").as_int() == std::numeric_limits<std::int64_t>::max());
  CHECK(parsed("-9223372036854775808").as_int() == std::numeric_limits<std::int64_t>::min());
  CHECK(parsed("9223372036854775808").kind() == Kind::number);
  CHECK(parsed("99999999999999999999999").kind() == Kind::number);
  CHECK(parsed("1.0").kind() == Kind::number);
  CHECK(parsed("1e3").as_double() == 1000);
  CHECK(parsed("-0").as_int(9) == 0);
}

TEST_CASE("strings unescape, and what is no Unicode turns into U+FFFD as in Go") {
  CHECK(parsed(R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\uDE00")").to_string() ==
        "a\"\\/\b\f\n\r\tA\xc3\xa9\xf0\x9f\x98\x80");
  CHECK(parsed(R"("\ud800")").to_string() == "\xef\xbf\xbd");
  CHECK(parsed(R"("\udc00x")").to_string() == "\xef\xbf\xbdx");
  CHECK(parsed(R"("\ud800A")").to_string() ==
        "\xef\xbf\xbd"
        "A");
  CHECK(parsed(R"("\\ud800")").to_string() == "\\ud800");
  CHECK(parsed("\"a\xff\xc3z\"").to_string() == "a\xef\xbf\xbd\xef\xbf\xbdz");
  CHECK(parsed("\"\xed\xa0\x80\"").to_string() == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("syntax errors are worded and placed as Go words and places them") {
  struct Case {
    const char* text;
    const char* message;
    Position position;
  };
  const Case cases[] = {
      {"", "unexpected end of JSON input", {1, 1}},
      {"  ", "unexpected end of JSON input", {1, 3}},
      {"{", "unexpected end of JSON input", {1, 2}},
      {"[1,", "unexpected end of JSON input", {1, 4}},
      {"{\"a\"", "unexpected end of JSON input", {1, 5}},
      {"{\"a\":", "unexpected end of JSON input", {1, 6}},
      {"\"abc", "unexpected end of JSON input", {1, 5}},
      {"tru", "unexpected end of JSON input", {1, 4}},
      {"-", "unexpected end of JSON input", {1, 2}},
      {"{]", "invalid character ']' looking for beginning of object key string", {1, 2}},
      {"{\"a\":1,}", "invalid character '}' looking for beginning of object key string", {1, 8}},
      {"{a:1}", "invalid character 'a' looking for beginning of object key string", {1, 2}},
      {"{\"a\" 1}", "invalid character '1' after object key", {1, 6}},
      {"{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair", {1, 8}},
      {"{\"a\":[1]\n]", "invalid character ']' after object key:value pair", {2, 1}},
      {"[1 2]", "invalid character '2' after array element", {1, 4}},
      {"[1,]", "invalid character ']' looking for beginning of value", {1, 4}},
      {"[\n  oops\n]", "invalid character 'o' looking for beginning of value", {2, 3}},
      {"{} x", "invalid character 'x' after top-level value", {1, 4}},
      {"12 13", "invalid character '1' after top-level value", {1, 4}},
      {"trux", "invalid character 'x' in literal true (expecting 'e')", {1, 4}},
      {"nul1", "invalid character '1' in literal null (expecting 'l')", {1, 4}},
      {"[01]", "invalid character '1' after array element", {1, 3}},
      {"-x", "invalid character 'x' in numeric literal", {1, 2}},
      {"1.x", "invalid character 'x' after decimal point in numeric literal", {1, 3}},
      {"1ex", "invalid character 'x' in exponent of numeric literal", {1, 3}},
      {"\"a\nb\"", "invalid character '\\n' in string literal", {1, 3}},
      {"\"\\x\"", "invalid character 'x' in string escape code", {1, 3}},
      {"\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape", {1, 6}},
      {"{\"\xc3\xa9\": x}", "invalid character 'x' looking for beginning of value", {1, 7}},
      {"\"\x7f\x01\"", "invalid character '\\x01' in string literal", {1, 3}},
      {"[1e400]", "json: cannot unmarshal number 1e400 into Go value of type float64", {1, 2}},
      {"// no", "invalid character '/' looking for beginning of value", {1, 1}},
  };
  for (const Case& each : cases) {
    const ParseError error = refused(each.text);
    CAPTURE(each.text);
    CHECK(error.message == each.message);
    CHECK(error.position.line == each.position.line);
    CHECK(error.position.column == each.position.column);
  }
  const std::string zero{"{}\0", 3};
  CHECK(refused(zero).message == "invalid character '\\x00' after top-level value");
}

TEST_CASE("a member given twice is named by its path, or the last one wins and it is listed") {
  const char* text =
      "{\"spec\":{\"replicas\":1,\n\"containers\":[{\"name\":\"a\"},{\"name\":\"b\",\"name\":\"c\"}"
      "],\n"
      "\"replicas\":2,\"replicas\":3}}";
  const ParseError error = refused(text);
  CHECK(error.message == "duplicate field \"spec.containers[1].name\"");
  CHECK(error.position == Position{2, 40});
  const auto lenient = parse_json_leniently(text);
  REQUIRE(lenient.has_value());
  CHECK(lenient->value["spec"]["replicas"].as_int() == 3);
  CHECK(lenient->value["spec"]["containers"].at(1)["name"].as_string() == "c");
  REQUIRE(lenient->duplicate_fields.size() == 2);
  CHECK(lenient->duplicate_fields[0] == "spec.containers[1].name");
  CHECK(lenient->duplicate_fields[1] == "spec.replicas");
}

TEST_CASE("positions lead from paths to lines and columns") {
  const auto document = parse_json_leniently(
      "{\n  \"spec\": {\n    \"ports\": [\n      {\"port\": 80},\n      {\"port\":81,\"x\":1}\n    "
      "]\n  "
      "},\n  \"n\": [1,2, 3]\n}",
      {}, Positions::record);
  REQUIRE(document.has_value());
  const SourceMap& positions = document->positions;
  CHECK(positions.key_position("spec") == Position{2, 3});
  CHECK(positions.value_position("spec") == Position{2, 11});
  CHECK(positions.key_position("spec.ports[0].port") == Position{4, 8});
  CHECK(positions.value_position("spec.ports[0].port") == Position{4, 16});
  CHECK(positions.value_position("spec.ports[1].x") == Position{5, 22});
  CHECK(positions.value_position("n[1]") == Position{8, 11});
  CHECK(positions.value_position("n[2]") == Position{8, 14});
}

TEST_CASE("limits refuse hostile texts with one clear error") {
  const std::string deep(100'000, '[');
  CHECK(refused(deep).message == "exceeded max depth: values nest deeper than 256");
  CHECK(refused(deep).position == Position{1, kMaxDepth + 1});
  std::string objects;
  for (int level = 0; level < 100'000; ++level) objects += "{\"a\":";
  CHECK(refused(objects).message == "exceeded max depth: values nest deeper than 256");
  const std::string just_deep_enough = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
  CHECK(to_json(parsed(just_deep_enough)) == just_deep_enough);

  const std::string large = "\"" + std::string(10'000'000, 'x') + "\"";
  CHECK(refused(large).message == "document is too large: 10000002 bytes, limit is 3145728");
  CHECK(parse_json(large, {.max_bytes = 20'000'000}).has_value());
  CHECK(refused("[1,2,3,4]", {.max_nodes = 4}).message ==
        "document is too large: more than 4 values");
  CHECK(parse_json("[1,2,3,4]", {.max_nodes = 5}).has_value());
}

TEST_CASE("writing escapes what Go escapes") {
  CHECK(to_json(Value{"a<b>&\"\\\n\t\x01\x7f"}) ==
        "\"a\\u003cb\\u003e\\u0026\\\"\\\\\\n\\t\\u0001\x7f\"");
  CHECK(to_json(Value{"\b\f\r"}) == "\"\\b\\f\\r\"");
  CHECK(to_json(Value{"\xe2\x80\xa8\xe2\x80\xa9\xc3\xa9"}) == "\"\\u2028\\u2029\xc3\xa9\"");
  CHECK(to_json(Value{"a\xff"
                      "b"}) == "\"a\\ufffdb\"");
  CHECK(to_json(Value::map({{"b", 1}, {"a", "x"}, {"c<", nullptr}})) ==
        "{\"a\":\"x\",\"b\":1,\"c\\u003c\":null}");
  CHECK(to_json(Value::array()) == "[]");
  CHECK(to_json(Value::object()) == "{}");
  CHECK(to_json(Value{}) == "null");
}

TEST_CASE("numbers are written as Go writes float64") {
  const auto written = [](double number) { return to_json(Value{number}); };
  CHECK(written(0) == "0");
  CHECK(written(-0.0) == "-0");
  CHECK(written(1) == "1");
  CHECK(written(1.5) == "1.5");
  CHECK(written(-0.1) == "-0.1");
  CHECK(written(100000) == "100000");
  CHECK(written(1e20) == "100000000000000000000");
  CHECK(written(1e21) == "1e+21");
  CHECK(written(1.25e22) == "1.25e+22");
  CHECK(written(0.000001) == "0.000001");
  CHECK(written(0.0000001) == "1e-7");
  CHECK(written(1.5e-10) == "1.5e-10");
  CHECK(written(123456789.5) == "123456789.5");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(written(9223372036854775808.0) == "9223372036854776000");
}

TEST_CASE("any finite number reads back as itself") {
  std::mt19937_64 random{1};
  for (int count = 0; count < 20'000; ++count) {
    const std::uint64_t bits = random();
    double number;
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) continue;
    const Value back = parsed(to_json(Value{number}));
    CHECK(back.as_double() == number);
  }
}

TEST_CASE("pretty JSON is Go's MarshalIndent") {
  const Value value = Value::map({{"a", Value::array({1, Value::map({{"b", "x"}})})},
                                  {"c", Value::object()},
                                  {"d", Value::array()}});
  CHECK(to_json_pretty(value) ==
        "{\n    \"a\": [\n        1,\n        {\n            \"b\": \"x\"\n        }\n    ],\n"
        "    \"c\": {},\n    \"d\": []\n}");
  CHECK(to_json_pretty(Value{1}, 2) == "1");
}

TEST_CASE("random documents survive writing and reading") {
  std::mt19937 random{7};
  const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  const auto text = [&] {
    std::string result;
    for (unsigned size = below(20); size > 0; --size) {
      constexpr std::string_view kPieces[] = {
          "a", "\"", "\\", "\n", "\xc3\xa9", "<", "\xf0\x9f\x98\x80", "0"};
      result += kPieces[below(8)];
    }
    return result;
  };
  const auto make = [&](const auto& self, int depth) -> Value {
    switch (below(depth > 4 ? 5 : 7)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random()) - 2'000'000'000;
      case 3:
        return static_cast<double>(below(1000)) / 8 + 0.0625;
      case 4:
        return text();
      case 5: {
        Value array = Value::array();
        for (unsigned size = below(5); size > 0; --size) array.push_back(self(self, depth + 1));
        return array;
      }
      default: {
        Value object = Value::object();
        for (unsigned size = below(5); size > 0; --size) object.set(text(), self(self, depth + 1));
        return object;
      }
    }
  };
  for (int count = 0; count < 500; ++count) {
    const Value value = make(make, 0);
    CHECK(parsed(to_json(value)) == value);
    CHECK(parsed(to_json_pretty(value)) == value);
  }
}

}  // namespace
}  // namespace rockpool::doc
