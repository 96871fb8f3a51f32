// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/custom/objects.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "core/api/object.h"
#include "core/api/type_table.h"
#include "core/apiserver/custom/definitions.h"
#include "core/apiserver/custom/schema.h"
#include "core/apiserver/print/cells.h"
#include "core/doc/json.h"
#include "core/doc/json_path.h"

namespace rockpool::apiserver::custom {

using namespace doc::literals;

namespace {

using doc::Value;

// The header of an object, decoded by a type that has no more than that.
api::Result<api::Decoded> decode_header(const api::Resource& resource, const Value& document,
                                        const api::DecodeOptions& options) {
  const api::TypeTable* type = api::find_type("policy/v1", "Eviction");
  Value header = Value::object();
  if (!document["metadata"_key].is_null()) header.set("metadata"_key, document["metadata"_key]);
  return api::decode_as(*type, resource.api_version, resource.kind, header, options);
}

api::Status unknown_fields(const api::Resource& resource, const std::vector<std::string>& fields) {
  std::vector<std::string> texts;
  for (const std::string& field : fields)
    texts.push_back(fmt::format("unknown field \"{}\"", field));
  api::Status status = api::bad_request(
      fmt::format("{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}",
                  resource.kind, resource.version, resource.kind, fmt::join(texts, ", ")));
  for (std::size_t index = 0; index < fields.size(); ++index) {
    status.details.causes.push_back({"FieldValueInvalid", texts[index], fields[index]});
  }
  return status;
}

ColumnType column_type(std::string_view type) {
  if (type == "integer") return ColumnType::integer;
  if (type == "boolean") return ColumnType::boolean;
  return type == "date" ? ColumnType::date : ColumnType::string;
}

// As tableconvertor.cellForJSONValue.
Value cell_of(const Column& column, const Value& value, sim::Time now) {
  switch (column.type) {
    case ColumnType::integer:
      return value.is_integer() ? value : Value{};
    case ColumnType::boolean:
      return value.is_boolean() ? value : Value{};
    case ColumnType::date:
      return api::read_time(value) ? Value{age_since(value, now)} : value;
    case ColumnType::string:
      break;
  }
  return doc::plain_text(value);
}

}  // namespace

api::Result<api::Decoded> decode(const api::Resource& resource, const Value& document,
                                 const api::DecodeOptions& options) {
  if (resource.type != nullptr) return api::decode(resource, document, options);
  auto decoded = decode_header(resource, document, options);
  if (!decoded || !document.is_object()) return decoded;
  Value object = document;
  for (const auto key : {"apiVersion"_key, "kind"_key, "metadata"_key}) {
    object.set(key, decoded->object[key]);
  }
  std::vector<std::string> unknown;
  object = with_defaults(schema_of(resource), prune(schema_of(resource), object, unknown));
  if (!unknown.empty() && options.field_validation == api::FieldValidation::strict) {
    return std::unexpected{unknown_fields(resource, unknown)};
  }
  if (options.field_validation == api::FieldValidation::warn) {
    for (const std::string& field : unknown) {
      decoded->warnings.push_back(fmt::format("unknown field \"{}\"", field));
    }
  }
  decoded->object = std::move(object);
  return decoded;
}

Value without_unknown(const api::Resource& resource, const Value& document) {
  std::vector<std::string> unknown;
  return prune(schema_of(resource), document, unknown);
}

Value with_defaults(const api::Resource& resource, Value object) {
  if (resource.definition == nullptr) return object;
  return with_defaults(schema_of(resource), object);
}

api::FieldErrors validate(const api::Resource& resource, const Value& object) {
  api::FieldErrors errors;
  validate_value(schema_of(resource), object, doc::Path{}, errors);
  return errors;
}

Value convert(Value object, const api::Resource& to) {
  if (to.definition != nullptr && object["apiVersion"_key].as_string() != to.api_version) {
    object.set("apiVersion"_key, to.api_version);
  }
  return object;
}

ColumnPaths columns_of(const api::Resource& resource) {
  ColumnPaths result{{kNameColumn}, {".metadata.name"}};
  const Value& wanted = (*resource.definition)["additionalPrinterColumns"];
  for (const Value& column : wanted.items()) {
    const Value& name = column["name"_key];
    const Value& description = column["description"];
    // The texts live in the definition, which outlives the table.
    result.columns.push_back({name.as_string(), column_type(column["type"_key].as_string()),
                              column["priority"].as_int() > 0, description.as_string()});
    result.paths.push_back(column["jsonPath"].to_string());
  }
  if (wanted.size() == 0) {
    result.columns.push_back({"Age", ColumnType::date, false, "How long ago it was created."});
    result.paths.emplace_back(".metadata.creationTimestamp");
  }
  return result;
}

Cells cells_of(const ColumnPaths& columns, const Value& object, sim::Time now) {
  Cells cells;
  for (std::size_t index = 0; index < columns.columns.size(); ++index) {
    const auto value = doc::read_json_path(object, columns.paths[index]);
    cells.push_back(value ? cell_of(columns.columns[index], *value, now) : Value{});
  }
  return cells;
}

}  // namespace rockpool::apiserver::custom
