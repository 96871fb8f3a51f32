// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/strategic_merge.h"

#include "core/apiserver/patch_merger.h"

namespace rockpool::apiserver {

api::Result<doc::Value> apply_strategic_merge_patch(const doc::Value& original,
                                                    const doc::Value& patch,
                                                    const api::TypeTable& type) {
  return PatchMerger{PatchMerger::Mode::apply}.merge_map(original, patch, &type);
}

}  // namespace rockpool::apiserver
