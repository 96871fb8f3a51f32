// SPDX-License-Identifier: Apache-2.0
#include "core/doc/value.h"

#include <doctest/doctest.h>

namespace rockpool::doc {
namespace {

TEST_CASE("a value reads as what it holds and as the fallback otherwise") {
  CHECK(Value{}.is_null());
  CHECK(Value{true}.as_bool());
  CHECK(Value{42}.as_int() == 42);
  CHECK(Value{42}.as_double() == 42.0);
  CHECK(Value{1.5}.as_int(7) == 7);
  const Value text = "web";
  CHECK(text.as_string() == "web");
  CHECK(text.as_int(9) == 9);
  CHECK(text["spec"_key].is_null());
  CHECK(text.at(3).is_null());
}

TEST_CASE("strings keep their text on both sides of the in-place limit") {
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string text(length, 'x');
    const Value value = text;
    const Value copy = value;
    CHECK(value.as_string() == text);
    CHECK(copy.as_string() == text);
    CHECK(value == Value{text});
    CHECK(value.hash() == Value{text}.hash());
  }
}

TEST_CASE("known and other keys are one order: that of their text") {
  Value labels;
  for (const char* name : {"zebra", "app", "name", "aardvark", "spec", "~", ""})
    labels.set(name, name);
  std::string previous;
  bool first = true;
  for (const Member& member : labels.members()) {
    CHECK((first || previous < member.key.text()));
    CHECK(member.value.as_string() == member.key.text());
    previous = member.key.text();
    first = false;
  }
  CHECK(labels.size() == 7);
  CHECK(labels["aardvark"].as_string() == "aardvark");
  CHECK(labels["spec"_key].as_string() == "spec");
  CHECK(Key{"spec"}.is_known());
  CHECK_FALSE(Key{"aardvark"}.is_known());
}

TEST_CASE("a later member of the same name wins") {
  const Value value = Value::map({{"a", 1}, {"b", 2}, {"a", 3}, {"a", 4}});
  CHECK(value.size() == 2);
  CHECK(value["a"].as_int() == 4);
  CHECK(value["b"].as_int() == 2);
}

TEST_CASE("changing one holder never changes another") {
  const Value original = Value::object(
      {{"spec"_key,
        Value::object({{"replicas"_key, 3}, {"selector"_key, Value::map({{"app", "web"}})}})},
       {"metadata"_key, Value::object({{"name"_key, "web"}})}});
  Value changed = original;
  changed.edit("spec"_key).set("replicas"_key, 5);
  CHECK(original["spec"_key]["replicas"_key].as_int() == 3);
  CHECK(changed["spec"_key]["replicas"_key].as_int() == 5);
  // What was not on the path is shared.
  CHECK(changed["metadata"_key].identical(original["metadata"_key]));
  CHECK(changed["spec"_key]["selector"_key].identical(original["spec"_key]["selector"_key]));
  CHECK_FALSE(changed["spec"_key].identical(original["spec"_key]));

  changed.erase("metadata"_key);
  CHECK(original.contains("metadata"_key));
  CHECK_FALSE(changed.contains("metadata"_key));
}

TEST_CASE("setting what is there already keeps the document shared") {
  const Value original = Value::object({{"metadata"_key, Value::object({{"name"_key, "web"}})}});
  Value same = original;
  same.set("metadata"_key, original["metadata"_key]);
  CHECK(same.identical(original));
}

TEST_CASE("arrays grow, change and shrink without touching their copies") {
  Value ports;
  ports.push_back(80);
  ports.push_back(443);
  const Value before = ports;
  ports.edit_at(0) = 8080;
  ports.erase_at(1);
  ports.push_back("x");
  CHECK(before == Value::array({80, 443}));
  CHECK(ports == Value::array({8080, "x"}));
}

TEST_CASE("equality and hash go together") {
  const Value one = Value::map({{"a", Value::array({1, 2.0, "three"})}, {"b", nullptr}});
  const Value other = Value::map({{"b", nullptr}, {"a", Value::array({1.0, 2, "three"})}});
  CHECK(one == other);
  CHECK(one.hash() == other.hash());
  Value changed = other;
  changed.edit("a").edit_at(2) = "four";
  CHECK_FALSE(one == changed);
  CHECK(one.hash() != changed.hash());
  changed.edit("a").edit_at(2) = "three";
  CHECK(one.hash() == changed.hash());
}

TEST_CASE("the hash is the same on every platform") {
  const Value value =
      Value::map({{"spec", Value::array({1, 2.5, true, nullptr, "a longer piece of text"})}});
  CHECK(value.hash() == 9042558259295055339u);
}

}  // namespace
}  // namespace rockpool::doc
