// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/resource.h"
#include "core/apiserver/openapi/schemas.h"
#include "core/apiserver/reviews/virtual_resource.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {
class ApiServer;
}

namespace rockpool::apiserver::openapi {

/// Adds the paths of a resource with their operations to `paths`, and to `schemas` what they speak
/// of.
void add_paths(const ApiServer& server, const api::Resource& resource, Schemas& schemas,
               Version version, doc::Value& paths);

/// The same for a resource that only answers questions.
void add_paths(const VirtualResource& resource, Schemas& schemas, Version version,
               doc::Value& paths);

}  // namespace rockpool::apiserver::openapi
