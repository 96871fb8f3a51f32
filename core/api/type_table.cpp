// SPDX-License-Identifier: Apache-2.0
#include "core/api/type_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/tables/tables.h"
#include "core/doc/json.h"

namespace rockpool::api {

namespace {

std::string_view go_scalar(FieldType type) {
  switch (type) {
    case FieldType::string:
      return "string";
    case FieldType::boolean:
      return "bool";
    // Go reads the number of an IntOrString as an int32.
    case FieldType::int_or_string:
    case FieldType::int32:
      return "int32";
    case FieldType::int64:
      return "int64";
    case FieldType::number:
      return "float64";
    case FieldType::quantity:
      return "resource.Quantity";
    // Go reads a time as a string first.
    case FieldType::time:
    case FieldType::micro_time:
      return "string";
    case FieldType::bytes:
      return "[]uint8";
    // Only texts are held in lists inside lists or maps (ExtraValue).
    case FieldType::array:
      return "[]string";
    default:
      return "interface {}";
  }
}

}  // namespace

const TypeTable* Field::object_type() const {
  if ((flags_ & kObjectType) == 0) return nullptr;
  return &tables::types()[type_index_];
}

const StringType* Field::string_type() const {
  if ((flags_ & kStringType) == 0) return nullptr;
  return &tables::string_types()[type_index_];
}

const FieldTraits& Field::traits() const {
  return tables::traits()[traits_];
}

doc::Value Field::default_value() const {
  if ((flags_ & kHasDefault) == 0) return {};
  const auto place = static_cast<std::size_t>(this - tables::fields().data());
  for (const tables::Default& candidate : tables::defaults()) {
    const std::span<const Field> owner = tables::types()[candidate.type].fields();
    const auto first = static_cast<std::size_t>(owner.data() - tables::fields().data());
    const bool owns = place >= first && place < first + owner.size();
    if (owns && candidate.key.value == key_.value) {
      return doc::parse_json(candidate.json).value_or(doc::Value{});
    }
  }
  return {};
}

std::string Field::go_type() const {
  std::string element;
  if (const TypeTable* object = object_type()) {
    element = object->go_name();
  } else if (const StringType* named = string_type()) {
    element = named->go_name;
  } else {
    element = go_scalar(element_);
  }
  if (type_ == FieldType::array) return "[]" + element;
  if (type_ == FieldType::map) {
    return element_ == FieldType::quantity ? "v1.ResourceList" : "map[string]" + element;
  }
  return element;
}

std::string TypeTable::go_name() const {
  // The version alone: Go's packages are named by it.
  return fmt::format("{}.{}", package_.substr(package_.find('/') + 1), name_);
}

std::span<const Field> TypeTable::fields() const {
  return tables::fields().subspan(first_, count_);
}

const Field* TypeTable::find(const doc::Key& key) const {
  if (!key.is_known()) return nullptr;
  const std::span<const Field> all = fields();
  const auto found = std::lower_bound(
      all.begin(), all.end(), key,
      [](const Field& field, const doc::Key& wanted) { return field.key() < wanted; });
  if (found == all.end() || !(found->key() == key)) return nullptr;
  return &*found;
}

const TypeTable* find_type(std::string_view package, std::string_view name) {
  const std::span<const TypeTable> all = tables::types();
  auto found = std::lower_bound(
      all.begin(), all.end(), name,
      [](const TypeTable& type, std::string_view wanted) { return type.name() < wanted; });
  for (; found != all.end() && found->name() == name; ++found) {
    if (found->package() == package) return &*found;
  }
  return nullptr;
}

}  // namespace rockpool::api
