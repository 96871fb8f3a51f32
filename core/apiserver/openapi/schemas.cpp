// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/openapi/schemas.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/apiserver/custom/definitions.h"
#include "core/apiserver/openapi/descriptions.h"

namespace rockpool::apiserver::openapi {

using namespace doc::literals;

namespace {

using api::FieldType;
using doc::Value;

constexpr std::string_view kMetaPackage = "io.k8s.apimachinery.pkg.apis.meta.v1";
constexpr std::string_view kListMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
constexpr std::string_view kTime = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
constexpr std::string_view kMicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";
constexpr std::string_view kQuantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
constexpr std::string_view kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

// "apps/v1" is io.k8s.api.apps.v1, "discovery.k8s.io/v1" io.k8s.api.discovery.v1, "/v1" is core.
std::string package_name(std::string_view group, std::string_view version) {
  if (group == "meta") return std::string{kMetaPackage};
  const std::string_view first = group.substr(0, group.find('.'));
  return fmt::format("io.k8s.api.{}.{}", first.empty() ? "core" : first, version);
}

// Groups of definitions are domains: stable.example.com is com.example.stable.
std::string custom_name(const api::Resource& resource, std::string_view kind) {
  std::string name;
  std::string_view rest = resource.group;
  while (!rest.empty()) {
    const std::size_t dot = rest.rfind('.');
    name += rest.substr(dot == std::string_view::npos ? 0 : dot + 1);
    name += '.';
    rest = rest.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return fmt::format("{}{}.{}", name, resource.version, kind);
}

Value typed(std::string_view type, std::string_view format = {}) {
  Value schema = Value::map({{"type", type}});
  if (!format.empty()) schema.set("format", format);
  return schema;
}

std::string_view list_type_name(api::ListType type) {
  switch (type) {
    case api::ListType::set:
      return "set";
    case api::ListType::map:
      return "map";
    case api::ListType::atomic:
      break;
  }
  return "atomic";
}

Value list_map_keys(std::string_view joined) {
  std::vector<Value> keys;
  while (!joined.empty()) {
    const std::size_t end = std::min(joined.find(','), joined.size());
    keys.emplace_back(joined.substr(0, end));
    joined.remove_prefix(std::min(end + 1, joined.size()));
  }
  return Value::array(std::move(keys));
}

// How patches and server-side apply treat the field.
void add_extensions(const api::Field& field, Value& schema) {
  const api::FieldTraits& traits = field.traits();
  if (field.type() == FieldType::array) {
    schema.set("x-kubernetes-list-type", list_type_name(traits.list_type));
    if (!traits.list_map_keys.empty()) {
      schema.set("x-kubernetes-list-map-keys", list_map_keys(traits.list_map_keys));
    }
  } else if (traits.atomic) {
    schema.set("x-kubernetes-map-type", "atomic");
  }
  if (!traits.merge_key.empty()) schema.set("x-kubernetes-patch-merge-key", traits.merge_key);
  const std::string_view strategy = traits.patch_merge && traits.patch_retain_keys
                                        ? "merge,retainKeys"
                                    : traits.patch_merge       ? "merge"
                                    : traits.patch_retain_keys ? "retainKeys"
                                                               : "";
  if (!strategy.empty()) schema.set("x-kubernetes-patch-strategy", strategy);
}

void add_enum(const api::StringType* type, Value& schema) {
  if (type == nullptr || !type->closed || type->joined_values.empty()) return;
  std::vector<Value> values;
  std::string_view rest = type->joined_values;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    values.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  schema.set("enum", Value::array(std::move(values)));
}

Value group_version_kind(const api::Resource& resource, std::string_view kind) {
  return Value::map({{"group", resource.group}, {"version", resource.version}, {"kind", kind}});
}

}  // namespace

std::string schema_name(const api::TypeTable& type) {
  const std::string_view package = type.package();
  const std::size_t slash = package.find('/');
  return fmt::format("{}.{}", package_name(package.substr(0, slash), package.substr(slash + 1)),
                     type.name());
}

std::string object_schema_name(const api::Resource& resource) {
  if (resource.definition != nullptr) return custom_name(resource, resource.kind);
  return fmt::format("{}.{}", package_name(resource.group, resource.version), resource.kind);
}

std::string list_schema_name(const api::Resource& resource) {
  if (resource.definition != nullptr) return custom_name(resource, resource.list_kind);
  return fmt::format("{}.{}", package_name(resource.group, resource.version), resource.list_kind);
}

Value Schemas::reference(std::string_view name) const {
  const std::string_view place =
      version_ == Version::v2 ? "#/definitions/" : "#/components/schemas/";
  return Value::map({{"$ref", fmt::format("{}{}", place, name)}});
}

// The entry is made before the type is described, because types may contain themselves.
Value Schemas::refer(const api::TypeTable& type) {
  std::string name = schema_name(type);
  if (!schemas_.contains(name)) {
    schemas_[name] = {};
    Value schema = describe_type(type);
    schemas_[name] = std::move(schema);
  }
  return reference(name);
}

Value Schemas::refer_to_builtin(std::string_view name, Value schema) {
  schemas_.try_emplace(std::string{name}, std::move(schema));
  return reference(name);
}

Value Schemas::describe_type(const api::TypeTable& type) {
  Value properties = Value::object();
  std::vector<Value> required;
  for (const api::Field& field : type.fields()) {
    properties.set(field.key(), describe_field(field));
    if (field.required()) required.emplace_back(field.name());
  }
  Value schema = Value::map({{"type", "object"}, {"properties", std::move(properties)}});
  if (!required.empty()) schema.set("required", Value::array(std::move(required)));
  if (const std::string_view text = type_description(type.name()); !text.empty()) {
    schema.set("description", text);
  }
  return schema;
}

Value Schemas::describe_field(const api::Field& field) {
  Value schema;
  if (field.type() == FieldType::array) {
    schema = typed("array");
    schema.set("items", describe_element(field, field.element_type()));
  } else if (field.type() == FieldType::map) {
    schema = typed("object");
    schema.set("additionalProperties", describe_element(field, field.element_type()));
  } else {
    schema = describe_element(field, field.type());
  }
  Value extensions = Value::object();
  add_extensions(field, extensions);
  if (Value fixed = field.default_value(); !fixed.is_null()) extensions.set("default", fixed);
  if (const std::string_view text = field_description(field.name()); !text.empty()) {
    extensions.set("description", text);
  }
  if (extensions.size() == 0) return schema;
  // Beside a reference other members count only when it is wrapped.
  if (version_ == Version::v3 && schema.contains("$ref")) {
    schema = Value::map({{"allOf", Value::array({std::move(schema)})}});
  }
  for (const doc::Member& extension : extensions.members()) {
    schema.set(extension.key, extension.value);
  }
  return schema;
}

Value Schemas::describe_element(const api::Field& field, FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return typed("boolean");
    case FieldType::int32:
      return typed("integer", "int32");
    case FieldType::int64:
      return typed("integer", "int64");
    case FieldType::number:
      return typed("number", "double");
    case FieldType::int_or_string:
      return refer_to_builtin(kIntOrString, typed("string", "int-or-string"));
    case FieldType::quantity:
      return refer_to_builtin(kQuantity, typed("string"));
    case FieldType::time:
      return refer_to_builtin(kTime, typed("string", "date-time"));
    case FieldType::micro_time:
      return refer_to_builtin(kMicroTime, typed("string", "date-time"));
    case FieldType::bytes:
      return typed("string", "byte");
    case FieldType::object:
      return describe_object(field);
    case FieldType::string: {
      Value schema = typed("string");
      add_enum(field.string_type(), schema);
      return schema;
    }
    case FieldType::array:
      return Value::map({{"type", "array"}, {"items", typed("string")}});
    case FieldType::map:
    case FieldType::any:
      break;
  }
  return typed("object");
}

Value Schemas::describe_object(const api::Field& field) {
  const api::TypeTable* type = field.object_type();
  return type == nullptr ? typed("object") : refer(*type);
}

void Schemas::add(const api::Resource& resource) {
  if (resource.type != nullptr) {
    refer(*resource.type);
  } else {
    add_custom(resource);
  }
  Value& schema = schemas_[object_schema_name(resource)];
  schema.set("x-kubernetes-group-version-kind",
             Value::array({group_version_kind(resource, resource.kind)}));
  schemas_[list_schema_name(resource)] = describe_list(resource);
  add_list_metadata();
}

// The definition's schema is OpenAPI already; the header of objects is everybody's.
void Schemas::add_custom(const api::Resource& resource) {
  Value schema = custom::schema_of(resource);
  Value& properties = schema.edit("properties");
  properties.set("apiVersion", typed("string"));
  properties.set("kind", typed("string"));
  properties.set("metadata", refer(*api::find_type("meta/v1", "ObjectMeta")));
  schemas_[object_schema_name(resource)] = std::move(schema);
}

Value Schemas::describe_list(const api::Resource& resource) {
  Value items = typed("array");
  items.set("items", reference(object_schema_name(resource)));
  return Value::map({{"type", "object"},
                     {"required", Value::strings({"items"})},
                     {"properties", Value::map({{"apiVersion", typed("string")},
                                                {"kind", typed("string")},
                                                {"metadata", reference(kListMeta)},
                                                {"items", std::move(items)}})},
                     {"x-kubernetes-group-version-kind",
                      Value::array({group_version_kind(resource, resource.list_kind)})}});
}

void Schemas::add_list_metadata() {
  refer_to_builtin(
      kListMeta,
      Value::map({{"type", "object"},
                  {"properties", Value::map({{"continue", typed("string")},
                                             {"remainingItemCount", typed("integer", "int64")},
                                             {"resourceVersion", typed("string")},
                                             {"selfLink", typed("string")}})}}));
}

Value Schemas::to_value() const {
  Value all = Value::object();
  for (const auto& [name, schema] : schemas_) all.set(name, schema);
  return all;
}

}  // namespace rockpool::apiserver::openapi
