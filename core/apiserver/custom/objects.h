// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/api/decode.h"
#include "core/api/field_error.h"
#include "core/api/resource.h"
#include "core/apiserver/print/printer.h"
#include "core/doc/value.h"

// Objects of resources that CustomResourceDefinitions define.
namespace rockpool::apiserver::custom {

/// As api::decode, for resources of every kind: a custom object is pruned to its schema, and what
/// the schema defaults is filled in.
api::Result<api::Decoded> decode(const api::Resource& resource, const doc::Value& document,
                                 const api::DecodeOptions& options);
/// The object as its client wrote it, but for what is not in its schema; only for what is defined.
doc::Value without_unknown(const api::Resource& resource, const doc::Value& document);
/// The object with what its schema defaults; as it is if the resource is built in.
doc::Value with_defaults(const api::Resource& resource, doc::Value object);
/// What is wrong with an object by its schema; nothing for what is built in.
api::FieldErrors validate(const api::Resource& resource, const doc::Value& object);
/// The object in another version of its resource (conversion strategy None).
doc::Value convert(doc::Value object, const api::Resource& to);

/// A table's columns for a custom resource, and the cells of its rows.
struct ColumnPaths {
  std::vector<Column> columns;
  std::vector<std::string> paths;
};
/// The columns that the definition asks for, after the name.
ColumnPaths columns_of(const api::Resource& resource);
/// The cells of an object.
Cells cells_of(const ColumnPaths& columns, const doc::Value& object, sim::Time now);

}  // namespace rockpool::apiserver::custom
