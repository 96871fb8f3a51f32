// SPDX-License-Identifier: Apache-2.0
#include "core/store/history.h"

#include <algorithm>

namespace rockpool::store {

void History::append(const Change& change, sim::Time now, std::size_t limit, sim::Duration age) {
  records_.push_back({change, now});
  while (records_.size() > limit || records_.front().time < now - age) forget_oldest();
}

void History::compact(std::int64_t revision) {
  while (!records_.empty() && records_.front().change.revision <= revision) forget_oldest();
  compacted_ = std::max(compacted_, revision);
}

std::size_t History::first_after(std::int64_t revision) const {
  const auto found = std::upper_bound(
      records_.begin(), records_.end(), revision,
      [](std::int64_t wanted, const Record& record) { return wanted < record.change.revision; });
  return static_cast<std::size_t>(found - records_.begin());
}

void History::forget_oldest() {
  compacted_ = records_.front().change.revision;
  records_.pop_front();
}

}  // namespace rockpool::store
