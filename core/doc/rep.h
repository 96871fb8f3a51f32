// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

// The shared, reference-counted parts of documents. For value.h, value.cpp and key.cpp only.
//
// Each is one piece of memory: the head declared here, and its text, items or members right behind
// it. So following a pointer to a part and reading it touches the same cache line.
namespace rockpool::doc {

class Value;
struct Member;

/// What every shared part begins with.
struct Rep {
  std::uint32_t references = 1;
  /// The number of bytes, items or members in use.
  std::uint32_t size = 0;
  /// 0 until first asked for, and again after a change.
  std::uint64_t hash = 0;
};

/// A string too long to live inside a Value, or the text of a Key that is not a known name.
struct StringRep : Rep {
  /// A new one with one reference. Requires less than 4 GiB of text.
  static StringRep* make(std::string_view text) {
    auto* rep = new (::operator new(sizeof(StringRep) + text.size())) StringRep;
    rep->size = static_cast<std::uint32_t>(text.size());
    if (!text.empty()) std::memcpy(static_cast<void*>(rep + 1), text.data(), text.size());
    return rep;
  }
  /// Frees what `make` has made.
  static void destroy(StringRep* rep) { ::operator delete(rep); }

  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

/// The items of an array.
struct ArrayRep : Rep {
  /// How many items there is room for.
  std::uint32_t capacity = 0;

  /// They lie behind this; those beyond `size` are not constructed.
  Value* items() { return reinterpret_cast<Value*>(this + 1); }
  const Value* items() const { return reinterpret_cast<const Value*>(this + 1); }
};

/// The members of an object in order of their names.
struct ObjectRep : Rep {
  /// How many members there is room for.
  std::uint32_t capacity = 0;

  /// As an array's items.
  Member* members() { return reinterpret_cast<Member*>(this + 1); }
  const Member* members() const { return reinterpret_cast<const Member*>(this + 1); }
};

}  // namespace rockpool::doc
