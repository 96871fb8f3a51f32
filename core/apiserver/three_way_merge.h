// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/status.h"
#include "core/api/type_table.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// The strategic merge patch that takes `current` to `modified`, deleting what `original` (the
/// configuration applied before) had and `modified` lacks, and leaving alone whatever others added.
/// An empty object if there is nothing to do. Models strategicpatch.CreateThreeWayMergePatch with
/// overwrite, as `kubectl apply` uses it.
api::Result<doc::Value> three_way_strategic_patch(const doc::Value& original,
                                                  const doc::Value& modified,
                                                  const doc::Value& current,
                                                  const api::TypeTable& type);

/// The strategic merge patch that turns `original` into `modified` (CreateTwoWayMergePatch).
api::Result<doc::Value> two_way_strategic_patch(const doc::Value& original,
                                                const doc::Value& modified,
                                                const api::TypeTable& type);

/// The JSON merge patch of the same meaning, for kinds without tables
/// (jsonmergepatch.CreateThreeWayJSONMergePatch).
doc::Value three_way_json_merge_patch(const doc::Value& original, const doc::Value& modified,
                                      const doc::Value& current);

}  // namespace rockpool::apiserver
