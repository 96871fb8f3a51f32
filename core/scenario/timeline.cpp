// SPDX-License-Identifier: Apache-2.0
#include "core/scenario/timeline.h"

#include <algorithm>

namespace rockpool::scenario {

void Timeline::run_until(sim::Time moment) {
  while (Actor* actor = find_next(moment)) {
    run_cluster(*actor->next_action());
    if (is_exhausted_) return;
    actor->act();
  }
  run_cluster(moment);
}

// The one that acts first, and not after `limit`; of two at once the one that was added first.
Timeline::Actor* Timeline::find_next(sim::Time limit) const {
  Actor* first = nullptr;
  for (Actor* actor : actors_) {
    const auto moment = actor->next_action();
    if (!moment || *moment > limit) continue;
    if (first == nullptr || *moment < *first->next_action()) first = actor;
  }
  return first;
}

void Timeline::run_cluster(sim::Time moment) {
  if (moment < now() || is_exhausted_) return;
  const std::uint64_t events = cluster_.loop().events_run();
  const std::uint64_t left = kMaxEvents - std::min(events, kMaxEvents);
  is_exhausted_ = left == 0 || !cluster_.run_until(moment, left);
}

}  // namespace rockpool::scenario
