// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace rockpool::sim {

/// A function to be called once or more, owned by whoever holds it. Moves but does not copy, so it
/// may capture what cannot be copied; captures of up to 48 bytes need no allocation.
class Callback {
 public:
  Callback() = default;
  template <typename Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, Callback> &&
             std::is_invocable_v<std::remove_cvref_t<Function>&>)
  Callback(Function&& function) {  // NOLINT: implicit, as for std::function
    using Stored = std::remove_cvref_t<Function>;
    if constexpr (fits_inline<Stored>()) {
      new (buffer_) Stored(std::forward<Function>(function));
      operations_ = &kInlineOperations<Stored>;
    } else {
      using Owner = std::unique_ptr<Stored>;
      new (buffer_) Owner(std::make_unique<Stored>(std::forward<Function>(function)));
      operations_ = &kHeapOperations<Stored>;
    }
  }
  Callback(Callback&& other) noexcept { take(other); }
  Callback& operator=(Callback&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~Callback() { reset(); }

  /// True if there is something to call.
  explicit operator bool() const { return operations_ != nullptr; }
  /// Calls the function; requires one.
  void operator()() { operations_->call(buffer_); }
  /// Forgets the function.
  void reset() {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(buffer_);
  }

 private:
  static constexpr std::size_t kInlineSize = 48;

  struct Operations {
    void (*call)(std::byte* buffer);
    void (*destroy)(std::byte* buffer);
    void (*relocate)(std::byte* from, std::byte* to);
  };

  template <typename Stored>
  static constexpr bool fits_inline() {
    return sizeof(Stored) <= kInlineSize && alignof(Stored) <= alignof(std::max_align_t) &&
           std::is_nothrow_move_constructible_v<Stored>;
  }

  template <typename Stored>
  static Stored& stored(std::byte* buffer) {
    return *std::launder(reinterpret_cast<Stored*>(buffer));
  }

  template <typename Stored>
  static void relocate_stored(std::byte* from, std::byte* to) {
    new (to) Stored(std::move(stored<Stored>(from)));
    std::destroy_at(&stored<Stored>(from));
  }

  template <typename Stored>
  static constexpr Operations kInlineOperations = {
      [](std::byte* buffer) { stored<Stored>(buffer)(); },
      [](std::byte* buffer) { std::destroy_at(&stored<Stored>(buffer)); },
      &relocate_stored<Stored>,
  };

  template <typename Stored>
  static constexpr Operations kHeapOperations = {
      [](std::byte* buffer) { (*stored<std::unique_ptr<Stored>>(buffer))(); },
      [](std::byte* buffer) { std::destroy_at(&stored<std::unique_ptr<Stored>>(buffer)); },
      &relocate_stored<std::unique_ptr<Stored>>,
  };

  void take(Callback& other) {
    if (other.operations_ == nullptr) return;
    operations_ = std::exchange(other.operations_, nullptr);
    operations_->relocate(other.buffer_, buffer_);
  }

  alignas(std::max_align_t) std::byte buffer_[kInlineSize];
  const Operations* operations_ = nullptr;
};

}  // namespace rockpool::sim
