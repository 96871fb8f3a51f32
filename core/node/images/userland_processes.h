// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/node/images/process.h"

// Processes among the small programs.
namespace rockpool::node {

/// `ps`: the container's processes, in busybox's columns.
sim::Task<std::int32_t> run_ps(ProcessContext& context);
/// `kill [-SIGNAL] PID…`
sim::Task<std::int32_t> run_kill(ProcessContext& context);

}  // namespace rockpool::node
