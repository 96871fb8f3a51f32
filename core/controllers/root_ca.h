// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/controllers/controller.h"

namespace rockpool::controllers {

/// Publishes the certificate by which Pods know the API server, as ConfigMap `kube-root-ca.crt` of
/// every namespace (pkg/controller/certificates/rootcacertpublisher).
std::unique_ptr<Controller> make_root_ca_publisher(const Context& context);

}  // namespace rockpool::controllers
