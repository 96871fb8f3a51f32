// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/decode.h"
#include "core/api/defaults.h"
#include "core/api/type_table.h"
#include "core/doc/json.h"
#include "core/doc/path.h"
#include "tests/core/api/support.h"

// What holds for the objects of every kind, shown on objects with every field set.
namespace rockpool::api {
namespace {

using namespace doc::literals;
using doc::Value;

// The types that an object is inside of: JSON schemas hold schemas, which is enough once.
using Enclosing = std::vector<const TypeTable*>;

Value full_object(const TypeTable& type, Enclosing& enclosing);

Value full_text(const StringType* type) {
  if (type == nullptr || type->joined_values.empty()) return "a";
  // The first may be the empty text.
  return type->joined_values.substr(type->joined_values.rfind('\0') + 1);
}

// A value that is not what an absent field would be.
Value full_element(const Field& field, FieldType type, Enclosing& enclosing) {
  switch (type) {
    case FieldType::string:
      return full_text(field.string_type());
    case FieldType::boolean:
      return true;
    case FieldType::int32:
    case FieldType::int64:
    case FieldType::int_or_string:
      return 7;
    case FieldType::number:
      return 1.5;
    case FieldType::quantity:
      return "3";
    case FieldType::time:
      return "2025-01-02T03:04:05Z";
    case FieldType::micro_time:
      return "2025-01-02T03:04:05.000006Z";
    case FieldType::bytes:
      return "YQ==";
    case FieldType::object:
      return full_object(*field.object_type(), enclosing);
    case FieldType::array:
      return Value::strings({"a", "b"});
    case FieldType::map:
    case FieldType::any:
      return Value::map({{"any", 1}});
  }
  return {};
}

Value full_field(const Field& field, Enclosing& enclosing) {
  if (field.type() == FieldType::array) {
    return Value::array({full_element(field, field.element_type(), enclosing)});
  }
  if (field.type() == FieldType::map) {
    return Value::map({{"some.key", full_element(field, field.element_type(), enclosing)}});
  }
  return full_element(field, field.type(), enclosing);
}

// Every field is set, however deep.
Value full_object(const TypeTable& type, Enclosing& enclosing) {
  Value object = Value::object();
  enclosing.push_back(&type);
  for (const Field& field : type.fields()) {
    if (std::ranges::find(enclosing, field.object_type()) != enclosing.end()) continue;
    object.set(field.key(), full_field(field, enclosing));
  }
  enclosing.pop_back();
  return object;
}

Value full_object(const Resource& resource) {
  Enclosing enclosing;
  Value object = full_object(*resource.type, enclosing);
  object.set("apiVersion"_key, resource.api_version);
  object.set("kind"_key, resource.kind);
  return object;
}

using Rebuild = std::function<Value(Value)>;
using Visit = std::function<void(const Rebuild& rebuild, Value part, const doc::Path& path)>;

// Calls `visit` with every object inside `part` that has a table, its path, and what makes a whole
// document of a changed version of it.
void visit_objects(const Value& part, const TypeTable& type, const doc::Path& path,
                   const Rebuild& rebuild, const Visit& visit) {
  visit(rebuild, part, path);
  for (const Field& field : type.fields()) {
    const TypeTable* inner = field.object_type();
    if (inner == nullptr || field.type() == FieldType::map) continue;
    const bool in_list = field.type() == FieldType::array;
    const Rebuild put = [&](Value value) {
      Value changed = part;
      changed.set(field.key(), in_list ? Value::array({std::move(value)}) : std::move(value));
      return rebuild(std::move(changed));
    };
    const Value& child = part[field.key()];
    if (child.is_null()) continue;
    const doc::Path child_path = path.child(field.name());
    if (in_list) {
      visit_objects(child.at(0), *inner, child_path.index(0), put, visit);
    } else {
      visit_objects(child, *inner, child_path, put, visit);
    }
  }
}

TEST_CASE("an object with every field set is decoded without losing or inventing one") {
  for (const Resource& resource : all_resources()) {
    CAPTURE(resource.api_version);
    CAPTURE(resource.kind);
    const Value full = full_object(resource);
    const auto decoded = decode(resource, full);
    REQUIRE_MESSAGE(decoded.has_value(), (decoded ? "" : decoded.error().message));
    CHECK(decoded->warnings.empty());
    CHECK(doc::to_json(decoded->object) == doc::to_json(full));
    CHECK(canonicalize(*resource.type, full) == full);
  }
}

TEST_CASE("defaults change nothing that is set, and applied again change nothing") {
  for (const Resource& resource : all_resources()) {
    CAPTURE(resource.kind);
    const Value full = full_object(resource);
    Value once = full;
    apply_defaults(resource, once);
    Value twice = once;
    apply_defaults(resource, twice);
    CHECK(doc::to_json(twice) == doc::to_json(once));
    // Nothing goes, but the text that only is a way into data.
    for (const doc::Member& member : full.members()) {
      if (member.key.text() == "stringData") continue;
      CAPTURE(member.key.text());
      CHECK(once.find(member.key) != nullptr);
    }

    Value empty = Value::object({{"metadata"_key, Value::object()}});
    const auto bare = decode(resource, empty);
    REQUIRE(bare.has_value());
    Value first = bare->object;
    apply_defaults(resource, first);
    Value second = first;
    apply_defaults(resource, second);
    CHECK(doc::to_json(second) == doc::to_json(first));
    // What defaults put in is made of fields that the kind has.
    const auto again = decode(resource, first);
    CHECK_MESSAGE(again.has_value(), (again ? "" : again.error().message));
  }
}

TEST_CASE("an unknown field is refused wherever it stands, and only warned of if asked") {
  for (const Resource& resource : all_resources()) {
    CAPTURE(resource.kind);
    const Value full = full_object(resource);
    int places = 0;
    const auto check = [&](const Rebuild& rebuild, Value part, const doc::Path& path) {
      ++places;
      part.set("bogus", 1);
      const Value document = rebuild(std::move(part));
      const std::string field = path.child("bogus").to_string();
      const auto refused = decode(resource, document);
      REQUIRE_MESSAGE(!refused.has_value(), field);
      REQUIRE(refused.error().details.causes.size() == 1);
      CHECK(refused.error().details.causes[0].field == field);
      const auto warned = decode(resource, document, {FieldValidation::warn, {}});
      REQUIRE(warned.has_value());
      CHECK(warned->warnings.size() == 1);
      CHECK(warned->object == full);
    };
    visit_objects(full, *resource.type, doc::Path{}, [](Value value) { return value; }, check);
    CHECK(places > 1);
  }
}

TEST_CASE("a value of the wrong type is refused in every field of every kind") {
  for (const Resource& resource : all_resources()) {
    CAPTURE(resource.kind);
    for (const Field& field : resource.type->fields()) {
      if (field.type() == FieldType::any) continue;
      // No field is a list of lists.
      const auto refused =
          decode(resource, Value::object({{field.key_index(), Value::array({Value::array()})}}));
      CHECK_MESSAGE(!refused.has_value(), field.name());
    }
  }
}

}  // namespace
}  // namespace rockpool::api
