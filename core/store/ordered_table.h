// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::store {

/// The objects of one resource in one namespace, ordered by name.
///
/// A sorted list cut into pages, because a search then touches a handful of cache lines where a
/// tree of nodes would touch one per level. Finding costs O(log n); inserting and erasing that plus
/// the moving of one page's entries. The name is the object's own metadata.name (a shared string),
/// not a second copy.
class OrderedTable {
 public:
  /// An object in its place.
  struct Entry {
    doc::Value name;
    doc::Value object;
    /// The revision that wrote the object.
    std::int64_t revision = 0;
  };

  std::size_t size() const { return size_; }

  /// The entry of that name, or nullptr. Valid until an entry is inserted or erased.
  Entry* find(std::string_view name) {
    return const_cast<Entry*>(static_cast<const OrderedTable*>(this)->find(name));
  }
  /// As above.
  const Entry* find(std::string_view name) const {
    const std::size_t page = page_of(name);
    if (page == pages_.size()) return nullptr;
    const std::vector<Entry>& entries = *pages_[page].entries;
    const auto slot = lower_bound(entries, name);
    return slot != entries.end() && slot->name.as_string() == name ? &*slot : nullptr;
  }

  /// Adds an entry; requires that there is none of its name.
  void insert(Entry entry) {
    const std::string_view name = entry.name.as_string();
    std::size_t page = page_of(name);
    if (page == pages_.size()) {
      if (pages_.empty()) pages_.push_back({{}, std::make_unique<std::vector<Entry>>()});
      page = pages_.size() - 1;
    }
    if (pages_[page].entries->size() == kPageCapacity) page = split(page, name);
    std::vector<Entry>& entries = *pages_[page].entries;
    const auto slot = lower_bound(entries, name);
    entries.insert(entries.begin() + (slot - entries.cbegin()), std::move(entry));
    pages_[page].last = entries.back().name;
    ++size_;
  }

  /// Removes the entry of that name; requires that there is one.
  void erase(std::string_view name) {
    const std::size_t page = page_of(name);
    std::vector<Entry>& entries = *pages_[page].entries;
    entries.erase(entries.begin() + (lower_bound(entries, name) - entries.cbegin()));
    if (entries.empty()) {
      pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(page));
    } else {
      pages_[page].last = entries.back().name;
    }
    --size_;
  }

  /// Calls `visitor(const Entry&)` for the entries after the name `after` (from the first one if
  /// that is empty) in order, until it returns false. Returns whether it never did. The visitor
  /// must not change the table.
  template <typename Visitor>
  bool visit(std::string_view after, Visitor&& visitor) const {
    std::size_t page = after.empty() ? 0 : page_of(after);
    bool first = !after.empty();
    for (; page < pages_.size(); ++page) {
      const std::vector<Entry>& entries = *pages_[page].entries;
      auto slot = first ? upper_bound(entries, after) : entries.begin();
      first = false;
      for (; slot != entries.end(); ++slot) {
        if (!visitor(*slot)) return false;
      }
    }
    return true;
  }

 private:
  static constexpr std::size_t kPageCapacity = 128;
  struct Page {
    // The name of its last entry, so that a search touches no page but the right one.
    doc::Value last;
    std::unique_ptr<std::vector<Entry>> entries;
  };

  static std::vector<Entry>::const_iterator lower_bound(const std::vector<Entry>& entries,
                                                        std::string_view name) {
    return std::lower_bound(entries.begin(), entries.end(), name,
                            [](const Entry& entry, std::string_view wanted) {
                              return entry.name.as_string() < wanted;
                            });
  }
  static std::vector<Entry>::const_iterator upper_bound(const std::vector<Entry>& entries,
                                                        std::string_view name) {
    return std::upper_bound(entries.begin(), entries.end(), name,
                            [](std::string_view wanted, const Entry& entry) {
                              return wanted < entry.name.as_string();
                            });
  }

  // The first page whose last name is not before `name`: where it is or would be. The number of
  // pages if it would come after all.
  std::size_t page_of(std::string_view name) const {
    const auto found = std::lower_bound(
        pages_.begin(), pages_.end(), name,
        [](const Page& page, std::string_view wanted) { return page.last.as_string() < wanted; });
    return static_cast<std::size_t>(found - pages_.begin());
  }

  // Makes room in a full page and returns the page in which `name` belongs. Names that only grow
  // fill their pages whole; others leave them half full.
  std::size_t split(std::size_t page, std::string_view name) {
    std::vector<Entry>& entries = *pages_[page].entries;
    const bool appends = entries.back().name.as_string() < name;
    auto later = std::make_unique<std::vector<Entry>>();
    if (!appends) {
      const auto middle = entries.begin() + kPageCapacity / 2;
      later->assign(std::make_move_iterator(middle), std::make_move_iterator(entries.end()));
      entries.erase(middle, entries.end());
    }
    const bool in_later = appends || later->front().name.as_string() <= name;
    doc::Value last = std::exchange(pages_[page].last, entries.back().name);
    pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(page) + 1,
                  {std::move(last), std::move(later)});
    return in_later ? page + 1 : page;
  }

  std::vector<Page> pages_;
  std::size_t size_ = 0;
};

}  // namespace rockpool::store
