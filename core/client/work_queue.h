// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/sim/loop.h"

namespace rockpool::client {

/// What became of one reconciliation.
struct Outcome {
  /// It failed: try again after a back-off that doubles with each failure in a row.
  bool failed = false;
  /// It went well but wants to look again after this long.
  std::optional<sim::Duration> again_after;

  /// It went well.
  static Outcome done() { return {}; }
  /// It failed.
  static Outcome retry() { return {.failed = true, .again_after = {}}; }
  /// It went well; look again after so long.
  static Outcome again(sim::Duration after) { return {.failed = false, .again_after = after}; }
};

/// The queue of a level-triggered component, as client-go's workqueue with its worker: keys are
/// handled in the order of their arrival, one at a time, each as an event of its own; a key added
/// many times before it is handled is handled once; a key added while it is handled is handled
/// again. A key whose handling fails is tried again after 5 ms, 10 ms, … up to 1000 s (client-go's
/// default per-item limiter).
template <typename Key>
class WorkQueue {
 public:
  using Reconcile = std::function<Outcome(const Key&)>;

  static constexpr sim::Duration kFirstBackOff = std::chrono::milliseconds{5};
  static constexpr sim::Duration kLongestBackOff = std::chrono::seconds{1000};

  /// `reconcile` is called from the loop only, never from `add`.
  WorkQueue(sim::Loop& loop, Reconcile reconcile) : loop_{loop}, reconcile_{std::move(reconcile)} {}
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;
  ~WorkQueue() { stop(); }

  /// Wants `key` handled soon.
  void add(const Key& key) {
    if (stopped_ || !waiting_.insert(key).second) return;
    order_.push_back(key);
    wake();
  }

  /// Wants `key` handled after `delay`. The earliest wish counts.
  void add_after(const Key& key, sim::Duration delay) {
    if (delay <= sim::Duration{0}) return add(key);
    if (stopped_) return;
    const sim::Time moment = loop_.now() + delay;
    const auto found = delayed_.find(key);
    if (found != delayed_.end()) {
      if (found->second.first <= moment) return;
      loop_.cancel(found->second.second);
      delayed_.erase(found);
    }
    delayed_[key] = {moment, loop_.schedule_at(moment, [this, key] {
                       delayed_.erase(key);
                       add(key);
                     })};
  }

  /// Forgets everything and takes nothing more until `start`.
  void stop() {
    stopped_ = true;
    loop_.cancel(worker_);
    for (const auto& [key, timer] : delayed_) loop_.cancel(timer.second);
    delayed_.clear();
    waiting_.clear();
    order_.clear();
    failures_.clear();
  }
  /// Takes keys again after `stop`. Whoever starts it adds every key it should know about.
  void start() { stopped_ = false; }

  /// The number of keys that wait for their turn.
  std::size_t size() const { return order_.size(); }

 private:
  void wake() {
    if (!order_.empty() && !loop_.is_pending(worker_))
      worker_ = loop_.post([this] { handle_one(); });
  }

  void handle_one() {
    const Key key = std::move(order_.front());
    order_.pop_front();
    // From here on an `add` of the same key counts as new.
    waiting_.erase(key);
    const Outcome outcome = reconcile_(key);
    if (stopped_) return;
    if (outcome.failed) {
      add_after(key, next_back_off(key));
    } else {
      failures_.erase(key);
      if (outcome.again_after) add_after(key, *outcome.again_after);
    }
    wake();
  }

  sim::Duration next_back_off(const Key& key) {
    // Beyond this many doublings the longest back-off is reached anyway.
    constexpr int kMaxDoublings = 18;
    int& failures = failures_[key];
    const sim::Duration delay = kFirstBackOff * (std::int64_t{1} << failures);
    failures = std::min(failures + 1, kMaxDoublings);
    return std::min(delay, kLongestBackOff);
  }

  sim::Loop& loop_;
  Reconcile reconcile_;
  std::deque<Key> order_;
  std::set<Key> waiting_;
  std::map<Key, std::pair<sim::Time, sim::TimerId>> delayed_;
  std::map<Key, int> failures_;
  sim::TimerId worker_;
  bool stopped_ = false;
};

}  // namespace rockpool::client
