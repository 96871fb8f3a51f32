// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/doc/json.h"

namespace rockpool::doc {
namespace {

std::vector<YamlDocument> parsed_stream(std::string_view text) {
  auto result = parse_yaml(text);
  REQUIRE_MESSAGE(result.has_value(), text);
  return *std::move(result);
}

Value parsed(std::string_view text) {
  const auto documents = parsed_stream(text);
  REQUIRE(documents.size() == 1);
  return documents.front().value;
}

std::string as_json(std::string_view text) {
  return to_json(parsed(text));
}

std::string refused(std::string_view text, const Limits& limits = {}) {
  const auto result = parse_yaml(text, limits);
  REQUIRE_MESSAGE(!result.has_value(), text);
  return yaml_error_text(result.error());
}

constexpr std::string_view kManifest = R"(# A Service.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {app: web, "tier": 'front'}
  annotations:
    example.com/notes: |
      first
        second

      third
spec:
  type: NodePort
  selector:
    app: web
  ports:
  - name: http
    port: 80
    targetPort: http
    nodePort: 30080
  -   port: 443
      targetPort: 8443
)";

TEST_CASE("a manifest reads as kubectl reads it") {
  CHECK(
      as_json(kManifest) ==
      R"({"apiVersion":"v1","kind":"Service","metadata":{"annotations":{)"
      R"("example.com/notes":"first\n  second\n\nthird\n"},"labels":{"app":"web","tier":"front"},)"
      R"("name":"web"},"spec":{"ports":[{"name":"http","nodePort":30080,"port":80,)"
      R"("targetPort":"http"},{"port":443,"targetPort":8443}],"selector":{"app":"web"},)"
      R"("type":"NodePort"}})");
}

TEST_CASE("plain scalars follow YAML 1.1 as go-yaml v2 does") {
  // Each pair was compared with what kubectl 1.32 makes of the left side.
  const std::pair<const char*, const char*> cases[] = {
      {"yes", "true"},
      {"No", "false"},
      {"on", "true"},
      {"OFF", "false"},
      {"y", "true"},
      {"N", "false"},
      {"true", "true"},
      {"tRUE", "\"tRUE\""},
      {"~", "null"},
      {"Null", "null"},
      {"nULL", "\"nULL\""},
      {"0777", "511"},
      {"0o17", "15"},
      {"08", "8"},
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"0b101", "5"},
      {"-0b101", "-5"},
      {"0b102", "\"0b102\""},
      {"+1", "1"},
      {"1.", "1"},
      {".5", "0.5"},
      {".5_0", "0.5"},
      {"0.1", "0.1"},
      {"1e3", "1000"},
      {"1e400", "\"1e400\""},
      {"1e-400", "0"},
      {"1:30", "\"1:30\""},
      {"2024-01-01", "\"2024-01-01\""},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "9223372036854776000"},
      {"0xffffffffffffffffff", "\"0xffffffffffffffffff\""},
      {"_1", "\"_1\""},
      {"1_", "1"},
      {"0x", "\"0x\""},
      {"-0777", "-511"},
      {"1e20", "100000000000000000000"},
      {"1e21", "1e+21"},
      {"Inf", "\"Inf\""},
      {"10.96.0.10", "\"10.96.0.10\""},
      {"100m", "\"100m\""},
      {"'yes'", "\"yes\""},
      {"\"1\"", "\"1\""},
      {"!!str 1", "\"1\""},
      {"!!float 1", "1"},
      {"!!int \"3\"", "3"},
      {"!!bool yes", "true"},
      {"!!binary aGVsbG8=", "\"hello\""},
      {"!other 1", "\"1\""},
      {"! 12", "\"12\""},
      {"!", "\"\""},
      {"a#b", "\"a#b\""},
      {"a:b", "\"a:b\""},
      {"-a", "\"-a\""},
      {"<<", "\"\\u003c\\u003c\""},
      {"-", nullptr}};
  for (const auto& [text, json] : cases) {
    if (json == nullptr) continue;
    CAPTURE(text);
    CHECK(as_json(std::string{"x: "} + text) == std::string{"{\"x\":"} + json + "}");
  }
}

TEST_CASE("keys that are no strings become strings") {
  CHECK(as_json("yes: 1\n8080: 2\n1.5: 3\n1234567.5: 4\n0x10: 5\n") ==
        R"({"1.2345675e+06":4,"1.5":3,"16":5,"8080":2,"true":1})");
  CHECK(refused("~: 1") == "yaml: line 1: unsupported map key of type: null");
  CHECK(refused("a: 1\n{b: c}: 1") == "yaml: line 2: invalid map key");
  CHECK(refused("x: {{ .Values.name }}") == "yaml: line 1: invalid map key");
}

