// SPDX-License-Identifier: Apache-2.0
#include "core/sim/task.h"

namespace rockpool::sim {
namespace {

void destroy(ProcessState* state) {
  state->root.destroy();
  delete state;
}

// Runs one stretch of a process, up to its next wait.
void resume(std::coroutine_handle<> handle, ProcessState* state) {
  state->running = true;
  handle.resume();
  state->running = false;
  if (state->kill_requested) destroy(state);
}

}  // namespace

Process::Process(Loop& loop, Task<void> task) : state_{new ProcessState{}} {
  const auto handle = std::exchange(task.handle_, {});
  handle.promise().process = state_;
  state_->loop = &loop;
  state_->root = handle;
  state_->start = loop.post([state = state_] { resume(state->root, state); });
}

void Process::kill() {
  ProcessState* state = std::exchange(state_, nullptr);
  if (state == nullptr) return;
  if (state->running) {
    state->kill_requested = true;
  } else {
    state->loop->cancel(state->start);
    destroy(state);
  }
}

void Waiter::wake(Duration delay) {
  if (process_->loop->is_pending(timer_)) return;
  timer_ = process_->loop->schedule(delay, [this] {
    // The frame that holds this Waiter may go away while it runs.
    ProcessState* process = std::exchange(process_, nullptr);
    resume(handle_, process);
  });
}

}  // namespace rockpool::sim
