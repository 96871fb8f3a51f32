// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/doc/known_keys.h"
#include "core/doc/rep.h"

namespace rockpool::doc {

/// A member name of an object. Names that Kubernetes' own types use are small integers known at
/// compile time (see known_keys.h), in the same order as their text; any other name (a label, a
/// ConfigMap entry) is a reference-counted string. So field access by `"spec"_key` compares
/// integers, no table has to grow at run time, and no state is shared between clusters.
///
/// A Key is one word, cheap to copy, ordered by its text (bytewise).
class Key {
 public:
  /// Finds `text` among the known names, or makes a string of its own.
  explicit Key(std::string_view text);
  /// A known name by its index in kKnownKeys. Used by `_key`; ordinary code has no need of it.
  constexpr explicit Key(KnownKeyIndex index) : bits_{(std::uintptr_t{index.value} << 1) | 1} {}

  constexpr Key(const Key& other) : bits_{other.bits_} { retain(); }
  constexpr Key(Key&& other) noexcept : bits_{std::exchange(other.bits_, 1)} {}
  constexpr Key& operator=(Key other) noexcept {
    std::swap(bits_, other.bits_);
    return *this;
  }
  constexpr ~Key() { release(); }

  /// The name's text. Valid as long as any copy of this Key lives.
  std::string_view text() const { return is_known() ? kKnownKeys[bits_ >> 1] : rep()->text(); }
  /// True for a name of Kubernetes' own types.
  constexpr bool is_known() const { return (bits_ & 1) != 0; }
  /// The hash of a string Value of this text.
  std::uint64_t hash() const;

  /// The same as `==`, if the other is known to be a known name.
  constexpr bool is(const Key& known) const { return bits_ == known.bits_; }
  /// Equality and order are those of the text.
  friend bool operator==(const Key& left, const Key& right) {
    if (left.bits_ == right.bits_) return true;
    // A known name is never stored as a string, so two keys can only be equal text if both are
    // strings.
    if (left.is_known() || right.is_known()) return false;
    return left.text() == right.text();
  }
  friend bool operator<(const Key& left, const Key& right) {
    if (left.is_known() && right.is_known()) return left.bits_ < right.bits_;
    return left.text() < right.text();
  }

 private:
  constexpr void retain() const {
    if (!is_known()) ++rep()->references;
  }
  constexpr void release() const {
    if (!is_known() && --rep()->references == 0) StringRep::destroy(rep());
  }
  StringRep* rep() const { return reinterpret_cast<StringRep*>(bits_); }

  // Either a known key's index shifted left with the lowest bit set, or a StringRep's address.
  std::uintptr_t bits_;
};

inline namespace literals {
/// `"nodeName"_key`: a known name, found by the compiler; an unknown name does not compile. Add
/// names of our own to `EXTRA_KEYS` in tools/generate_known_keys.
consteval KnownKeyIndex operator""_key(const char* text, std::size_t size) {
  return known_key_index({text, size});
}
}  // namespace literals

}  // namespace rockpool::doc
