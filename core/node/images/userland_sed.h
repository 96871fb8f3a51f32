// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// sed: -n, -e SCRIPT, -E or -r, -i[SUFFIX]; the commands s/// (g, p, i, a number), y, p, d, q, =,
/// a, i and c, one or two addresses (a line, `$`, /pattern/) before them, and `!`. Every other
/// command is refused as one that it does not know.
sim::Task<std::int32_t> run_sed(ProcessContext& context);

}  // namespace rockpool::node
