// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/node/images/process.h"

namespace rockpool::node {

/// `agnhost connect [--timeout=DURATION] [--protocol=tcp] HOST:PORT`: opens a connection and closes
/// it; prints `REFUSED`, `TIMEOUT`, `DNS: …` or `OTHER: …` and fails if it cannot.
sim::Task<std::int32_t> run_agnhost_connect(ProcessContext& context);

}  // namespace rockpool::node
