// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Has the API server compare the node ports that are taken with the Services every three minutes,
/// and tells what is wrong with Services in Warning events
/// (pkg/registry/core/service/portallocator/controller).
std::unique_ptr<Controller> make_node_port_repair(const Context& context);

}  // namespace rockpool::controllers
