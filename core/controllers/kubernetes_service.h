// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Looks after the Service `kubernetes` with its Endpoints and its EndpointSlice as the API server
/// does (pkg/controlplane/controller/kubernetesservice): within ten seconds they are made again, as
/// they were at the beginning, if they are gone.
std::unique_ptr<Controller> make_kubernetes_service_controller(const Context& context);

}  // namespace rockpool::controllers
