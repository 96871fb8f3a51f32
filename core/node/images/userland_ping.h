// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// ping: -c COUNT -i SECONDS -w SECONDS -W SECONDS -s SIZE -q -n -4 -6, as busybox has it or, where
/// the image brings them, the iputils. ^C ends it with its statistics.
sim::Task<std::int32_t> run_ping(ProcessContext& context);

}  // namespace rockpool::node
