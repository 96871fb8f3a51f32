// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// ip: `ip [-4] [-6] addr [show [dev] DEVICE]` and its short forms, as busybox prints it.
/// Everything else is refused.
sim::Task<std::int32_t> run_ip(ProcessContext& context);

}  // namespace rockpool::node
