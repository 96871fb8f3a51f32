// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/apiserver.h"
#include "core/doc/value.h"

// What controllers often ask about writes.
namespace rockpool::controllers {

/// There is no such object.
inline bool is_not_found(const api::Status& status) {
  return status.reason == api::reason::kNotFound;
}
/// Somebody else wrote first.
inline bool is_conflict(const api::Status& status) {
  return status.reason == api::reason::kConflict;
}
/// There is such an object.
inline bool already_exists(const api::Status& status) {
  return status.reason == api::reason::kAlreadyExists;
}
/// True if the write failed because the namespace is on its way out, so that trying again is of no
/// use (errors.HasStatusCause with NamespaceTerminatingCause).
bool is_namespace_terminating(const api::Status& status);

/// Puts `status` in the place of the cached object's status and writes that. A null or unchanged
/// status writes nothing. Conflict if the cache lags.
api::Result<doc::Value> write_status(apiserver::ApiServer& api, api::ResourceId resource,
                                     const doc::Value& object, doc::Value status);

}  // namespace rockpool::controllers
