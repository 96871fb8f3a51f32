// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/sim/time.h"

namespace rockpool::net::proxy {

/// The values that something had over time, as far back as anybody may still look. What a node's
/// proxy knows is what was true a little earlier, so it is looked up here; no event per node and
/// change.
template <typename T>
class Timeline {
 public:
  /// The value from `since` on, which is not before any earlier one. Two values of the same moment:
  /// the later one counts.
  void set(sim::Time since, T value) {
    if (!entries_.empty() && entries_.back().since == since) {
      entries_.back().value = std::move(value);
    } else {
      entries_.push_back({since, std::move(value)});
    }
  }
  /// The value at that moment; a default one before the first.
  const T& at(sim::Time moment) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
      if (entry->since <= moment) return entry->value;
    }
    return nothing_;
  }
  /// The newest value.
  const T& latest() const { return entries_.empty() ? nothing_ : entries_.back().value; }

  /// Forgets what nobody needs who looks no further back than `horizon`, except at the moments in
  /// `kept`.
  void prune(sim::Time horizon, std::span<const sim::Time> kept) {
    std::size_t remaining = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const bool is_last = i + 1 == entries_.size();
      bool needed = is_last || entries_[i + 1].since > horizon;
      for (const sim::Time moment : kept) {
        needed = needed || (entries_[i].since <= moment && moment < entries_[i + 1].since);
      }
      if (!needed) continue;
      if (remaining != i) entries_[remaining] = std::move(entries_[i]);
      ++remaining;
    }
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(remaining), entries_.end());
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    sim::Time since;
    T value;
  };
  // Few, in order of time.
  std::vector<Entry> entries_;
  T nothing_{};
};

}  // namespace rockpool::net::proxy
