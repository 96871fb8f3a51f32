// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "core/api/object.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"

namespace rockpool::scheduler {

/// The Pods that wait for a node (backend/queue.PriorityQueue): those to be tried next, in order of
/// priority and then of waiting time; those that failed and have to wait a while; and those that
/// nothing can help until something changes in the cluster.
class Queue {
 public:
  static constexpr sim::Duration kFirstBackOff = std::chrono::seconds{1};
  static constexpr sim::Duration kLongestBackOff = std::chrono::seconds{10};
  /// After so long a Pod is tried again even if nothing seems to have changed.
  static constexpr sim::Duration kMaxUnschedulable = std::chrono::minutes{5};

  /// `on_ready` is called when a Pod becomes ready to be tried.
  Queue(sim::Loop& loop, std::function<void()> on_ready)
      : loop_{loop}, on_ready_{std::move(on_ready)} {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() { clear(); }

  /// A new Pod, or one that has changed in a way that may help it: to be tried, after its back-off.
  void add(const api::ObjectKey& key, std::int64_t priority);
  /// The Pod is gone or has a node.
  void remove(const api::ObjectKey& key);
  void clear();

  /// Takes the Pod to be tried next; empty if there is none.
  std::optional<api::ObjectKey> pop();
  /// The Pod fits nowhere: it waits until it is moved. Counts as an attempt.
  void park(const api::ObjectKey& key);
  /// The attempt failed for a reason that will pass by itself: it is tried again after its
  /// back-off.
  void retry(const api::ObjectKey& key);
  /// The parked Pods.
  const std::set<api::ObjectKey>& parked() const { return parked_; }
  /// Lets a parked Pod try again, after what is left of its back-off.
  void move(const api::ObjectKey& key);
  bool contains(const api::ObjectKey& key) const { return waiting_.contains(key); }
  bool has_ready() const { return !ready_.empty(); }

 private:
  // Priority (negated), the moment since it waits, and an order of arrival.
  using Turn = std::tuple<std::int64_t, sim::Time, std::uint64_t>;
  struct Waiting {
    std::int64_t priority = 0;
    int attempts = 0;
    sim::Time since;
    sim::Time last_attempt;
    std::optional<Turn> turn;
    sim::TimerId timer;
  };

  sim::Duration back_off(const Waiting& waiting) const;
  void make_ready(const api::ObjectKey& key, Waiting& waiting);
  void wait_for_back_off(const api::ObjectKey& key, Waiting& waiting);

  sim::Loop& loop_;
  std::function<void()> on_ready_;
  std::map<api::ObjectKey, Waiting> waiting_;
  std::map<Turn, api::ObjectKey> ready_;
  std::set<api::ObjectKey> parked_;
  std::uint64_t arrivals_ = 0;
};

}  // namespace rockpool::scheduler
