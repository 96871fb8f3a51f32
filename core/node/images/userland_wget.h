// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// busybox wget: -q -O -T --timeout= --spider --post-data= --header= --no-check-certificate.
sim::Task<std::int32_t> run_wget(ProcessContext& context);

}  // namespace rockpool::node
