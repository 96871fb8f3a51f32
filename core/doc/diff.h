// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::doc {

/// One place where two documents differ.
struct Difference {
  /// What is the matter with the found document: it lacks the field, has one too many, or has
  /// another value there.
  enum class Kind { missing, unexpected, changed };

  /// Missing, unexpected or changed.
  Kind kind = Kind::changed;
  /// Such as `spec.ports[0].port`; "" for the whole document.
  std::string path;
  /// Null if `kind` is unexpected.
  Value expected;
  /// Null if `kind` is missing.
  Value found;
};

/// Where `found` differs from `expected`, in order of the paths' names and indexes, at most `limit`
/// places. Shared parts cost nothing. Arrays are compared item by item.
std::vector<Difference> find_differences(const Value& expected, const Value& found,
                                         std::size_t limit = 100);

/// One line for people: `spec.replicas: expected 3, found 2`. Long values are shortened.
std::string to_string(const Difference& difference);

}  // namespace rockpool::doc
