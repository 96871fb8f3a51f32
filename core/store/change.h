// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/api/resource.h"
#include "core/doc/value.h"

namespace rockpool::store {

/// One step of the store's history.
struct Change {
  /// What became of the object.
  enum Kind : std::uint8_t { added, modified, deleted };

  Kind kind = added;
  api::ResourceId resource{};
  /// The revision that this change made.
  std::int64_t revision = 0;
  /// The object as it became; of a deletion as it last was, with this change's resourceVersion.
  doc::Value object;
  /// The object as it was before; null if it was added.
  doc::Value previous;
};

/// Why the store refused.
enum class Error : std::uint8_t {
  /// There is such an object already.
  exists,
  /// There is no such object.
  not_found,
  /// The object has another revision than the caller took it to have.
  conflict,
  /// That revision is older than what the history still holds.
  expired,
  /// That revision is yet to come.
  future,
};

}  // namespace rockpool::store
