// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Keeps the (older, deprecated) Endpoints of Services with selectors (pkg/controller/endpoint).
std::unique_ptr<Controller> make_endpoints_controller(const Context& context);

}  // namespace rockpool::controllers
