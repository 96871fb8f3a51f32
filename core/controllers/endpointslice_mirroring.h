// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Mirrors the Endpoints that people write for Services without a selector into EndpointSlices,
/// which is all that proxies read (pkg/controller/endpointslicemirroring). Left alone are Endpoints
/// with the label endpointslice.kubernetes.io/skip-mirror "true", those that are a leader's lock,
/// those without a Service and those of a Service with a selector; slices made of them before go.
std::unique_ptr<Controller> make_endpointslice_mirroring_controller(const Context& context);

}  // namespace rockpool::controllers
