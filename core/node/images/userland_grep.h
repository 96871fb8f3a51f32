// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// grep, egrep (-E) and fgrep (-F): -e PATTERN, -i -v -c -q -n -o -l -w -x -h -H -s -m COUNT, and
/// -A, -B and -C for the lines around.
sim::Task<std::int32_t> run_grep(ProcessContext& context);

}  // namespace rockpool::node
