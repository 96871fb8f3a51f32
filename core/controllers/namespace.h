// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Empties namespaces that are being deleted, then lets them go (pkg/controller/namespace).
std::unique_ptr<Controller> make_namespace_controller(const Context& context);

}  // namespace rockpool::controllers
