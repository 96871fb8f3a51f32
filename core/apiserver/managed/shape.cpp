// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/managed/shape.h"

#include <string_view>

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

Shape Shape::member(const doc::Key& key) const {
  if (kind_ == Kind::map) return item();
  if (kind_ != Kind::structure) return {};
  const api::Field* field = type_->find(key);
  return field == nullptr ? Shape{} : of(*field);
}

Shape Shape::item() const {
  return type_ == nullptr || kind_ == Kind::set_list ? Shape{} : Shape{*type_};
}

std::string Shape::element_of(const doc::Value& item) const {
  if (kind_ == Kind::set_list) return "v:" + doc::to_json(item);
  doc::Value keys = doc::Value::object();
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
  if (kind_ != Kind::structure) return true;
  const api::Field* field = type_->find(key);
  if (field == nullptr) return true;
  if (field->type() == FieldType::object) return field->pointer();
  return !field->required();
}

}  // namespace rockpool::apiserver::managed
