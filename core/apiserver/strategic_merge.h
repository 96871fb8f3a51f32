// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/status.h"
#include "core/api/type_table.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Applies a strategic merge patch: as a merge patch, but lists that the type declares so merge
/// item by item, and the directives `$patch` (replace, delete, merge), `$retainKeys`,
/// `$deleteFromPrimitiveList/<list>` and `$setElementOrder/<list>` are obeyed. Models
/// strategicpatch.StrategicMergeMapPatch. Unchanged parts stay shared with `original`. Errors are
/// 400 (a directive or item that makes no sense).
api::Result<doc::Value> apply_strategic_merge_patch(const doc::Value& original,
                                                    const doc::Value& patch,
                                                    const api::TypeTable& type);

}  // namespace rockpool::apiserver
