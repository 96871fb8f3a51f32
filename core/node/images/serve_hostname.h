// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

namespace rockpool::node {

/// Kubernetes' serve_hostname, an image of its own and a command of agnhost: answers with the
/// host's name, at port 9376 or --port, over HTTP, or with --tcp and --udp as it is. It goes on for
/// a minute after it was asked to stop, as the real one does.
sim::Task<std::int32_t> run_serve_hostname(ProcessContext& context);

}  // namespace rockpool::node
