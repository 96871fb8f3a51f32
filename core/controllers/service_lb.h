// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Gives Services of type LoadBalancer an address in `status.loadBalancer`, as a cloud's controller
/// does (k8s.io/cloud-provider/controllers/service): after a while, and with the finalizer
/// service.kubernetes.io/load-balancer-cleanup, so that the address is given back before the
/// Service goes. Services with a loadBalancerClass are somebody else's. The addresses come from
/// `Options::load_balancer_cidr`; `spec.loadBalancerIP` asks for a certain one of them.
std::unique_ptr<Controller> make_service_lb_controller(const Context& context);

}  // namespace rockpool::controllers