TEST_CASE("streams hold several documents and skip empty ones") {
  const auto documents =
      parsed_stream("---\n# only a comment\n---\na: 1\n---\n---\n\n b: 2\n...\n");
  REQUIRE(documents.size() == 2);
  CHECK(to_json(documents[0].value) == R"({"a":1})");
  CHECK(documents[0].start == Position{4, 1});
  CHECK(to_json(documents[1].value) == R"({"b":2})");
  CHECK(documents[1].start == Position{8, 2});
  CHECK(documents[1].positions.value_position("b") == Position{8, 5});
  CHECK(parsed_stream("").empty());
  CHECK(parsed_stream("# nothing\n---\n").empty());
}

TEST_CASE("JSON is accepted, with its own escapes and tabs") {
  CHECK(as_json("{\n\t\"a\": \"\\ud83d\\ude00\\/\",\n\t\"b\":[1e3]}") ==
        "{\"a\":\"\xf0\x9f\x98\x80/\",\"b\":[1000]}");
  CHECK(as_json("{a: b, \"c\":1}") == R"({"a":"b","c":1})");
  CHECK(as_json("\xef\xbb\xbf{\"a\":1}") == R"({"a":1})");
  CHECK(refused("{\"a\":1,\n\"a\":2}") == "yaml: line 2: duplicate field \"a\"");
}

TEST_CASE("anchors, aliases and merge keys") {
  CHECK(as_json("a: &x {b: [1, 2]}\nc: *x\nd: &y foo\n*y : bar\n") ==
        R"({"a":{"b":[1,2]},"c":{"b":[1,2]},"d":"foo","foo":"bar"})");
  const Value shared = parsed("a: &x {b: [1, 2]}\nc: *x\n");
  CHECK(shared["a"].identical(shared["c"]));
  // As kubectl: what is merged wins over what stands before, and loses against what comes after.
  CHECK(as_json("d: &d {a: 1, b: 2}\nx:\n  <<: *d\n  b: 3\nw:\n  b: 3\n  <<: *d\nz:\n"
                "  <<: [*d, {a: 9, c: 4}]\n") ==
        R"({"d":{"a":1,"b":2},"w":{"a":1,"b":2},"x":{"a":1,"b":3},"z":{"a":1,"b":2,"c":4}})");
  CHECK(as_json("\"<<\": {a: 1}") == R"({"\u003c\u003c":{"a":1}})");
  CHECK(refused("a: *x") == "yaml: line 1: unknown anchor 'x' referenced");
  CHECK(refused("a: &x\n  b: *x") == "yaml: line 2: anchor 'x' value contains itself");
  CHECK(refused("a:\n  <<: 3") ==
        "yaml: line 2: map merge requires map or sequence of maps as the value");
}

TEST_CASE("multi-line scalars fold as YAML says") {
  CHECK(as_json("x: a\n  b\n\n  c\nw: 'a\n\n  b'\nz: \"a\\\n   b\"\n") ==
        R"({"w":"a\nb","x":"a b\nc","z":"ab"})");
  CHECK(as_json("x: >-\n  a\n  b\n\n  c\nw: |+\n  a\n\nz: |2\n    a\n") ==
        R"({"w":"a\n\n","x":"a b\nc","z":"  a\n"})");
  CHECK(as_json("x: |\r\n  a\r\n  b\r\nz: z\r\n") == R"({"x":"a\nb\n","z":"z"})");
}

