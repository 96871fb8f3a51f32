// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/options.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Where `kubectl apply` remembers the configuration that it applied last.
inline constexpr std::string_view kLastAppliedAnnotation =
    "kubectl.kubernetes.io/last-applied-configuration";

/// What an apply did; kubectl prints it after the object's name.
enum class ApplyOutcome { created, configured, unchanged };
/// "created", "configured", "unchanged".
std::string_view apply_outcome_name(ApplyOutcome outcome);

/// An applied object.
struct ApplyResult {
  ApplyOutcome outcome = ApplyOutcome::created;
  api::ResourceId resource{};
  /// As it is now.
  doc::Value object;
};

/// The configuration as kubectl keeps it in the annotation: JSON of the object without that
/// annotation, with a newline.
std::string last_applied_configuration(const doc::Value& object);

/// Applies one configuration as `kubectl apply` does on the client's side: creates the object with
/// the last-applied annotation, or sends the three-way strategic patch of what was applied last,
/// what is applied now, and what lives. `object` has apiVersion and kind; its namespace, if it has
/// none, is `default_namespace`. Unless told otherwise the object is untrusted (`strict`).
api::Result<ApplyResult> apply(ApiServer& server, doc::Value object,
                               std::string_view default_namespace = "default",
                               const WriteOptions& options = {
                                   .field_validation = FieldValidation::strict});

}  // namespace rockpool::apiserver
