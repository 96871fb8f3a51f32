// SPDX-License-Identifier: Apache-2.0
#include "core/doc/yaml_writer.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "core/doc/json.h"
#include "core/doc/yaml.h"
#include "tests/core/doc/yaml_golden.h"

namespace rockpool::doc {
namespace {

Value read_back(const std::string& text) {
  const auto documents = parse_yaml(text);
  REQUIRE_MESSAGE(documents.has_value(), text);
  REQUIRE_MESSAGE(documents->size() == 1, text);
  return documents->front().value;
}

TEST_CASE("YAML is written byte for byte as kubectl writes it") {
  const auto value = parse_json(kGoldenJson);
  REQUIRE(value.has_value());
  const std::string written = to_yaml(*value);
  // One line at a time, so that a failure shows where.
  std::string_view left = kGoldenYaml;
  std::string_view right = written;
  while (!left.empty() && !right.empty()) {
    const auto left_end = std::min(left.find('\n'), left.size() - 1) + 1;
    const auto right_end = std::min(right.find('\n'), right.size() - 1) + 1;
    REQUIRE(std::string{left.substr(0, left_end)} == std::string{right.substr(0, right_end)});
    left.remove_prefix(left_end);
    right.remove_prefix(right_end);
  }
  CHECK(left.empty());
  CHECK(right.empty());
}

TEST_CASE("what kubectl prints reads back as it was") {
  CHECK(read_back(std::string{kGoldenYaml}) == parse_json(kGoldenJson).value());
}

TEST_CASE("the line ends of Unicode are escaped, to read back as they were") {
  const Value value = Value::map({{"a", "b\xe2\x80\xa8 c"}, {"d\xe2\x80\xa9", "e\nf\xe2\x80\xa8"}});
  CHECK(to_yaml(value) == "a: \"b\\L c\"\n? \"d\\P\"\n: \"e\\nf\\L\"\n");
  CHECK(read_back(to_yaml(value)) == value);
}

TEST_CASE("scalars and empty collections as documents") {
  CHECK(to_yaml(Value::object()) == "{}\n");
  CHECK(to_yaml(Value::array()) == "[]\n");
  CHECK(to_yaml(Value{}) == "null\n");
  CHECK(to_yaml(Value{"text"}) == "text\n");
  CHECK(to_yaml(Value{""}) == "\"\"\n");
  CHECK(to_yaml(Value{true}) == "true\n");
  CHECK(to_yaml(Value{5.0}) == "5\n");
  CHECK(to_yaml(Value{"a\nb\n"}) == "|\n  a\n  b\n");
  CHECK(to_yaml(Value::array({1, Value::array({2})})) == "- 1\n- - 2\n");
}

TEST_CASE("random documents survive writing and reading") {
  std::mt19937 random{11};
  const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  constexpr std::string_view kPieces[] = {
      "a",        " ",   "\n", ":", "#",     "-", "'", "\"", "\\", "1", ".", "_", "\t", "{",
      "\xc3\xa9", "yes", "~",  "%", "word ", ",", "?", "&",  "*",  "|", ">", "!", "\r"};
  const auto text = [&](unsigned longest) {
    std::string result;
    for (unsigned size = below(longest); size > 0; --size)
      result += kPieces[below(std::size(kPieces))];
    return result;
  };
  const auto make = [&](const auto& self, int depth) -> Value {
    switch (below(depth > 4 ? 6 : 8)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random()) - 2'000'000'000;
      case 3:
        return static_cast<double>(below(1000)) / 8 + 0.0625;
      case 4:
        return text(6);
      case 5:
        return text(80);
      case 6: {
        Value array = Value::array();
        for (unsigned size = below(5); size > 0; --size) array.push_back(self(self, depth + 1));
        return array;
      }
      default: {
        Value object = Value::object();
        for (unsigned size = below(5); size > 0; --size) object.set(text(8), self(self, depth + 1));
        return object;
      }
    }
  };
  for (int count = 0; count < 2000; ++count) {
    // A document that is null would be skipped.
    const Value value = Value::map({{"root", make(make, 0)}});
    const std::string written = to_yaml(value);
    CAPTURE(written);
    CHECK(read_back(written) == value);
  }
}

}  // namespace
}  // namespace rockpool::doc