TEST_CASE("mistakes are named as go-yaml names them, on their own line") {
  const std::pair<const char*, const char*> cases[] = {
      {"a:\n\tb: c", "line 2: found character that cannot start any token"},
      {"a:\n\tb", "line 2: found character that cannot start any token"},
      {"a:\n  b:\n\t- c", "line 3: found character that cannot start any token"},
      {"-\tb", "line 1: found character that cannot start any token"},
      {"a: b\n\tc", "line 2: found a tab character that violates indentation"},
      {"a:\n  x: @y", "line 2: found character that cannot start any token"},
      {"a:\n  x: `y`", "line 2: found character that cannot start any token"},
      {"a:\n  x: %y", "line 2: found character that cannot start any token"},
      {"a:\n  x: y: z", "line 2: mapping values are not allowed in this context"},
      {"a:\n  x: y\n   z: w", "line 3: mapping values are not allowed in this context"},
      {"a:\n   x: y\n  z: w", "line 3: did not find expected key"},
      {"a:\n  x: y\n  - z", "line 3: did not find expected key"},
      {"a:\n  x: \"b\" c", "line 2: did not find expected key"},
      {"a: - b", "line 1: block sequence entries are not allowed in this context"},
      {"a: [b, c", "line 1: did not find expected ',' or ']'"},
      {"a: {b: c", "line 1: did not find expected ',' or '}'"},
      {"a: [b,,c]", "line 1: did not find expected node content"},
      {"a: b\nc\n", "line 2: could not find expected ':'"},
      {"a: 1\n: b", "line 2: did not find expected key"},
      {"a:\n  b: \"c\n", "line 2: found unexpected end of stream"},
      {"a:\n  b: 'c\n  d: e\n", "line 2: found unexpected end of stream"},
      {"a: !!str \"c\n", "line 1: found unexpected end of stream"},
      {"a: \"b\\qc\"", "line 1: found unknown escape character"},
      {"a: \"b\\xzz\"", "line 1: did not find expected hexdecimal number"},
      {"a: |0\n b", "line 1: found an indentation indicator equal to 0"},
      {"a: |+-\n b", "line 1: did not find expected comment or line break"},
      {"a: |x\n b", "line 1: did not find expected comment or line break"},
      {"a: *.example.com", "line 1: did not find expected alphabetic or numeric character"},
      {"a: &b.c d", "line 1: did not find expected alphabetic or numeric character"},
      {"a: &b &c d", "line 1: did not find expected key"},
      {"a: 'it''s\n", "line 1: found unexpected end of stream"},
      {"a: {: b}", "line 1: did not find expected node content"},
      {"... ,", "line 1: did not find expected node content"},
      {"a: & b", "line 1: did not find expected alphabetic or numeric character"},
      {"a: *", "line 1: did not find expected alphabetic or numeric character"},
      {"a: 1\n---\nb: \x01", "line 3: control characters are not allowed"},
      {"a: .inf", "line 1: json: unsupported value: +Inf"},
      {"a: !!int b", "line 1: cannot decode !!str `b` as a !!int"},
      {"a: !!binary '%'", "line 1: !!binary value contains invalid base64 data"},
      {"a: 1\nb: 2\na: 3", "line 3: key \"a\" already set in map"},
      {"- a\nb: c", "line 2: did not find expected <document start>"},
      {"\"a\" \"b\"", "line 1: did not find expected <document start>"},
      {", a", "line 1: did not find expected node content"},
      {"] a", "line 1: did not find expected node content"},
      {"a: [b}", "line 1: did not find expected node content"},
      {"a: [b]]", "line 1: did not find expected node content"},
      {"a: [b\nc: d\n", "line 2: did not find expected ',' or ']'"},
      {"a: |\n   b\n  c\nd: e", "line 3: did not find expected key"},
      {"a: \"b\n---\nc\"", "line 2: found unexpected document indicator"},
      {"%YAML 3.0\n---\na: b", "line 1: found incompatible YAML document"},
      {"%YAML 1.1\na: b", "line 2: did not find expected <document start>"},
      {"a: !x!y z", "line 1: found undefined tag handle"},
      {"a: \"\\ud800\"", "line 1: found invalid Unicode character escape code"},
      {"a: |\n\tb", "line 2: found a tab character that violates indentation"},
  };
  for (const auto& [text, message] : cases) {
    CAPTURE(text);
    CHECK(refused(text) == std::string{"yaml: "} + message);
  }
}

TEST_CASE("tags, directives, explicit keys and escapes") {
  CHECK(as_json(
            "%TAG !k! tag:yaml.org,2002:\n---\na: !k!str 1\nb: !<tag:yaml.org,2002:int> \"2\"\n") ==
        R"({"a":"1","b":2})");
  CHECK(as_json("? a\n: b\n? |\n  c\n: - d\n") == R"({"a":"b","c\n":["d"]})");
  CHECK(as_json("[a: b, ? c : d, e]") == R"([{"a":"b"},{"c":"d"},"e"])");
  CHECK(as_json("a: \"\\x41\\u00e9\\U0001f600\\L\\_\"") ==
        "{\"a\":\"A\xc3\xa9\xf0\x9f\x98\x80\\u2028\xc2\xa0\"}");
  CHECK(as_json("{u: http://x/, w: [1,2,], k}") == R"({"k":null,"u":"http://x/","w":[1,2]})");
}

TEST_CASE("columns count characters, not bytes") {
  const auto result = parse_yaml("a:\n  \"\xc3\xa9\xf0\x9f\x98\x80\": @");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().position == Position{2, 9});
  const auto documents = parsed_stream("---\n\xc3\xa9: {x: 1}\n");
  CHECK(documents[0].positions.value_position("\xc3\xa9.x") == Position{2, 8});
}

