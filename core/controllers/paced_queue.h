// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <utility>

#include "core/client/work_queue.h"
#include "core/sim/loop.h"

namespace rockpool::controllers {

/// A work queue that handles no key more often than once per period. The first wish is granted at
/// once; those that come within a period of it are granted together at its end. So one change costs
/// no delay, while a thousand Pods that become ready one by one cost their owner a few
/// reconciliations instead of a thousand. Upstream gets the same effect from the rate limit of each
/// controller's API client.
template <typename Key>
class PacedQueue {
 public:
  using Reconcile = typename client::WorkQueue<Key>::Reconcile;

  PacedQueue(sim::Loop& loop, sim::Duration period, Reconcile reconcile)
      : loop_{loop}, period_{period}, queue_{loop, [this, reconcile](const Key& key) {
                                               handled_[key] = loop_.now();
                                               return reconcile(key);
                                             }} {}

  /// Wants `key` handled as soon as its pace allows.
  void add(const Key& key) {
    const auto found = handled_.find(key);
    if (found == handled_.end()) return queue_.add(key);
    queue_.add_after(key, found->second + period_ - loop_.now());
  }
  /// Wants `key` handled after `delay`. The earliest wish counts.
  void add_after(const Key& key, sim::Duration delay) { queue_.add_after(key, delay); }
  /// Forgets the pace of a key that is no more.
  void forget(const Key& key) { handled_.erase(key); }

  /// Forgets everything and takes nothing more until `start`.
  void stop() {
    queue_.stop();
    handled_.clear();
  }
  /// Takes keys again.
  void start() { queue_.start(); }

 private:
  sim::Loop& loop_;
  sim::Duration period_;
  // When each key was handled last.
  std::unordered_map<Key, sim::Time> handled_;
  client::WorkQueue<Key> queue_;
};

}  // namespace rockpool::controllers
