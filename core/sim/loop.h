// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/sim/callback.h"
#include "core/sim/time.h"

namespace rockpool::sim {

/// Names one scheduled event; the default names none. Stays safe to cancel after the event has run.
struct TimerId {
  std::uint32_t slot = 0;
  std::uint64_t sequence = 0;
};

/// Virtual time and the queue of what happens in it.
///
/// Events run one at a time in order of their moment; events of the same moment run in the order in
/// which they were scheduled. Running an event takes no virtual time. The loop never sleeps and
/// never reads a clock: time passes only by `run_one`, `run_until` and `run_for`.
///
/// Scheduling and running cost O(log n) of the events still to come, O(1) for events of the present
/// moment; cancelling costs O(1).
class Loop {
 public:
  explicit Loop(Time start = kEpoch) : now_{start} {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Forgets what is still to come.
  ~Loop();

  /// The present.
  Time now() const { return now_; }

  /// Runs `callback` at `moment`, or at the present if that has passed.
  TimerId schedule_at(Time moment, Callback callback);
  /// Runs `callback` after `delay`; a negative delay counts as none.
  TimerId schedule(Duration delay, Callback callback) {
    return schedule_at(now_ + delay, std::move(callback));
  }
  /// Runs `callback` at the present moment, after everything scheduled for it so far.
  TimerId post(Callback callback) { return schedule_at(now_, std::move(callback)); }
  /// Takes an event back. Does nothing if it has run or been cancelled, or if `id` names none.
  void cancel(TimerId id);
  /// True if that event has yet to run.
  bool is_pending(TimerId id) const;

  /// Runs the next event, moving time to its moment. False if there is none.
  bool run_one();
  /// Runs all events up to and including `moment`, then makes that the present. Stops early after
  /// `event_limit` events, leaving time at the last one; returns whether it reached `moment`.
  bool run_until(Time moment, std::uint64_t event_limit = UINT64_MAX);
  /// `run_until(now() + span)`.
  bool run_for(Duration span, std::uint64_t event_limit = UINT64_MAX) {
    return run_until(now_ + span, event_limit);
  }
  /// The moment of the next event; empty if nothing is to come.
  std::optional<Time> next_event_time();

  /// The number of events run so far.
  std::uint64_t events_run() const { return events_run_; }
  /// The number of events still to come.
  std::size_t pending() const { return pending_; }

 private:
  struct Entry {
    Time moment;
    std::uint64_t sequence;
    std::uint32_t slot;
  };
  struct Later {
    bool operator()(const Entry& left, const Entry& right) const {
      return left.moment != right.moment ? left.moment > right.moment
                                         : left.sequence > right.sequence;
    }
  };
  // Where a callback waits. Its sequence is 0 when free; `next_free` then links free slots.
  struct Slot {
    Callback callback;
    std::uint64_t sequence = 0;
    std::uint32_t next_free = 0;
  };
  static constexpr std::uint32_t kNoSlot = UINT32_MAX;
  // Cancelled entries are swept out of the heap when they outnumber the live ones beyond this.
  static constexpr std::size_t kSweepThreshold = 4096;

  bool is_live(const Entry& entry) const { return slots_[entry.slot].sequence == entry.sequence; }
  const Entry* peek();
  void drop_front(bool from_ready);
  void free_slot(std::uint32_t slot);
  void sweep();

  Time now_;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t events_run_ = 0;
  std::size_t pending_ = 0;
  std::vector<Slot> slots_;
  std::uint32_t first_free_ = kNoSlot;
  // Events of moments to come: a binary heap.
  std::vector<Entry> heap_;
  std::size_t cancelled_in_heap_ = 0;
  // Events of the present moment, in order: a queue that starts at ready_front_.
  std::vector<Entry> ready_;
  std::size_t ready_front_ = 0;
  bool front_is_ready_ = false;
};

}  // namespace rockpool::sim
