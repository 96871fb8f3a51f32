// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/api/resource.h"
#include "core/doc/value.h"

namespace rockpool::api {

/// Another version, or group, under which the objects of a stored resource are served as well.
struct OtherVersion {
  /// Its row of discovery; `id` is that of the stored resource.
  Resource resource;
  /// Makes what is stored of an object of this version, which has been decoded; and the other way
  /// round. Both are total, and one undoes the other.
  doc::Value (*to_stored)(const doc::Value& object);
  doc::Value (*from_stored)(const doc::Value& object);
};

/// All other versions: autoscaling/v1 HorizontalPodAutoscalers and events.k8s.io/v1 Events.
std::span<const OtherVersion> other_versions();

/// Calls `visit(const Resource&)` for every stored resource and then for every other version.
template <typename Visit>
void visit_served(Visit&& visit) {
  for (const Resource& resource : all_resources()) visit(resource);
  for (const OtherVersion& version : other_versions()) visit(version.resource);
}

/// The entry whose row `resource` is, or nullptr for the stored version.
const OtherVersion* find_other_version(const Resource& resource);

}  // namespace rockpool::api
