// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/resource.h"
#include "core/doc/value.h"

namespace rockpool::api {

/// Fills in what a client left out, as the API server does right after decoding
/// (pkg/apis/*/v1/defaults.go). `object` must be decoded: canonical and of the right types.
/// Applying it twice is applying it once. What needs the rest of the cluster (addresses, ports,
/// service accounts, priorities) is admission's and the allocators' work.
void apply_defaults(const Resource& resource, doc::Value& object);

/// The same for an object that differs from a stored one in its metadata and status only.
void apply_status_defaults(const Resource& resource, doc::Value& object);

/// The defaults of a PodSpec alone, for templates.
void apply_pod_spec_defaults(doc::Value& pod_spec);

}  // namespace rockpool::api
