// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/api/resource.h"
#include "core/cluster/cluster.h"
#include "core/doc/value.h"
#include "web/app/model/world.h"

namespace rockpool::app {

/// The resource whose objects are of that kind; null if there is none.
const api::Resource* resource_of_kind(std::string_view kind);
/// Where the API has an object: /apis/apps/v1/namespaces/default/deployments/web; empty for an
/// unknown kind.
std::string path_of(const ObjectRef& object);
/// The object as it is now; null if it is gone.
doc::Value find_object(Cluster& cluster, const ObjectRef& object);

}  // namespace rockpool::app
