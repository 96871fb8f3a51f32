// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/queue.h"

#include <algorithm>

namespace rockpool::scheduler {

void Queue::add(const api::ObjectKey& key, std::int64_t priority) {
  const auto [found, is_new] = waiting_.try_emplace(key);
  Waiting& waiting = found->second;
  waiting.priority = priority;
  if (is_new) {
    waiting.since = loop_.now();
    return make_ready(key, waiting);
  }
  if (parked_.contains(key)) move(key);
}

void Queue::remove(const api::ObjectKey& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  loop_.cancel(found->second.timer);
  if (found->second.turn) ready_.erase(*found->second.turn);
  parked_.erase(key);
  waiting_.erase(found);
}

void Queue::clear() {
  for (const auto& [key, waiting] : waiting_) loop_.cancel(waiting.timer);
  waiting_.clear();
  ready_.clear();
  parked_.clear();
}

std::optional<api::ObjectKey> Queue::pop() {
  if (ready_.empty()) return std::nullopt;
  const api::ObjectKey key = ready_.begin()->second;
  ready_.erase(ready_.begin());
  waiting_.at(key).turn.reset();
  return key;
}

void Queue::park(const api::ObjectKey& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  Waiting& waiting = found->second;
  ++waiting.attempts;
  waiting.last_attempt = loop_.now();
  parked_.insert(key);
  waiting.timer = loop_.schedule(kMaxUnschedulable, [this, key] { move(key); });
}

void Queue::retry(const api::ObjectKey& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  ++found->second.attempts;
  found->second.last_attempt = loop_.now();
  wait_for_back_off(key, found->second);
}

void Queue::move(const api::ObjectKey& key) {
  if (parked_.erase(key) == 0) return;
  Waiting& waiting = waiting_.at(key);
  loop_.cancel(waiting.timer);
  wait_for_back_off(key, waiting);
}

// 1 s, 2 s, 4 s, 8 s, 10 s.
sim::Duration Queue::back_off(const Waiting& waiting) const {
  sim::Duration delay = kFirstBackOff;
  for (int attempt = 1; attempt < waiting.attempts && delay < kLongestBackOff; ++attempt)
    delay *= 2;
  return std::min(delay, kLongestBackOff);
}

void Queue::wait_for_back_off(const api::ObjectKey& key, Waiting& waiting) {
  const sim::Time moment = waiting.last_attempt + back_off(waiting);
  if (moment <= loop_.now()) return make_ready(key, waiting);
  waiting.timer = loop_.schedule_at(moment, [this, key] { make_ready(key, waiting_.at(key)); });
}

void Queue::make_ready(const api::ObjectKey& key, Waiting& waiting) {
  waiting.turn = Turn{-waiting.priority, waiting.since, ++arrivals_};
  ready_.emplace(*waiting.turn, key);
  on_ready_();
}

}  // namespace rockpool::scheduler
