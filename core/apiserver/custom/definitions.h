// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"

namespace rockpool::apiserver::custom {

/// One version of a defined resource, as a row of discovery with the strings and documents that it
/// refers to.
struct Version {
  doc::Value document;
  std::string group;
  std::string name;
  std::string api_version;
  std::string kind;
  std::string list_kind;
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<std::string_view> short_name_views;
  std::vector<std::string_view> category_views;
  api::Resource row{};
};

/// The resources that CustomResourceDefinitions add to one server.
///
/// Rows stay valid for as long as this lives, also those of definitions that have been changed or
/// removed since: watches and responses under way refer to them.
class Definitions {
 public:
  /// Adds a definition, or replaces the one of its name if it says something else now.
  void set(const doc::Value& definition);
  /// Stops serving the resource of the definition of that name.
  void remove(std::string_view name);

  /// The served version of a resource, or nullptr.
  const api::Resource* find(std::string_view group, std::string_view version,
                            std::string_view plural) const;
  /// The served version whose objects have that apiVersion and kind, or nullptr.
  const api::Resource* find_kind(std::string_view api_version, std::string_view kind) const;
  /// The version in which the objects of that resource are stored. Also of one that is served no
  /// more; the id must be one of this server's.
  const api::Resource& stored(api::ResourceId id) const;
  /// The stored version of each resource that is served, in the order of their ids.
  std::vector<const api::Resource*> resources() const;
  /// Each served version of each resource.
  std::vector<const api::Resource*> served_versions() const;

 private:
  struct Entry {
    api::ResourceId id;
    std::string name;
    // Null if the resource is not served.
    doc::Value spec;
    std::vector<Version*> served;
    Version* stored = nullptr;
  };

  Entry& entry_of(std::string_view name);
  Version* make_version(api::ResourceId id, const doc::Value& spec, const doc::Value& version);

  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<Version>> versions_;
};

/// The schema of a version's objects; null for resources that are built in.
doc::Value schema_of(const api::Resource& resource);

}  // namespace rockpool::apiserver::custom
