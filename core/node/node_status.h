// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/api/object.h"
#include "core/doc/value.h"
#include "core/node/node_context.h"

// What a kubelet says about its node (pkg/kubelet/kubelet_node_status.go, nodestatus/setters.go).
namespace rockpool::node {

/// What stays the same from one start of the machine to the next, and what does not.
struct MachineIdentity {
  std::string machine_id;
  std::string system_uuid;
  /// New with each start.
  std::string boot_id;
};

/// What the node is short of.
struct NodePressure {
  bool memory = false;
  bool disk = false;
};

/// The Node object as a kubelet registers it.
doc::Value make_node(const NodeContext& context, const MachineIdentity& identity,
                     const NodePressure& pressure = {});

/// `node` with the status as the kubelet sees it now; conditions of others stay.
doc::Value with_node_status(doc::Value node, const NodeContext& context,
                            const MachineIdentity& identity, const NodePressure& pressure = {});

/// The node's Lease, renewed now.
doc::Value make_lease(const NodeContext& context, const doc::Value& node);

}  // namespace rockpool::node
