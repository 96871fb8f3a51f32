// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

// What the tables do not know: which values are valid, and what excludes each other.
namespace rockpool::apiserver::full_objects {

/// Values for the objects of some type, or at some place.
struct Hint {
  /// The type's name, `Container`, or the end of a path from the kind on, `initContainers/0`.
  std::string_view where;
  /// YAML: a mapping of members that are not generated but taken from here, `null` for those that
  /// are left out; or a list of such mappings, for each of which an object is made. Of the members
  /// listed in `$one` each object has one only. `$named_in` is the member that names it then.
  /// `$alone` makes each the only item of its list, and `$only` leaves out what is not given.
  std::string_view members;
};

/// In the order in which they apply: later ones win.
std::span<const Hint> hints();

}  // namespace rockpool::apiserver::full_objects
