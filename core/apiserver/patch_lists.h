// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "core/doc/value.h"

// Lists as strategic merge patches see them: of objects that a merge key tells apart, or of
// scalars.
namespace rockpool::apiserver {

inline constexpr std::string_view kPatchDirective = "$patch";
inline constexpr std::string_view kRetainKeysDirective = "$retainKeys";
inline constexpr std::string_view kDeleteFromListPrefix = "$deleteFromPrimitiveList/";
inline constexpr std::string_view kSetElementOrderPrefix = "$setElementOrder/";

/// How items are told apart: by the value of that member, or by their own value if it is empty.
struct ItemIdentity {
  std::string_view merge_key;

  /// What identifies the item.
  const doc::Value& of(const doc::Value& item) const {
    return merge_key.empty() || !item.is_object() ? item : item[merge_key];
  }
  /// Both are one item.
  bool same(const doc::Value& left, const doc::Value& right) const { return of(left) == of(right); }
  /// The index of the same item in a list, or -1.
  std::int64_t index_in(const std::vector<doc::Value>& list, const doc::Value& item) const;
};

/// The items of an array; empty for other kinds.
std::vector<doc::Value> to_vector(const doc::Value& array);

/// Orders `merged`: items of `patch_order` as there, the others as in `server_order`, interleaved
/// as `server_order` has them (strategicpatch.normalizeElementOrder).
std::vector<doc::Value> order_items(const std::vector<doc::Value>& merged,
                                    const std::vector<doc::Value>& patch_order,
                                    const std::vector<doc::Value>& server_order,
                                    ItemIdentity identity);

/// Orders items as `order` has them; unknown ones come last, as they were.
void sort_items(std::vector<doc::Value>& items, const std::vector<doc::Value>& order,
                ItemIdentity identity);

}  // namespace rockpool::apiserver
