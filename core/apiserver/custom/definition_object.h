// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/api/field_error.h"
#include "core/doc/value.h"

// CustomResourceDefinitions as objects (apiextensions-apiserver pkg/apis/apiextensions,
// pkg/registry and the controllers that establish them, which here need no time).
namespace rockpool::apiserver::custom {

/// Keeps a definition until its objects are gone.
inline constexpr std::string_view kCleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/// Fills in what a definition may leave out.
void apply_definition_defaults(doc::Value& definition);
/// What is wrong with a definition.
api::FieldErrors validate_definition(const doc::Value& definition);
/// The same of a change; what names and places objects cannot change.
api::FieldErrors validate_definition_update(const doc::Value& definition,
                                            const doc::Value& old_definition);
/// Sets the status of a new or changed definition: its names are accepted and it is established.
void establish(doc::Value& definition, const doc::Value& now);
/// What is kept but has no effect, for Warning headers.
std::vector<std::string> definition_warnings(const doc::Value& definition);

}  // namespace rockpool::apiserver::custom
