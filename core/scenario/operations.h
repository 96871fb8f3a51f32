// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/scenario/result.h"
#include "core/scenario/test_file.h"
#include "core/scenario/world.h"

namespace rockpool::scenario {

/// What an operation does, in a few words: `assert Deployment default/web`; its description if it
/// has one.
std::string title_of(World& world, const Operation& operation);

/// Does an operation other than traffic. What went wrong is in the result's `problem`.
void perform(World& world, const Operation& operation, const Timeouts& timeouts,
             OperationResult& result);

}  // namespace rockpool::scenario
