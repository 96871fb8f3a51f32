// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "core/sim/time.h"
#include "core/store/change.h"

namespace rockpool::store {

/// How many changes of one resource are kept for watches and consistent lists (upstream's watch
/// cache grows to 102,400; a browser tab has less room).
inline constexpr std::size_t kHistoryChanges = 20'000;
/// For how long changes are kept, in virtual time (the API server compacts etcd every five
/// minutes).
inline constexpr sim::Duration kHistoryAge = std::chrono::minutes{5};

/// The latest changes of one resource, oldest first.
class History {
 public:
  /// Appends a change made at `now`, forgetting those that are too many or too old.
  void append(const Change& change, sim::Time now, std::size_t limit, sim::Duration age);
  /// Forgets everything up to and including that revision.
  void compact(std::int64_t revision);

  /// All changes after this revision are there.
  std::int64_t compacted_revision() const { return compacted_; }
  std::size_t size() const { return records_.size(); }

  /// Calls `visitor(const Change&)` for every change after `revision`, oldest first. Requires
  /// `revision >= compacted_revision()`.
  template <typename Visitor>
  void visit_after(std::int64_t revision, Visitor&& visitor) const {
    for (std::size_t index = first_after(revision); index < records_.size(); ++index) {
      visitor(records_[index].change);
    }
  }

 private:
  struct Record {
    Change change;
    sim::Time time;
  };

  std::size_t first_after(std::int64_t revision) const;
  void forget_oldest();

  std::deque<Record> records_;
  std::int64_t compacted_ = 0;
};

}  // namespace rockpool::store
