// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <optional>

#include "core/sim/task.h"
#include "core/sim/time.h"

namespace rockpool::sim {

/// What waiting for somebody who calls `wake` on the waiter in a slot has in common, with or
/// without a time at which it gives up. Who derives from it says in `await_ready` when there is
/// nothing to wait for, and looks after waiting what has come.
class [[nodiscard]] TimedWait {
 public:
  /// `slot` is null while nobody waits, and must outlive this. Without `timeout` it waits for ever.
  TimedWait(Waiter*& slot, std::optional<Duration> timeout) : slot_{slot}, timeout_{timeout} {}
  TimedWait(const TimedWait&) = delete;
  TimedWait& operator=(const TimedWait&) = delete;
  ~TimedWait() { leave(); }

  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    waiter_.wait(handle);
    slot_ = &waiter_;
    if (timeout_) {
      deadline_.wait(handle);
      deadline_.wake(*timeout_);
    }
  }
  void await_resume() { leave(); }

 private:
  void leave() {
    if (slot_ == &waiter_) slot_ = nullptr;
  }

  Waiter*& slot_;
  std::optional<Duration> timeout_;
  Waiter waiter_;
  Waiter deadline_;
};

}  // namespace rockpool::sim
