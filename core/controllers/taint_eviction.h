// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Deletes Pods from nodes with NoExecute taints that they do not tolerate, or no longer
/// (pkg/controller/tainteviction).
std::unique_ptr<Controller> make_taint_eviction_controller(const Context& context);

}  // namespace rockpool::controllers
