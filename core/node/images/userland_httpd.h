// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// busybox httpd: -f -p -h; serves the container's files.
sim::Task<std::int32_t> run_httpd(ProcessContext& context);

}  // namespace rockpool::node
