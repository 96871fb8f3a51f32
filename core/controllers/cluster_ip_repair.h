// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Brings IPAddresses and the cluster IPs of Services together again, as the API server does
/// (pkg/registry/core/service/ipallocator/controller, RepairIPAddress): when one of them changes,
/// and all of them every three minutes. A Service's address that is not taken is taken, an
/// IPAddress without its Service goes, and what cannot be repaired is told in Warning events.
std::unique_ptr<Controller> make_cluster_ip_repair(const Context& context);

}  // namespace rockpool::controllers
