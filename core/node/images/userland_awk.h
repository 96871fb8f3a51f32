// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// awk, as far as one takes columns out of lines with it: -F SEPARATOR, `/pattern/`, `!/pattern/`,
/// `NR==n`, `NR>n` and the like before a block, and in it `print` of fields ($1, $NF, $0), NR, NF,
/// numbers and texts, beside one another or with commas between them. Everything else is refused as
/// a syntax error.
sim::Task<std::int32_t> run_awk(ProcessContext& context);

}  // namespace rockpool::node