TEST_CASE("broken UTF-8 turns into U+FFFD as in kubectl") {
  CHECK(parsed("a: b\xff"
               "c")["a"]
            .to_string() ==
        "b\xef\xbf\xbd"
        "c");
}

TEST_CASE("every field of a manifest is found where it stands") {
  const auto documents = parsed_stream(kManifest);
  const SourceMap& positions = documents[0].positions;
  CHECK(documents[0].start == Position{2, 1});
  CHECK(positions.key_position("metadata.labels[tier]") == Position{6, 22});
  CHECK(positions.value_position("metadata.labels.tier") == Position{6, 30});
  CHECK(positions.key_position("metadata.annotations[example.com/notes]") == Position{8, 5});
  CHECK(positions.key_position("spec.ports[0]") == Position{18, 5});
  CHECK(positions.key_position("spec.ports[1].targetPort") == Position{23, 7});
  CHECK(positions.value_position("spec.ports[1].targetPort") == Position{23, 19});
}

TEST_CASE("limits refuse hostile texts with one clear error") {
  const auto repeated = [](std::string_view piece, int count) {
    std::string text;
    for (; count > 0; --count) text += piece;
    return text;
  };
  const char* const too_deep = "yaml: line 1: exceeded max depth: values nest deeper than 256";
  CHECK(refused(repeated("- ", 100'000)) == too_deep);
  CHECK(refused("a: " + repeated("[", 100'000) + repeated("]", 100'000)) == too_deep);
  CHECK(refused("a: " + repeated("[", 100'000)) != "");
  CHECK(refused("a: " + repeated("[{a: ", 100'000)) != "");
  CHECK(refused(repeated("{", 100'000)) != "");
  std::string indented;
  for (int level = 0; level < 1000; ++level)
    indented += std::string(static_cast<std::size_t>(level), ' ') + "a:\n";
  CHECK(refused(indented) == "yaml: line 257: exceeded max depth: values nest deeper than 256");
  CHECK(refused(std::string(10'000'000, 'x')) ==
        "yaml: line 1: document is too large: 10000000 bytes, limit is 3145728");

  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name <= 'i'; ++name) {
    bomb += std::string{name} + ": &" + name + " [";
    for (int count = 0; count < 9; ++count)
      bomb += std::string{"*"} + static_cast<char>(name - 1) + ",";
    bomb += "]\n";
  }
  CHECK(refused(bomb) ==
        "yaml: line 7: document contains excessive aliasing: more than 2000000 "
        "values with aliases expanded");
  std::string deep_alias = "a0: &a0 [x]\n";
  for (int level = 1; level < 300; ++level) {
    deep_alias += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [*a" +
                  std::to_string(level - 1) + "]\n";
  }
  CHECK(refused(deep_alias) == "yaml: line 256: exceeded max depth: values nest deeper than 256");
  CHECK(refused("a\n---\nb\n---\nc", {.max_documents = 2}) ==
        "yaml: line 4: too many documents: more than 2");
}

TEST_CASE("whatever the bytes, there is an answer") {
  // Pieces that mean something to a scanner, in every order up to three.
  const std::string_view pieces[] = {"a",    ":",  " ",  "\n",   "- ",   "[",   "]",  "{",
                                     "}",    ",",  "\"", "'",    "|",    ">",   "&a", "*a",
                                     "!!",   "#",  "?",  "%",    "---",  "...", "\t", "\r",
                                     "<<: ", "\\", "1",  "\xff", "\x04", "\0"};
  int accepted = 0;
  for (const auto one : pieces) {
    for (const auto two : pieces) {
      for (const auto three : pieces) {
        const std::string text = std::string{one} + std::string{two} + std::string{three};
        const auto result = parse_yaml(text);
        if (result) {
          ++accepted;
        } else {
          CHECK_FALSE(result.error().message.empty());
        }
      }
    }
  }
  CHECK(accepted > 1000);
}

}  // namespace
}  // namespace rockpool::doc
