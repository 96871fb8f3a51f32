// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/doc/value.h"

namespace rockpool::scenario {

/// One place where an object is not as a test wants it.
struct Mismatch {
  /// `status.readyReplicas`, `spec.ports[0].port`
  std::string path;
  doc::Value expected;
  /// Null if there is nothing at that place.
  doc::Value found;
  /// Says more where the two values alone would not: "lengths of slices don't match".
  std::string note;

  /// As Chainsaw prints it: `status.readyReplicas: Invalid value: 1: Expected value: 3`.
  std::string to_string() const;
};

/// Compares an object with what a test expects of it, as Chainsaw's assertion trees do: of an
/// object only the members that the test names, of an array every item in order and their number,
/// everything else by value. Members that are expressions in parentheses must have been refused
/// before.
std::vector<Mismatch> match(const doc::Value& expected, const doc::Value& found);

}  // namespace rockpool::scenario
