// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "core/sim/task.h"
#include "core/sim/timed_wait.h"

namespace rockpool::sim {

/// A queue between processes: any number may put, one at a time may wait to take.
///
///   while (auto connection = co_await channel.take()) serve(*connection);
///
/// The channel must outlive a process that waits on it.
template <typename T>
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Adds an item and wakes the taker. Ignored once closed.
  void put(T item) {
    if (closed_) return;
    items_.push_back(std::move(item));
    wake();
  }
  /// Ends the queue: what is in it can still be taken, then `take` yields nothing.
  void close() {
    closed_ = true;
    wake();
  }
  bool is_closed() const { return closed_; }
  /// The number of items waiting.
  std::size_t size() const { return items_.size(); }

  /// What `take` gives to co_await.
  class [[nodiscard]] Take {
   public:
    explicit Take(Channel& channel) : channel_{channel} {}
    Take(const Take&) = delete;
    Take& operator=(const Take&) = delete;
    ~Take() {
      if (channel_.taker_ == this) channel_.taker_ = nullptr;
    }
    bool await_ready() const noexcept { return !channel_.items_.empty() || channel_.closed_; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) {
      waiter_.wait(handle);
      channel_.taker_ = this;
    }
    std::optional<T> await_resume() {
      channel_.taker_ = nullptr;
      if (channel_.items_.empty()) return {};
      std::optional<T> item{std::move(channel_.items_.front())};
      channel_.items_.pop_front();
      return item;
    }

   private:
    friend class Channel;
    Channel& channel_;
    Waiter waiter_;
  };
  /// The next item, waiting for one if need be; nothing once closed and empty.
  Take take() { return Take{*this}; }

 private:
  void wake() {
    if (taker_ != nullptr) taker_->waiter_.wake();
  }

  std::deque<T> items_;
  bool closed_ = false;
  Take* taker_ = nullptr;
};

/// One value that a process waits for and somebody else delivers, at most once.
template <typename T>
class Future {
 public:
  Future() = default;
  Future(const Future&) = delete;
  Future& operator=(const Future&) = delete;

  /// Delivers the value; later calls are ignored.
  void set(T value) {
    if (value_) return;
    value_.emplace(std::move(value));
    if (taker_ != nullptr) taker_->wake();
  }
  bool is_set() const { return value_.has_value(); }

  /// What `take` gives to co_await.
  class [[nodiscard]] Take : public TimedWait {
   public:
    Take(Future& future, std::optional<Duration> timeout)
        : TimedWait{future.taker_, timeout}, future_{future} {}
    bool await_ready() const noexcept { return future_.value_.has_value(); }
    std::optional<T> await_resume() {
      TimedWait::await_resume();
      return std::exchange(future_.value_, std::nullopt);
    }

   private:
    Future& future_;
  };
  /// The value, or nothing if it has not come within `timeout` (none: waits for ever).
  Take take(std::optional<Duration> timeout = {}) { return Take{*this, timeout}; }

 private:
  std::optional<T> value_;
  // Who waits for it, or nullptr.
  Waiter* taker_ = nullptr;
};

}  // namespace rockpool::sim
