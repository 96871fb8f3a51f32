// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/api_paths.h"

#include <fmt/format.h>

namespace rockpool::app {

const api::Resource* resource_of_kind(std::string_view kind) {
  for (const api::Resource& resource : api::all_resources()) {
    if (resource.kind == kind) return &resource;
  }
  return nullptr;
}

std::string path_of(const ObjectRef& object) {
  const api::Resource* resource = resource_of_kind(object.kind);
  if (resource == nullptr) return {};
  std::string path = resource->group.empty()
                         ? fmt::format("/api/{}", resource->version)
                         : fmt::format("/apis/{}/{}", resource->group, resource->version);
  if (resource->namespaced) path += fmt::format("/namespaces/{}", object.ns);
  return path + fmt::format("/{}/{}", resource->plural, object.name);
}

doc::Value find_object(Cluster& cluster, const ObjectRef& object) {
  const api::Resource* resource = resource_of_kind(object.kind);
  if (resource == nullptr) return {};
  const doc::Value* found = cluster.informers().of(resource->id).find({object.ns, object.name});
  return found == nullptr ? doc::Value{} : *found;
}

}  // namespace rockpool::app
