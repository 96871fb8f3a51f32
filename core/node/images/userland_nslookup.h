// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// nslookup: [-type=TYPE] NAME [SERVER], as the image's own does it. busybox's changed often: up to
/// 1.28 it asks the C library, from 1.29 on the servers themselves, and only from 1.30 on with the
/// search path, and then only for names without a dot. Others have BIND's.
sim::Task<std::int32_t> run_nslookup(ProcessContext& context);

}  // namespace rockpool::node
