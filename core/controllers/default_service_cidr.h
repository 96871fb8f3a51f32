// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Looks after the ServiceCIDR `kubernetes` as the API server does
/// (pkg/controlplane/controller/defaultservicecidr): within ten seconds it is made again if it is
/// gone.
std::unique_ptr<Controller> make_default_service_cidr_controller(const Context& context);

}  // namespace rockpool::controllers
