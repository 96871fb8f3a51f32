// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/apiserver/apiserver.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

/// Why the ServiceCIDR `kubernetes` cannot be what the server was started with: a Warning event.
struct DefaultServiceCidrProblem {
  doc::Value service_cidr;
  std::string reason;
  std::string message;
};

/// Makes the ServiceCIDR `kubernetes` of the networks in the server's options if there is none,
/// gives it the second one if it lacks that alone, and says that it is ready if nobody has said
/// anything yet (pkg/controlplane/controller/defaultservicecidr). Returns what stands against it.
std::optional<DefaultServiceCidrProblem> sync_default_service_cidr(ApiServer& server);

}  // namespace rockpool::apiserver
