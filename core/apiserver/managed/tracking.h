// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/resource.h"
#include "core/apiserver/options.h"
#include "core/apiserver/state.h"
#include "core/doc/value.h"

// Keeping metadata.managedFields while objects are written.
//
// As upstream, an object without managedFields is not tracked until somebody applies to it, and
// then all that it has belongs to "before-first-apply". Writes in which nobody names a field
// manager, those of the components in this process, change neither.
namespace rockpool::apiserver::managed {

/// Notes who made a new object. Does nothing if the options name nobody.
void track_create(ServerState& state, const api::Resource& resource, doc::Value& object,
                  const WriteOptions& options);
/// Notes who changed an object or a part of it, likewise.
void track_update(ServerState& state, const api::Resource& resource, const doc::Value& before,
                  doc::Value& after, Part part, const WriteOptions& options);

}  // namespace rockpool::apiserver::managed
