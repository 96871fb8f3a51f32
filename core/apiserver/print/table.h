// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/api/resource.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::apiserver {

/// What a row of a table carries beside its cells (metav1.IncludeObjectPolicy).
enum class IncludeObject : std::uint8_t { none, metadata, object };

/// A meta.k8s.io Table of those objects. Without `headers` it has no column definitions, as the
/// later events of a watch.
doc::Value make_table(const api::Resource& resource, std::span<const doc::Value> objects,
                      doc::Value list_metadata, IncludeObject include, sim::Time now,
                      bool headers = true);

/// The table of one autoscaling/v1 Scale, which any resource with such a subresource shows.
doc::Value make_scale_table(const doc::Value& scale, IncludeObject include, sim::Time now);

/// A meta.k8s.io PartialObjectMetadata of the object.
doc::Value make_partial_metadata(const doc::Value& object);
/// A meta.k8s.io PartialObjectMetadataList of the objects.
doc::Value make_partial_metadata_list(std::span<const doc::Value> objects,
                                      doc::Value list_metadata);

}  // namespace rockpool::apiserver
