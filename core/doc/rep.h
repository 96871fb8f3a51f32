// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/doc/value.h"

// The shared, reference-counted parts of documents. For value.cpp and key.cpp only.
namespace rockpool::doc {

/// A string too long to live inside a Value, or the text of a Key that is not a known name.
struct StringRep {
  std::uint32_t references = 1;
  /// 0 until first asked for.
  std::uint64_t hash = 0;
  std::string text;
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
