// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/api/type_table.h"
#include "core/apiserver/patch_lists.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Merges strategic merge patches, with strategicpatch.mergeMap's rules.
class PatchMerger {
 public:
  /// What becomes of directives.
  enum class Mode {
    /// The patch is applied to an object: directives are obeyed, nulls remove.
    apply,
    /// The patch is combined with another patch: directives and nulls are kept for the server.
    combine,
  };

  explicit PatchMerger(Mode mode) : mode_{mode} {}

  /// `type` is null where the schema is not known; lists are then replaced.
  api::Result<doc::Value> merge_map(const doc::Value& original, doc::Value patch,
                                    const api::TypeTable* type) const;

 private:
  using Items = std::vector<doc::Value>;

  bool applies() const { return mode_ == Mode::apply; }
  api::Result<void> retain_keys(doc::Value& original, doc::Value& patch) const;
  api::Result<void> merge_ordered_lists(doc::Value& original, doc::Value& patch,
                                        const api::TypeTable* type) const;
  api::Result<void> merge_ordered_list(doc::Value& original, doc::Value& patch,
                                       std::string_view name, const doc::Value& order,
                                       const api::TypeTable* type) const;
  api::Result<void> merge_member(doc::Value& original, const doc::Key& key, const doc::Value& patch,
                                 bool deletes, const api::TypeTable* type) const;
  api::Result<Items> merge_list(const doc::Value& original, const doc::Value& patch,
                                const api::Field* field, bool deletes) const;
  api::Result<Items> merge_objects(Items original, const Items& patch, std::string_view merge_key,
                                   const api::TypeTable* type) const;
  api::Result<Items> merge_scalars(const Items& original, const Items& patch, bool deletes) const;

  Mode mode_;
};

}  // namespace rockpool::apiserver
