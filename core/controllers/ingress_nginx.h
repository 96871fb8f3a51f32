// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Writes what ingress-nginx writes to the API, while one of its Pods is ready: the address in the
/// status of the Ingresses that it serves, and Events about them. It is no part of a control plane
/// but stands for the controller's process (core/node/images/ingress_nginx.cpp), as processes in
/// containers only read the API here; without a Pod of its image it does nothing.
///
/// Each ready Pod says `Scheduled for sync` of every Ingress that is new or changed. The address is
/// that of the Service which the Pod's argument `--publish-service` names, or the Pods' nodes where
/// it names none.
std::unique_ptr<Controller> make_ingress_nginx_writer(const Context& context);

}  // namespace rockpool::controllers
