// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "core/doc/value.h"

// The shared, reference-counted parts of documents. For value.cpp and key.cpp only.
namespace rockpool::doc {

/// A string too long to live inside a Value, or the text of a Key that is not a known name. The
/// text follows right behind it, in the same piece of memory.
struct StringRep {
  std::uint32_t references = 1;
  std::uint32_t size = 0;
  /// 0 until first asked for.
  std::uint64_t hash = 0;

  /// A new one with one reference. Requires less than 4 GiB of text.
  static StringRep* make(std::string_view text) {
    void* memory = ::operator new(sizeof(StringRep) + text.size());
    auto* rep = new (memory) StringRep{.size = static_cast<std::uint32_t>(text.size())};
    if (!text.empty()) std::memcpy(static_cast<void*>(rep + 1), text.data(), text.size());
    return rep;
  }
  /// Frees what `make` has made.
  static void destroy(StringRep* rep) { ::operator delete(rep); }

  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

/// The items of an array.
struct ArrayRep {
  std::uint32_t references = 1;
  /// 0 until first asked for, and again after a change.
  std::uint64_t hash = 0;
  std::vector<Value> items;
};

/// The members of an object in order of their names.
struct ObjectRep {
  std::uint32_t references = 1;
  /// 0 until first asked for, and again after a change.
  std::uint64_t hash = 0;
  std::vector<Member> members;
};

}  // namespace rockpool::doc
