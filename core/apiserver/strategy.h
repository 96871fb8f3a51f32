// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/resource.h"
#include "core/apiserver/options.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// What upstream's registry decides for each resource (pkg/registry/*/strategy.go).
struct Strategy {
  /// A PUT to a name that is not there creates the object.
  bool creates_on_update = false;
  /// A write without a resourceVersion overwrites whatever is there.
  bool unconditional_update = true;
  /// A completed deletion answers with the object instead of a Status.
  bool returns_deleted_object = false;
  /// A new object loses the status that its client gave it, and so does a replaced one: it is
  /// written through `/status`.
  bool separate_status = false;
  /// The object counts the changes of its spec.
  bool has_generation = false;
};

/// The strategy of a resource; the default one for those that nobody registered.
const Strategy& strategy_of(api::ResourceId resource);

/// Sets what a new object begins with, whatever the client sent (PrepareForCreate).
void prepare_for_create(const api::Resource& resource, doc::Value& object);
/// Restores what an update of that part may not touch, and counts generations (PrepareForUpdate).
void prepare_for_update(const api::Resource& resource, doc::Value& object,
                        const doc::Value& old_object, Part part);

}  // namespace rockpool::apiserver
