// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

// The small programs that use the network.
namespace rockpool::node {

/// curl: -s -S -i -I -f -L -k -o -O -X -H -d -m --connect-timeout -w.
sim::Task<std::int32_t> run_curl(ProcessContext& context);
/// busybox wget: -q -O -T -S --spider --post-data.
sim::Task<std::int32_t> run_wget(ProcessContext& context);
/// nc: -z -v -w: whether a port accepts; with -u also what it answers.
sim::Task<std::int32_t> run_netcat(ProcessContext& context);
/// busybox httpd: -f -p -h; serves the container's files.
sim::Task<std::int32_t> run_httpd(ProcessContext& context);

/// `getent hosts NAME…`
sim::Task<std::int32_t> run_getent(ProcessContext& context);

}  // namespace rockpool::node
