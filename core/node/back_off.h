// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/sim/time.h"

namespace rockpool::node {

/// Delays that double with each failure, kept by key: client-go's flowcontrol.Backoff, which the
/// kubelet uses for crashing containers and for image pulls. An entry is forgotten once nothing has
/// happened for twice the longest delay, which is why a container that ran for ten minutes starts
/// afresh.
class BackOff {
 public:
  static constexpr sim::Duration kInitial = std::chrono::seconds{10};
  static constexpr sim::Duration kLongest = std::chrono::seconds{300};

  /// The delay that the next attempt has to wait, or zero if there is no entry.
  sim::Duration delay(const std::string& key) const;
  /// True if an attempt at `now` comes too early after `event` (the failure).
  bool is_waiting_since(const std::string& key, sim::Time event, sim::Time now) const;
  /// True if an attempt at `now` comes too early after the last failure that `next` recorded.
  bool is_waiting_since_update(const std::string& key, sim::Time now) const;
  /// When the wait ends that `is_waiting_since_update` speaks of.
  sim::Time end_of_wait_since_update(const std::string& key) const;
  /// Records an attempt after a failure at `event`: the delay becomes the initial one, or doubles.
  void next(const std::string& key, sim::Time event, sim::Time now);
  /// Forgets one entry.
  void forget(const std::string& key) { entries_.erase(key); }
  /// Forgets all entries.
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    sim::Duration delay;
    sim::Time last_update;
  };
  static bool has_expired(const Entry& entry, sim::Time event) {
    return event - entry.last_update > 2 * kLongest;
  }

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace rockpool::node
