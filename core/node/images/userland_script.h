// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

// The small programs that shell scripts are made of.
namespace rockpool::node {

/// echo: -n -e.
sim::Task<std::int32_t> run_echo(ProcessContext& context);
/// printf: %s, %d and %%; the format is used again while there are arguments.
sim::Task<std::int32_t> run_printf(ProcessContext& context);
/// seq: LAST; FIRST LAST; FIRST STEP LAST.
sim::Task<std::int32_t> run_seq(ProcessContext& context);
/// `test` and `[`: one condition, maybe negated.
sim::Task<std::int32_t> run_test(ProcessContext& context);
/// sleep: seconds, or with the unit s, m, h or d. As the first process it takes no notice of
/// signals, so that its Pod takes the whole grace period.
sim::Task<std::int32_t> run_sleep(ProcessContext& context);
/// true.
sim::Task<std::int32_t> run_true(ProcessContext& context);
/// false.
sim::Task<std::int32_t> run_false(ProcessContext& context);

}  // namespace rockpool::node
