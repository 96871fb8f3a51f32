// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Notices nodes that have fallen silent, and marks nodes by taints for what is wrong with them
/// (pkg/controller/nodelifecycle). Their Pods are evicted by the taint eviction controller.
std::unique_ptr<Controller> make_node_lifecycle_controller(const Context& context);

}  // namespace rockpool::controllers
