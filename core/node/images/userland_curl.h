// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// curl: -s -S -i -I -f -L -k -o -X -H -d -m -w -A --connect-timeout --cacert --resolve.
sim::Task<std::int32_t> run_curl(ProcessContext& context);

}  // namespace rockpool::node
