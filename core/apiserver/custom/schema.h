// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/api/field_error.h"
#include "core/doc/path.h"
#include "core/doc/value.h"

// Structural schemas of CustomResourceDefinitions (apiextensions-apiserver pkg/apiserver/schema).
// A schema is the document of `openAPIV3Schema`, or a part of it.
namespace rockpool::apiserver::custom {

/// Checks that the schema can be enforced: it is structural, says nothing unknown, and its patterns
/// can be read. Appends what is wrong.
void check_schema(const doc::Value& schema, const doc::Path& path, api::FieldErrors& errors);

/// The value without fields that the schema does not know; their paths are appended to `unknown`.
/// At the root and in embedded resources, apiVersion, kind and metadata stay.
doc::Value prune(const doc::Value& schema, const doc::Value& value,
                 std::vector<std::string>& unknown);

/// The value with the schema's defaults where nothing is given.
doc::Value with_defaults(const doc::Value& schema, const doc::Value& value);

/// Appends what is wrong with the value, in the words of kube-openapi's validation.
void validate_value(const doc::Value& schema, const doc::Value& value, const doc::Path& path,
                    api::FieldErrors& errors);

/// True if the schema, or a part of it, has rules in CEL (`x-kubernetes-validations`), which are
/// stored but not evaluated.
bool has_rules(const doc::Value& schema);

/// The schema of a member of an object; null if there is none.
doc::Value member_schema(const doc::Value& schema, std::string_view name);

}  // namespace rockpool::apiserver::custom
