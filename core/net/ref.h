// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

namespace rockpool::net {

/// Base of objects that count their holders. When the last `Ref` goes, `T::dispose()` is called,
/// which deletes the object or gives it back to where it came from. Not for several threads.
template <typename T>
class Counted {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  void retain() const { ++holders_; }
  void release() const {
    if (--holders_ == 0) const_cast<T*>(static_cast<const T*>(this))->dispose();
  }

 protected:
  ~Counted() = default;

 private:
  mutable std::uint32_t holders_ = 0;
};

/// How a Ref counts. A header that only names a type declares overloads for it, so that others can
/// hold a Ref to it without knowing what it is.
template <typename T>
void retain_ref(T* object) {
  object->retain();
}
/// The same.
template <typename T>
void release_ref(T* object) {
  object->release();
}

/// Holds a Counted object, or nothing.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_{object} {
    if (object_ != nullptr) retain_ref(object_);
  }
  Ref(const Ref& other) : Ref{other.object_} {}
  Ref(Ref&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) release_ref(object_);
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  /// Holds nothing any more.
  void reset() { *this = Ref{}; }

  friend bool operator==(const Ref& left, const Ref& right) = default;

 private:
  T* object_ = nullptr;
};

}  // namespace rockpool::net
