// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/custom/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rockpool::apiserver::custom {

using namespace doc::literals;

namespace {

using doc::Value;

bool is_whole_object(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

bool keeps_unknown(const Value& schema) {
  return schema["x-kubernetes-preserve-unknown-fields"].as_bool();
}

std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string{name} : fmt::format("{}.{}", path, name);
}

class Pruner {
 public:
  explicit Pruner(std::vector<std::string>& unknown) : unknown_{unknown} {}

  Value prune(const Value& schema, const Value& value, const std::string& path, bool whole) {
    if (value.is_array()) return prune_items(schema["items"_key], value, path);
    if (!value.is_object()) return value;
    Value result = value;
    for (const doc::Member& member : value.members()) {
      const std::string_view name = member.key.text();
      if (whole && is_whole_object(name)) continue;
      const Value part = member_schema(schema, name);
      if (part.is_null()) {
        if (keeps_unknown(schema)) continue;
        unknown_.push_back(join(path, name));
        result.erase(member.key);
        continue;
      }
      const bool embedded = part["x-kubernetes-embedded-resource"].as_bool();
      Value pruned = prune(part, member.value, join(path, name), embedded);
      if (!pruned.identical(member.value)) result.set(member.key, std::move(pruned));
    }
    return result;
  }

 private:
  Value prune_items(const Value& schema, const Value& value, const std::string& path) {
    if (schema.is_null()) return value;
    Value result = value;
    for (std::size_t index = 0; index < value.size(); ++index) {
      const bool embedded = schema["x-kubernetes-embedded-resource"].as_bool();
      Value pruned = prune(schema, value.at(index), fmt::format("{}[{}]", path, index), embedded);
      if (!pruned.identical(value.at(index))) result.edit_at(index) = std::move(pruned);
    }
    return result;
  }

  std::vector<std::string>& unknown_;
};

Value default_members(const Value& schema, const Value& value) {
  Value result = value;
  for (const doc::Member& property : schema["properties"_key].members()) {
    const Value& fixed = property.value["default"_key];
    const Value& given = value[property.key];
    // A null is replaced only where null is no value.
    if (given.is_null() && !fixed.is_null() && !property.value["nullable"].as_bool()) {
      result.set(property.key, fixed);
    }
  }
  const Value shallow = result;
  for (const doc::Member& member : shallow.members()) {
    Value filled = with_defaults(member_schema(schema, member.key.text()), member.value);
    if (!filled.identical(member.value)) result.set(member.key, std::move(filled));
  }
  return result;
}

}  // namespace

Value member_schema(const Value& schema, std::string_view name) {
  const Value* property = schema["properties"_key].find(name);
  if (property != nullptr) return *property;
  const Value& others = schema["additionalProperties"_key];
  if (!others.is_boolean()) return others;
  if (!others.as_bool()) return {};
  return Value::map({{"x-kubernetes-preserve-unknown-fields", true}});
}

Value prune(const Value& schema, const Value& value, std::vector<std::string>& unknown) {
  return Pruner{unknown}.prune(schema, value, "", true);
}

Value with_defaults(const Value& schema, const Value& value) {
  if (schema.is_null()) return value;
  if (value.is_object()) return default_members(schema, value);
  if (!value.is_array()) return value;
  Value result = value;
  for (std::size_t index = 0; index < value.size(); ++index) {
    Value filled = with_defaults(schema["items"_key], value.at(index));
    if (!filled.identical(value.at(index))) result.edit_at(index) = std::move(filled);
  }
  return result;
}

bool has_rules(const Value& schema) {
  if (!schema.is_object()) return false;
  if (schema["x-kubernetes-validations"].size() != 0) return true;
  const auto part_has = [](const doc::Member& member) { return has_rules(member.value); };
  return std::ranges::any_of(schema["properties"_key].members(), part_has) ||
         has_rules(schema["items"_key]) || has_rules(schema["additionalProperties"_key]);
}

}  // namespace rockpool::apiserver::custom
