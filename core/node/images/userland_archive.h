// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/node/images/process.h"

// Archives among the small programs.
namespace rockpool::node {

/// `tar`: `cf` and `xf` with `-C`, on a file or, as `kubectl cp` uses it, on standard output and
/// input; `tf`.
sim::Task<std::int32_t> run_tar(ProcessContext& context);

}  // namespace rockpool::node
