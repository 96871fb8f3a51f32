// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::doc {

/// How a list differs from its older version: indexes in ascending order.
struct ListChange {
  /// Items of the older version that are not among those kept.
  std::vector<std::size_t> removed;
  /// Items of the newer version that are not among those kept.
  std::vector<std::size_t> added;
};

/// Compares two versions of a list that share items, in one walk along both. An item is kept if the
/// very same memory (`Value::identical`) is in both lists and in the same order; so an equal copy,
/// or one that has moved far, counts as removed and added. Costs O(n), without looking into items.
ListChange compare_lists(std::span<const Value> before, std::span<const Value> after);

}  // namespace rockpool::doc
