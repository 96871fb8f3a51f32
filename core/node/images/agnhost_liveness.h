// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// agnhost's `liveness`: an HTTP server on port 8080 whose /healthz is well for ten seconds and
/// fails from then on; /started says for how long it runs, /redirect?loc=… sends elsewhere
/// (test/images/agnhost/liveness as of agnhost 2.40).
sim::Task<std::int32_t> run_agnhost_liveness(ProcessContext& context);

}  // namespace rockpool::node
