// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Gives every namespace its ServiceAccount `default` (pkg/controller/serviceaccount).
std::unique_ptr<Controller> make_service_account_controller(const Context& context);

}  // namespace rockpool::controllers
