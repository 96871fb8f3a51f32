// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/openapi/document.h"

#include <fmt/format.h>

#include <string>

#include "core/apiserver/apiserver.h"
#include "core/apiserver/discovery_entries.h"
#include "core/apiserver/openapi/paths.h"
#include "core/apiserver/openapi/schemas.h"

namespace rockpool::apiserver::openapi {
namespace {

using doc::Value;

Value info() {
  return Value::map({{"title", "Kubernetes"}, {"version", kKubernetesVersion}});
}

// `api/v1`, `apis/apps/v1`.
std::string place_of(std::string_view group, std::string_view version) {
  return group.empty() ? fmt::format("api/{}", version) : fmt::format("apis/{}/{}", group, version);
}

void add_entry(const ApiServer& server, std::string_view group, std::string_view version,
               Value& paths) {
  const std::string place = place_of(group, version);
  // Clients keep a document as long as its hash stays.
  const std::uint64_t hash = document_v3(server, group, version).hash();
  paths.set(
      place,
      Value::map({{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash={:016X}", place, hash)}}));
}

}  // namespace

Value index_v3(const ApiServer& server) {
  Value paths = Value::object();
  add_entry(server, "", "v1", paths);
  for (const Group& group : served_groups(server)) {
    for (const std::string_view version : group.versions) {
      add_entry(server, group.name, version, paths);
    }
  }
  return Value::map({{"paths", std::move(paths)}});
}

Value document_v3(const ApiServer& server, std::string_view group, std::string_view version) {
  Schemas schemas{Version::v3};
  Value paths = Value::object();
  for (const api::Resource* resource : server.served_versions()) {
    if (resource->group != group || resource->version != version) continue;
    add_paths(server, *resource, schemas, Version::v3, paths);
  }
  for (const VirtualResource& resource : virtual_resources()) {
    if (resource.group != group || resource.version != version) continue;
    add_paths(resource, schemas, Version::v3, paths);
  }
  return Value::map({{"openapi", "3.0.0"},
                     {"info", info()},
                     {"paths", std::move(paths)},
                     {"components", Value::map({{"schemas", schemas.to_value()}})}});
}

Value document_v2(const ApiServer& server) {
  Schemas schemas{Version::v2};
  Value paths = Value::object();
  for (const api::Resource* resource : server.served_versions()) {
    add_paths(server, *resource, schemas, Version::v2, paths);
  }
  for (const VirtualResource& resource : virtual_resources()) {
    add_paths(resource, schemas, Version::v2, paths);
  }
  return Value::map({{"swagger", "2.0"},
                     {"info", info()},
                     {"paths", std::move(paths)},
                     {"definitions", schemas.to_value()}});
}

}  // namespace rockpool::apiserver::openapi
