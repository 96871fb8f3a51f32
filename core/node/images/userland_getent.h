// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// `getent hosts NAME…`
sim::Task<std::int32_t> run_getent(ProcessContext& context);

}  // namespace rockpool::node
