// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/doc/value.h"

namespace rockpool::doc {

/// Applies a JSON merge patch (RFC 7386) as the API server does (evanphx/json-patch): null removes
/// a member, objects merge, anything else replaces. Nulls inside added objects are dropped too,
/// also inside an array's items. Unchanged parts stay shared with `target`.
Value apply_merge_patch(const Value& target, const Value& patch);

/// The merge patch that turns `original` into `modified`: an empty object if they are equal.
/// Members that are null in `modified` cannot be expressed and count as removed.
Value make_merge_patch(const Value& original, const Value& modified);

}  // namespace rockpool::doc
