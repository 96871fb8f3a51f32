// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

// What listens in a container's network, among the small programs.
namespace rockpool::node {

/// netstat -l (-t, -u, -n, -p): the ports that somebody in the Pod has opened. What is connected is
/// not shown: without -l it is refused.
sim::Task<std::int32_t> run_netstat(ProcessContext& context);
/// ss -l (-t, -u, -n, -p), of iproute2: the same.
sim::Task<std::int32_t> run_ss(ProcessContext& context);
/// telnet HOST PORT: whether a port accepts; what is typed goes nowhere.
sim::Task<std::int32_t> run_telnet(ProcessContext& context);

}  // namespace rockpool::node
