// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "core/sim/loop.h"

// Simulated processes as coroutines.
//
//   sim::Task<void> probe(Target& target) {
//     for (;;) {
//       co_await sim::sleep(10s);
//       ...
//     }
//   }
//   sim::Process process{loop, probe(target)};     // starts at the present moment
//   process.kill();                                    // or let it go out of scope
//
// A Process is killed by destroying its frame at the point where it waits; whatever it waited for
// forgets it. Everything that a coroutine waits for must outlive the coroutine or wake it before it
// goes away. Arguments are kept in the frame, so take them by value unless they outlive the
// process.
//
// Do not write temporaries with destructors inside a co_await expression (g++ 12 may destroy them
// twice): give them a name on a line of their own.
namespace rockpool::sim {

/// What a Process and the coroutines it runs share. For awaitables only.
struct ProcessState {
  Loop* loop = nullptr;
  std::coroutine_handle<> root;
  // The event that starts the process; cancelled if it is killed before.
  TimerId start;
  bool running = false;
  bool kill_requested = false;
  bool finished = false;
};

namespace internal {

struct PromiseBase {
  std::coroutine_handle<> continuation;
  ProcessState* process = nullptr;

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      PromiseBase& promise = handle.promise();
      if (promise.continuation) return promise.continuation;
      promise.process->finished = true;
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  // Failures are values here; an exception that comes this far is a bug.
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
};

}  // namespace internal

/// A coroutine that yields a `T` to whoever awaits it. It does not start before it is awaited, or
/// given to a Process. Owns its frame.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type : internal::PromiseBase {
    std::optional<T> result;
    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    void return_value(T value) { result.emplace(std::move(value)); }
  };

  Task(Task&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
    handle_.promise().continuation = waiter;
    handle_.promise().process = waiter.promise().process;
    return handle_;
  }
  T await_resume() { return std::move(*handle_.promise().result); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_{handle} {}
  std::coroutine_handle<promise_type> handle_;
};

/// A coroutine without a result.
template <>
class [[nodiscard]] Task<void> {
 public:
  struct promise_type : internal::PromiseBase {
    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    void return_void() {}
  };

  Task(Task&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
    handle_.promise().continuation = waiter;
    handle_.promise().process = waiter.promise().process;
    return handle_;
  }
  void await_resume() const {}

 private:
  friend class Process;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_{handle} {}
  std::coroutine_handle<promise_type> handle_;
};

/// A running coroutine and everything it awaits. Destroying or killing it destroys the frames where
/// they wait. A process that kills itself goes away at its next wait.
class Process {
 public:
  /// No process.
  Process() = default;
  /// Starts `task` at the present moment, after the current event.
  Process(Loop& loop, Task<void> task);
  Process(Process&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  Process& operator=(Process&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Process() { kill(); }

  /// Ends the process; does nothing if it has ended.
  void kill();
  /// True until its coroutine has returned or it was killed.
  bool is_running() const { return state_ != nullptr && !state_->finished; }

 private:
  ProcessState* state_ = nullptr;
};

/// A waiting coroutine, as an awaitable keeps it. Resume it only through `wake`, which runs it as
/// an event of its own, so that no process ever runs inside another. Destroying a Waiter that has
/// been woken but not yet resumed takes the wake-up back.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (process_ != nullptr) process_->loop->cancel(timer_);
  }

  /// Remembers the coroutine that begins to wait.
  template <typename Promise>
  void wait(std::coroutine_handle<Promise> handle) {
    handle_ = handle;
    process_ = handle.promise().process;
  }
  /// Resumes it after `delay`. The first call counts until it has resumed; requires `wait`.
  void wake(Duration delay = Duration{0});
  /// True once it waits.
  bool is_waiting() const { return process_ != nullptr; }

 private:
  std::coroutine_handle<> handle_;
  ProcessState* process_ = nullptr;
  TimerId timer_;
};

/// `co_await sleep(3s)`: waits for virtual time to pass. `sleep(0s)` lets everything else of the
/// present moment run first.
class [[nodiscard]] Sleep {
 public:
  explicit Sleep(Duration span) : span_{span} {}
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    waiter_.wait(handle);
    waiter_.wake(span_);
  }
  void await_resume() const noexcept {}

 private:
  Duration span_;
  Waiter waiter_;
};
/// The awaitable of such a wait.
inline Sleep sleep(Duration span) {
  return Sleep{span};
}

}  // namespace rockpool::sim
