// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/store/store.h"

namespace rockpool::apiserver {

/// For how long Events are kept after they were last written (kube-apiserver --event-ttl).
inline constexpr sim::Duration kEventLifetime = std::chrono::hours{1};
/// How often those whose time has come are looked for. Deleting many at a time keeps an idle
/// cluster idle.
inline constexpr sim::Duration kEventSweepInterval = std::chrono::minutes{1};

/// Deletes Events an hour after they were last written, as etcd's leases do.
class EventExpiry {
 public:
  EventExpiry(sim::Loop& loop, store::Store& store) : loop_{loop}, store_{store} {}
  ~EventExpiry() { loop_.cancel(timer_); }
  EventExpiry(const EventExpiry&) = delete;
  EventExpiry& operator=(const EventExpiry&) = delete;

  /// An Event was created or updated just now.
  void note_written(const doc::Value& event);
  /// Forgets what was written and starts with the store's present Events.
  void reload();

 private:
  struct Written {
    sim::Time time;
    // The Event as it was written: its metadata has the place and the revision.
    doc::Value metadata;
  };

  void sweep();

  sim::Loop& loop_;
  store::Store& store_;
  std::deque<Written> written_;
  sim::TimerId timer_;
};

}  // namespace rockpool::apiserver
