// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/scenario/result.h"
#include "core/scenario/test_file.h"
#include "core/scenario/world.h"

namespace rockpool::scenario {

/// Looks a name up, again and again until the answer is as expected or the time is over.
void look_up(World& world, const Operation& operation, const Timeouts& timeouts,
             OperationResult& result);

}  // namespace rockpool::scenario
