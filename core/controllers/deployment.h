// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Rolls Deployments out by making and sizing ReplicaSets (pkg/controller/deployment).
std::unique_ptr<Controller> make_deployment_controller(const Context& context);

}  // namespace rockpool::controllers
