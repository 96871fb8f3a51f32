// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/field_error.h"
#include "core/api/resource.h"
#include "core/doc/value.h"

// Whether an object is valid, in upstream's words and order. All objects passed in must have been
// decoded and defaulted, so their fields have the right types.
namespace rockpool::api {

/// Everything wrong with an object that is about to be created (Validate<Kind>).
FieldErrors validate_create(const Resource& resource, const doc::Value& object);

/// What is wrong with a Service's clusterIPs, ipFamilies and ipFamilyPolicy by themselves
/// (ValidateServiceClusterIPsRelatedFields); part of what validate_create finds.
void validate_service_cluster_ips(const doc::Value& service, FieldErrors& errors);

/// Everything wrong with replacing `old_object` by `object` (Validate<Kind>Update): what
/// validate_create finds and changes of what may not change.
FieldErrors validate_update(const Resource& resource, const doc::Value& object,
                            const doc::Value& old_object);

/// Everything wrong with an update through `/status` (Validate<Kind>StatusUpdate). `object` has the
/// old spec already.
FieldErrors validate_status_update(const Resource& resource, const doc::Value& object,
                                   const doc::Value& old_object);

/// A Binding posted to a Pod's `/binding` (ValidatePodBinding).
FieldErrors validate_binding(const doc::Value& binding);

/// A Scale put to `/scale` (ValidateScale).
FieldErrors validate_scale(const doc::Value& scale);

/// Replacing a Pod through `/ephemeralcontainers` (ValidatePodEphemeralContainersUpdate).
FieldErrors validate_ephemeral_containers_update(const doc::Value& pod, const doc::Value& old_pod);

/// Replacing a Namespace through `/finalize` (ValidateNamespaceFinalizeUpdate).
FieldErrors validate_namespace_finalize_update(const doc::Value& namespace_object,
                                               const doc::Value& old_namespace);

/// DeleteOptions (ValidateDeleteOptions of apimachinery).
FieldErrors validate_delete_options(const doc::Value& options);

}  // namespace rockpool::api
