// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/cluster/cluster.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// What belongs to an object: its owner and what it owns, the Services that select it or the Pods
/// that it selects, its node or the Pods on it. At most kMostRelated.
inline constexpr std::size_t kMostRelated = 200;
std::vector<ObjectRef> related_objects(Cluster& cluster, const ObjectRef& object);

}  // namespace rockpool::app
