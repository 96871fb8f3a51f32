// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/shape.h"

#include <string_view>

#include "core/apiserver/custom/definitions.h"
#include "core/apiserver/custom/schema.h"
#include "core/doc/json.h"

namespace rockpool::apiserver::managed {

using api::FieldType;

Shape Shape::of(const api::Field& field) {
  const api::FieldTraits& traits = field.traits();
  Shape shape;
  if (traits.atomic) return shape;
  shape.field_ = &field;
  shape.type_ = field.object_type();
  if (field.type() == FieldType::object && shape.type_ != nullptr) {
    shape.kind_ = Kind::structure;
  } else if (field.type() == FieldType::map) {
    shape.kind_ = Kind::map;
  } else if (field.type() == FieldType::array && traits.list_type == api::ListType::map) {
    shape.kind_ = Kind::keyed_list;
  } else if (field.type() == FieldType::array && traits.list_type == api::ListType::set) {
    shape.kind_ = Kind::set_list;
  }
  return shape;
}

Shape Shape::of(const api::Resource& resource) {
  if (resource.type != nullptr) return Shape{*resource.type};
  Shape shape = of_schema(custom::schema_of(resource));
  shape.kind_ = Kind::structure;
  shape.is_root_ = true;
  return shape;
}

Shape Shape::of_schema(const doc::Value& schema) {
  Shape shape;
  shape.schema_ = schema;
  const std::string_view type = schema["type"].as_string();
  if (type == "object" && schema["x-kubernetes-map-type"].as_string() != "atomic") {
    if (schema["properties"].size() != 0) shape.kind_ = Kind::structure;
    if (schema["additionalProperties"].is_object()) shape.kind_ = Kind::map;
  }
  if (type == "array") {
    const std::string_view list = schema["x-kubernetes-list-type"].as_string();
    if (list == "map") shape.kind_ = Kind::keyed_list;
    if (list == "set") shape.kind_ = Kind::set_list;
  }
  return shape;
}

Shape Shape::custom_member(const doc::Key& key) const {
  if (is_root_ && key.text() == "metadata") return Shape{*api::find_type("meta/v1", "ObjectMeta")};
  return of_schema(custom::member_schema(schema_, key.text()));
}

Shape Shape::member(const doc::Key& key) const {
  if (!schema_.is_null()) return custom_member(key);
  if (kind_ == Kind::map) return item();
  if (kind_ != Kind::structure) return {};
  const api::Field* field = type_->find(key);
  return field == nullptr ? Shape{} : of(*field);
}

Shape Shape::item() const {
  if (!schema_.is_null() && kind_ == Kind::keyed_list) return of_schema(schema_["items"]);
  return type_ == nullptr || kind_ == Kind::set_list ? Shape{} : Shape{*type_};
}

std::string Shape::element_of(const doc::Value& item) const {
  if (kind_ == Kind::set_list) return "v:" + doc::to_json(item);
  doc::Value keys = doc::Value::object();
  for (const doc::Value& name : schema_["x-kubernetes-list-map-keys"].items()) {
    const doc::Value& given = item[name.as_string()];
    const doc::Value key =
        given.is_null() ? schema_["items"]["properties"][name.as_string()]["default"] : given;
    if (!key.is_null()) keys.set(name.as_string(), key);
  }
  if (field_ == nullptr) return "k:" + doc::to_json(keys);
  std::string_view names = field_->traits().list_map_keys;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    doc::Value value = item[name];
    if (value.is_null() && type_ != nullptr) {
      const api::Field* key_field = type_->find(name);
      if (key_field != nullptr) value = key_field->default_value();
    }
    if (!value.is_null()) keys.set(name, value);
  }
  return "k:" + doc::to_json(keys);
}

bool Shape::member_counts(const doc::Key& key) const {
  if (kind_ != Kind::structure || !schema_.is_null()) return true;
  const api::Field* field = type_->find(key);
  if (field == nullptr) return true;
  if (field->type() == FieldType::object) return field->pointer();
  return !field->required();
}

}  // namespace rockpool::apiserver::managed
