// SPDX-License-Identifier: Apache-2.0
#include "core/doc/list_change.h"

#include <algorithm>

namespace rockpool::doc {
namespace {

// How many removed items in a row are recognised as such. Lists change in a few places at a time.
constexpr std::size_t kLookAhead = 16;

// Where the item is in the part of the older list that begins at `from`, or its end.
std::size_t find_near(std::span<const Value> before, std::size_t from, const Value& item) {
  const std::size_t end = std::min(before.size(), from + kLookAhead);
  for (std::size_t index = from; index < end; ++index) {
    if (before[index].identical(item)) return index;
  }
  return before.size();
}

}  // namespace

ListChange compare_lists(std::span<const Value> before, std::span<const Value> after) {
  ListChange change;
  std::size_t next = 0;
  for (std::size_t index = 0; index < after.size(); ++index) {
    const std::size_t found = find_near(before, next, after[index]);
    if (found == before.size()) {
      change.added.push_back(index);
      continue;
    }
    for (; next < found; ++next) change.removed.push_back(next);
    ++next;
  }
  for (; next < before.size(); ++next) change.removed.push_back(next);
  return change;
}

}  // namespace rockpool::doc
