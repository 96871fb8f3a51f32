// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/api/resource.h"
#include "core/api/type_table.h"
#include "core/doc/value.h"

namespace rockpool::apiserver::openapi {

/// The two versions of OpenAPI that the server speaks: swagger 2.0 and OpenAPI 3.0.
enum class Version : std::uint8_t { v2, v3 };

/// The name of a type's schema, as upstream's: `io.k8s.api.apps.v1.DeploymentSpec`.
std::string schema_name(const api::TypeTable& type);
/// The name of the schema of a resource's objects, and of their list.
std::string object_schema_name(const api::Resource& resource);
std::string list_schema_name(const api::Resource& resource);

/// The schemas of a document: each type that was asked for, with all the types it refers to.
class Schemas {
 public:
  explicit Schemas(Version version) : version_{version} {}

  /// A reference to the schema of that type.
  doc::Value refer(const api::TypeTable& type);
  /// Adds the objects of a resource and their list.
  void add(const api::Resource& resource);
  /// `{"$ref": …}` of a name.
  doc::Value reference(std::string_view name) const;
  /// All of them by name.
  doc::Value to_value() const;

 private:
  doc::Value describe_type(const api::TypeTable& type);
  doc::Value describe_field(const api::Field& field);
  doc::Value describe_element(const api::Field& field, api::FieldType type);
  doc::Value describe_object(const api::Field& field);
  doc::Value refer_to_builtin(std::string_view name, doc::Value schema);
  void add_custom(const api::Resource& resource);
  doc::Value describe_list(const api::Resource& resource);
  void add_list_metadata();

  Version version_;
  std::map<std::string, doc::Value, std::less<>> schemas_;
};

}  // namespace rockpool::apiserver::openapi
