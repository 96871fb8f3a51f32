// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/print/table.h"

#include <utility>
#include <vector>

#include "core/apiserver/custom/objects.h"
#include "core/apiserver/print/printer.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr std::string_view kMetaVersion = "meta.k8s.io/v1";

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "integer";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::date:
      return "date";
    case ColumnType::string:
      break;
  }
  return "string";
}

doc::Value column_definitions(std::span<const Column> columns) {
  std::vector<doc::Value> definitions;
  for (const Column& column : columns) {
    definitions.push_back(doc::Value::map({{"name", column.name},
                                           {"type", type_name(column.type)},
                                           {"format", column.name == "Name" ? "name" : ""},
                                           {"description", column.description},
                                           {"priority", column.wide ? 1 : 0}}));
  }
  return doc::Value::array(std::move(definitions));
}

doc::Value make_row(Cells cells, doc::Value conditions, const doc::Value& object,
                    IncludeObject include) {
  doc::Value row = doc::Value::map({{"cells", doc::Value::array(std::move(cells))}});
  if (!conditions.is_null()) row.set("conditions"_key, std::move(conditions));
  doc::Value shown;
  if (include == IncludeObject::metadata) shown = make_partial_metadata(object);
  if (include == IncludeObject::object) shown = object;
  row.set("object", std::move(shown));
  return row;
}

doc::Value join_table(doc::Value metadata, doc::Value columns, std::vector<doc::Value> rows) {
  return doc::Value::map({{"kind", "Table"},
                          {"apiVersion", kMetaVersion},
                          {"metadata", std::move(metadata)},
                          {"columnDefinitions", std::move(columns)},
                          {"rows", doc::Value::array(std::move(rows))}});
}

}  // namespace

doc::Value make_table(const api::Resource& resource, std::span<const doc::Value> objects,
                      doc::Value list_metadata, IncludeObject include, sim::Time now,
                      bool headers) {
  std::vector<doc::Value> rows;
  rows.reserve(objects.size());
  // Go writes a missing list as null.
  doc::Value columns;
  if (resource.definition != nullptr) {
    const custom::ColumnPaths own = custom::columns_of(resource);
    for (const doc::Value& object : objects) {
      rows.push_back(make_row(custom::cells_of(own, object, now), {}, object, include));
    }
    if (headers) columns = column_definitions(own.columns);
  } else {
    const Printer& printer = printer_of(resource.id);
    for (const doc::Value& object : objects) {
      const auto conditions = printer.conditions;
      rows.push_back(make_row(printer.cells(object, now),
                              conditions == nullptr ? doc::Value{} : conditions(object), object,
                              include));
    }
    if (headers) columns = column_definitions(printer.columns);
  }
  return join_table(std::move(list_metadata), std::move(columns), std::move(rows));
}

doc::Value make_scale_table(const doc::Value& scale, IncludeObject include, sim::Time now) {
  doc::Value metadata =
      doc::Value::map({{"resourceVersion", scale["metadata"_key]["resourceVersion"_key]}});
  return join_table(std::move(metadata), column_definitions(kScalePrinter.columns),
                    {make_row(kScalePrinter.cells(scale, now), {}, scale, include)});
}

doc::Value make_partial_metadata(const doc::Value& object) {
  return doc::Value::object({{"kind"_key, "PartialObjectMetadata"},
                             {"apiVersion"_key, kMetaVersion},
                             {"metadata"_key, object["metadata"_key]}});
}

doc::Value make_partial_metadata_list(std::span<const doc::Value> objects,
                                      doc::Value list_metadata) {
  std::vector<doc::Value> items;
  items.reserve(objects.size());
  for (const doc::Value& object : objects) items.push_back(make_partial_metadata(object));
  return doc::Value::object({{"kind"_key, "PartialObjectMetadataList"},
                             {"apiVersion"_key, kMetaVersion},
                             {"metadata"_key, std::move(list_metadata)},
                             {"items"_key, doc::Value::array(std::move(items))}});
}

}  // namespace rockpool::apiserver
