// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/apiserver/custom/pattern.h"
#include "core/apiserver/custom/schema.h"

namespace rockpool::apiserver::custom {

using namespace doc::literals;

namespace {

using doc::Path;
using doc::Value;

constexpr int kMaxSchemaDepth = 100;

// What a schema may say. Other members are none of JSON Schema's.
constexpr std::array kKeywords = {"additionalProperties",
                                  "allOf",
                                  "anyOf",
                                  "default",
                                  "description",
                                  "enum",
                                  "example",
                                  "exclusiveMaximum",
                                  "exclusiveMinimum",
                                  "externalDocs",
                                  "format",
                                  "items",
                                  "maxItems",
                                  "maxLength",
                                  "maxProperties",
                                  "maximum",
                                  "minItems",
                                  "minLength",
                                  "minProperties",
                                  "minimum",
                                  "multipleOf",
                                  "not",
                                  "nullable",
                                  "oneOf",
                                  "pattern",
                                  "properties",
                                  "required",
                                  "title",
                                  "type",
                                  "uniqueItems",
                                  "x-kubernetes-embedded-resource",
                                  "x-kubernetes-int-or-string",
                                  "x-kubernetes-list-map-keys",
                                  "x-kubernetes-list-type",
                                  "x-kubernetes-map-type",
                                  "x-kubernetes-preserve-unknown-fields",
                                  "x-kubernetes-validations"};

// JSON Schema's words that structural schemas may not use (structural.go, newStructural).
constexpr std::array kForbidden = {
    "$ref", "$schema", "id", "definitions", "dependencies", "patternProperties", "additionalItems"};

constexpr std::array kTypes = {"array", "boolean", "integer", "number", "object", "string"};

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::array<const char*, Size>& list) {
  return std::ranges::find(list, text) != list.end();
}

// Checks one schema and those below it.
class Checker {
 public:
  explicit Checker(api::FieldErrors& errors) : errors_{errors} {}

  // `structural` is false inside allOf and its like, which only narrow what is allowed.
  void check(const Value& schema, const Path& path, bool structural, int depth) {
    if (!schema.is_object()) {
      return errors_.invalid(path, schema, "must be an object");
    }
    if (depth > kMaxSchemaDepth) return errors_.forbidden(path, "nested too deeply");
    check_keywords(schema, path);
    if (structural) check_type(schema, path);
    check_pattern(schema, path);
    for (const doc::Member& property : schema["properties"_key].members()) {
      check(property.value, path.child("properties").key(property.key.text()), structural,
            depth + 1);
    }
    if (!schema["items"_key].is_null()) {
      check(schema["items"_key], path.child("items"), structural, depth + 1);
    } else if (structural && schema["type"_key].as_string() == "array") {
      errors_.required(path.child("items"), "must be specified");
    }
    const Value& others = schema["additionalProperties"_key];
    if (others.is_object()) {
      check(others, path.child("additionalProperties"), structural, depth + 1);
      if (schema["properties"_key].size() != 0) {
        errors_.forbidden(path.child("additionalProperties"),
                          "additionalProperties and properties are mutual exclusive");
      }
    }
    check_narrowing(schema, path, depth);
  }

 private:
  void check_keywords(const Value& schema, const Path& path) {
    for (const doc::Member& member : schema.members()) {
      const std::string_view name = member.key.text();
      if (is_one_of(name, kForbidden)) {
        errors_.forbidden(path.child(name), fmt::format("{} is not supported", name));
      } else if (!is_one_of(name, kKeywords)) {
        errors_.forbidden(path.child(name), "unknown keyword");
      }
    }
  }

  void check_type(const Value& schema, const Path& path) {
    const std::string_view type = schema["type"_key].as_string();
    const bool may_lack = schema["x-kubernetes-int-or-string"].as_bool() ||
                          schema["x-kubernetes-preserve-unknown-fields"].as_bool();
    if (type.empty()) {
      if (!may_lack) {
        errors_.required(path.child("type"), "must not be empty for specified object fields");
      }
    } else if (!is_one_of(type, kTypes)) {
      errors_.not_supported(path.child("type"), type,
                            {"array", "boolean", "integer", "number", "object", "string"});
    }
  }

  void check_pattern(const Value& schema, const Path& path) {
    const std::string_view pattern = schema["pattern"_key].as_string();
    if (pattern.empty()) return;
    if (const auto compiled = Pattern::compile(pattern); !compiled) {
      errors_.invalid(
          path.child("pattern"), pattern,
          fmt::format("must be a valid regular expression, but isn't: {}", compiled.error()));
    }
  }

  void check_narrowing(const Value& schema, const Path& path, int depth) {
    for (const std::string_view name : {"allOf", "anyOf", "oneOf"}) {
      std::size_t index = 0;
      for (const Value& part : schema[name].items()) {
        check(part, path.child(name).index(index++), false, depth + 1);
      }
    }
    if (!schema["not"].is_null()) check(schema["not"], path.child("not"), false, depth + 1);
  }

  api::FieldErrors& errors_;
};

}  // namespace

void check_schema(const Value& schema, const Path& path, api::FieldErrors& errors) {
  Checker{errors}.check(schema, path, true, 0);
  if (schema["type"_key].as_string() != "object") {
    errors.invalid(path.child("type"), schema["type"_key].as_string(),
                   "must be object at the root");
  }
}

}  // namespace rockpool::apiserver::custom
