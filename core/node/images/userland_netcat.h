// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// nc: -z -v -w -p: whether a port accepts; with -u also what it answers.
sim::Task<std::int32_t> run_netcat(ProcessContext& context);

}  // namespace rockpool::node
