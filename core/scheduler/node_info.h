// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/api/object.h"
#include "core/doc/value.h"
#include "core/scheduler/pod_needs.h"

namespace rockpool::scheduler {

/// A node's place in the scheduler's list. It stays the same while the node is known.
using NodeIndex = std::int32_t;

/// A node and what its Pods take of it. What every filter looks at comes first.
struct NodeInfo {
  Resources allocatable;
  Resources requested;
  std::int64_t allowed_pods = 0;
  std::int64_t pod_count = 0;
  std::int64_t scored_milli_cpu = 0;
  std::int64_t scored_memory = 0;
  /// False if only Pods of it are left.
  bool exists = false;
  bool is_unschedulable = false;
  /// It has taints that keep Pods away, or that only discourage them.
  bool repels = false;
  bool discourages = false;

  std::string name;
  /// The Node.
  doc::Value object;
  std::vector<HostPort> host_ports;
  std::set<api::ObjectKey> pods;
  /// Of these, Pods that refuse certain neighbours.
  std::set<api::ObjectKey> anti_affine_pods;
  /// Of these, Pods with any wish about neighbours.
  std::set<api::ObjectKey> affine_pods;
};

}  // namespace rockpool::scheduler
