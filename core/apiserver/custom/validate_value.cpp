// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "core/api/ip.h"
#include "core/apiserver/custom/pattern.h"
#include "core/apiserver/custom/schema.h"
#include "core/doc/base64.h"
#include "core/doc/json.h"
#include "core/sim/time.h"

namespace rockpool::apiserver::custom {

using namespace doc::literals;

namespace {

using doc::Path;
using doc::Value;

std::string_view type_of(const Value& value) {
  switch (value.kind()) {
    case doc::Kind::integer:
      return "integer";
    case doc::Kind::number:
      return "number";
    case doc::Kind::boolean:
      return "boolean";
    case doc::Kind::string:
      return "string";
    case doc::Kind::array:
      return "array";
    case doc::Kind::object:
      return "object";
    case doc::Kind::null:
      break;
  }
  return "null";
}

bool has_type(const Value& schema, const Value& value) {
  if (schema["x-kubernetes-int-or-string"].as_bool()) {
    return value.is_integer() || value.is_string();
  }
  const std::string_view type = schema["type"_key].as_string();
  if (type.empty() || type == type_of(value)) return true;
  if (type == "number") return value.is_number();
  return type == "integer" && value.is_number() &&
         std::trunc(value.as_double()) == value.as_double();
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    const bool dash = index == 8 || index == 13 || index == 18 || index == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

// Formats that are none of these are notes for readers.
bool has_format(std::string_view format, std::string_view text) {
  if (format == "date-time") return sim::parse_rfc3339(text).has_value();
  if (format == "date") return sim::parse_rfc3339(fmt::format("{}T00:00:00Z", text)).has_value();
  if (format == "uuid") return is_uuid(text);
  if (format == "byte") return doc::decode_base64(text).has_value();
  if (format == "cidr") return api::parse_cidr(text).has_value();
  if (format == "ipv4" || format == "ipv6") {
    const bool six = text.find(':') != std::string_view::npos;
    return api::parse_ip(text).has_value() && six == (format == "ipv6");
  }
  return true;
}

class Validator {
 public:
  explicit Validator(api::FieldErrors& errors) : errors_{errors} {}

  void validate(const Value& schema, const Value& value, const Path& path) {
    if (value.is_null() && schema["nullable"].as_bool()) return;
    if (!has_type(schema, value)) {
      const std::string_view type = schema["type"_key].as_string("integer,string");
      errors_.type_invalid(path, type_of(value),
                           fmt::format("{} in body must be of type {}: \"{}\"", path.to_string(),
                                       type, type_of(value)));
      return;
    }
    check_enum(schema, value, path);
    if (value.is_string()) check_string(schema, value, path);
    if (value.is_number()) check_number(schema, value, path);
    if (value.is_array()) check_array(schema, value, path);
    if (value.is_object()) check_object(schema, value, path);
    check_combinations(schema, value, path);
  }

 private:
  // "<path> in body <what>"
  void complain(const Path& path, const Value& value, std::string_view what) {
    errors_.invalid(path, value, fmt::format("{} in body {}", path.to_string(), what));
  }

  void check_enum(const Value& schema, const Value& value, const Path& path) {
    const Value& allowed = schema["enum"_key];
    if (allowed.size() == 0) return;
    std::vector<std::string> texts;
    for (const Value& each : allowed.items()) {
      if (each == value) return;
      texts.push_back(each.is_string() ? each.to_string() : doc::to_json(each));
    }
    const std::vector<std::string_view> views{texts.begin(), texts.end()};
    errors_.not_supported(path, value, views);
  }

  void check_string(const Value& schema, const Value& value, const Path& path) {
    const std::string_view text = value.as_string();
    const auto length = static_cast<std::int64_t>(character_count(text));
    if (const Value& max = schema["maxLength"]; max.is_integer() && length > max.as_int()) {
      errors_.too_long(path, max.as_int());
    }
    if (const Value& min = schema["minLength"]; min.is_integer() && length < min.as_int()) {
      complain(path, value, fmt::format("should be at least {} chars long", min.as_int()));
    }
    if (const Value& text_pattern = schema["pattern"_key]; !text_pattern.is_empty()) {
      const auto pattern = Pattern::compile(text_pattern.as_string());
      if (pattern && !pattern->is_in(text)) {
        complain(path, value, fmt::format("should match '{}'", text_pattern.as_string()));
      }
    }
    const std::string_view format = schema["format"_key].as_string();
    if (!has_format(format, text)) {
      complain(path, value, fmt::format("must be of type {}: \"{}\"", format, text));
    }
  }

  void check_number(const Value& schema, const Value& value, const Path& path) {
    const double number = value.as_double();
    if (const Value& max = schema["maximum"]; max.is_number()) {
      const bool open = schema["exclusiveMaximum"].as_bool();
      if (number > max.as_double() || (open && number == max.as_double())) {
        complain(
            path, value,
            fmt::format("should be less than {}{}", open ? "" : "or equal to ", doc::to_json(max)));
      }
    }
    if (const Value& min = schema["minimum"]; min.is_number()) {
      const bool open = schema["exclusiveMinimum"].as_bool();
      if (number < min.as_double() || (open && number == min.as_double())) {
        complain(path, value,
                 fmt::format("should be greater than {}{}", open ? "" : "or equal to ",
                             doc::to_json(min)));
      }
    }
    if (const Value& step = schema["multipleOf"]; step.is_number() && step.as_double() > 0) {
      const double times = number / step.as_double();
      if (std::trunc(times) != times) {
        complain(path, value, fmt::format("should be a multiple of {}", doc::to_json(step)));
      }
    }
  }

  void check_array(const Value& schema, const Value& value, const Path& path) {
    const auto count = static_cast<std::int64_t>(value.size());
    if (const Value& max = schema["maxItems"]; max.is_integer() && count > max.as_int()) {
      errors_.too_many(path, count, max.as_int());
    }
    if (const Value& min = schema["minItems"]; min.is_integer() && count < min.as_int()) {
      complain(path, value, fmt::format("should have at least {} items", min.as_int()));
    }
    if (schema["x-kubernetes-list-type"].as_string() == "set" || schema["uniqueItems"].as_bool()) {
      check_unique(value, path);
    }
    for (std::size_t index = 0; index < value.size(); ++index) {
      validate(schema["items"_key], value.at(index), path.index(index));
    }
  }

  void check_unique(const Value& value, const Path& path) {
    std::vector<std::string> texts;
    for (const Value& item : value.items()) texts.push_back(doc::to_json(item));
    for (std::size_t index = 0; index < texts.size(); ++index) {
      const auto end = texts.begin() + static_cast<std::ptrdiff_t>(index);
      if (std::find(texts.begin(), end, texts[index]) == end) continue;
      errors_.duplicate(path.index(index), value.at(index));
    }
  }

  void check_object(const Value& schema, const Value& value, const Path& path) {
    const auto count = static_cast<std::int64_t>(value.size());
    if (const Value& max = schema["maxProperties"]; max.is_integer() && count > max.as_int()) {
      errors_.too_many(path, count, max.as_int());
    }
    if (const Value& min = schema["minProperties"]; min.is_integer() && count < min.as_int()) {
      complain(path, value, fmt::format("should have at least {} properties", min.as_int()));
    }
    for (const Value& name : schema["required"_key].items()) {
      if (value.find(name.as_string()) == nullptr) errors_.required(path.child(name.as_string()));
    }
    for (const doc::Member& member : value.members()) {
      const std::string_view name = member.key.text();
      const Value part = member_schema(schema, name);
      if (!part.is_null()) validate(part, member.value, path.child(name));
    }
  }

  bool fits(const Value& schema, const Value& value, const Path& path) {
    api::FieldErrors found;
    Validator{found}.validate(schema, value, path);
    return found.empty();
  }

  void check_combinations(const Value& schema, const Value& value, const Path& path) {
    for (const Value& part : schema["allOf"].items()) validate(part, value, path);
    const auto fitting = [&](const Value& parts) {
      return std::ranges::count_if(parts.items(),
                                   [&](const Value& part) { return fits(part, value, path); });
    };
    const std::string name = path.to_string();
    if (schema["anyOf"].size() != 0 && fitting(schema["anyOf"]) == 0) {
      errors_.invalid(path, value,
                      fmt::format("\"{}\" must validate at least one schema (anyOf)", name));
    }
    if (schema["oneOf"].size() != 0) {
      const auto count = fitting(schema["oneOf"]);
      if (count != 1) {
        errors_.invalid(
            path, value,
            fmt::format("\"{}\" must validate one and only one schema (oneOf). {}", name,
                        count == 0 ? "Found none valid"
                                   : fmt::format("Found {} valid alternatives", count)));
      }
    }
    if (!schema["not"].is_null() && fits(schema["not"], value, path)) {
      errors_.invalid(path, value, fmt::format("\"{}\" must not validate the schema (not)", name));
    }
  }

  api::FieldErrors& errors_;
};

}  // namespace

void validate_value(const Value& schema, const Value& value, const Path& path,
                    api::FieldErrors& errors) {
  if (!schema.is_null()) Validator{errors}.validate(schema, value, path);
}

}  // namespace rockpool::apiserver::custom
