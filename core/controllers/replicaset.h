// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Keeps as many Pods of each ReplicaSet as it asks for (pkg/controller/replicaset).
std::unique_ptr<Controller> make_replicaset_controller(const Context& context);

}  // namespace rockpool::controllers
