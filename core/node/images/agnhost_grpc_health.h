// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// agnhost's `grpc-health-checking`: answers gRPC health checks on --port (5000) for --service,
/// healthy until --delay-unhealthy-sec have passed; /make-serving and /make-not-serving on
/// --http-port (8080) decide otherwise (test/images/agnhost/grpc-health-checking).
sim::Task<std::int32_t> run_agnhost_grpc_health(ProcessContext& context);

}  // namespace rockpool::node
