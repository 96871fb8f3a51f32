// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/sim/time.h"

namespace rockpool::scenario {

/// The time of a test's cluster. All operations of a test let it pass here, so that whoever acts by
/// the clock (traffic) does so in the middle of another operation too.
class Timeline {
 public:
  /// Somebody who acts on the cluster from outside at moments of their own.
  class Actor {
   public:
    virtual ~Actor() = default;
    /// When it is to act next; empty if never again.
    virtual std::optional<sim::Time> next_action() const = 0;
    /// Called at that moment; must move `next_action` on.
    virtual void act() = 0;
  };

  /// How many events of the cluster a test may take; a cluster that never comes to rest would take
  /// for ever.
  static constexpr std::uint64_t kMaxEvents = 1'000'000'000;

  explicit Timeline(Cluster& cluster) : cluster_{cluster} {}

  sim::Time now() const { return cluster_.now(); }
  /// Since the cluster began.
  sim::Duration elapsed() const { return cluster_.now() - cluster_.options().start; }
  /// Lets time pass, in the order of what is due; at one moment the cluster's own events come
  /// first. Does nothing if that moment has passed.
  void run_until(sim::Time moment);
  void run_for(sim::Duration span) { run_until(now() + span); }
  /// True once the events are used up: time does not pass any more.
  bool is_exhausted() const { return is_exhausted_; }

  /// Lets somebody act until `remove`; both must be called with the same actor, which must live
  /// until then.
  void add(Actor& actor) { actors_.push_back(&actor); }
  /// Ends what `add` began.
  void remove(Actor& actor) { std::erase(actors_, &actor); }

 private:
  Actor* find_next(sim::Time limit) const;
  void run_cluster(sim::Time moment);

  Cluster& cluster_;
  std::vector<Actor*> actors_;
  bool is_exhausted_ = false;
};

}  // namespace rockpool::scenario
