// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Keeps the EndpointSlices of Services with selectors (pkg/controller/endpointslice).
std::unique_ptr<Controller> make_endpointslice_controller(const Context& context);

}  // namespace rockpool::controllers
