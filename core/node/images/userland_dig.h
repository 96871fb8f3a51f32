// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// dig: [@SERVER] NAME [TYPE], -t, -x, -p, +short, +search, +tcp, +time, and +noall, +answer and
/// the like for the parts of its output. Its exit status is 9 if no server answers.
sim::Task<std::int32_t> run_dig(ProcessContext& context);

}  // namespace rockpool::node
