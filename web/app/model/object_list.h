// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/sim/time.h"
#include "web/app/model/world.h"

namespace rockpool {
class Cluster;
}

namespace rockpool::app {

/// An object in a list.
struct ObjectRow {
  ObjectRef object{};
  std::string about{};  ///< what is most worth knowing: 3 of 3 ready, app=web, nginx
  sim::Time created{};
};

/// All objects of one kind, by namespace and name.
struct ObjectGroup {
  /// The most rows of a group; the rest is only counted.
  static constexpr std::size_t kMostRows = 500;

  std::string kind{};
  bool is_common = false;  ///< one of those that people write themselves
  std::vector<ObjectRow> rows{};
  std::size_t count = 0;
};

/// Every kind of which there is an object, but for Pods and nodes, which the map shows, and events.
/// Those that people write come first.
std::vector<ObjectGroup> list_objects(Cluster& cluster, bool with_system);

}  // namespace rockpool::app
