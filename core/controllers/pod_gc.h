// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Removes Pods that nobody else will: those of nodes that no longer exist, those being deleted
/// that were never bound or whose node is declared out of service, and the oldest of too many
/// finished ones (pkg/controller/podgc).
std::unique_ptr<Controller> make_pod_gc_controller(const Context& context);

}  // namespace rockpool::controllers
