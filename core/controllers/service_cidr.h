// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Protects ServiceCIDRs (pkg/controller/servicecidrs): each gets a finalizer and the condition
/// Ready, and one that is being deleted stays, not ready, while it alone has an address that is in
/// use; after that for ten seconds more, so that everybody has heard of it.
std::unique_ptr<Controller> make_service_cidr_controller(const Context& context);

}  // namespace rockpool::controllers
