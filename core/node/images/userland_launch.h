// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

// The small programs that start others.
namespace rockpool::node {

/// which: where programs lie; 1 if one is missing.
sim::Task<std::int32_t> run_which(ProcessContext& context);
/// time PROGRAM ARGUMENTS…: runs it and tells how long that took, as busybox does.
sim::Task<std::int32_t> run_time(ProcessContext& context);
/// timeout SECONDS PROGRAM ARGUMENTS…: ends it when the time is over, with the status 143, or 124
/// as GNU's.
sim::Task<std::int32_t> run_timeout(ProcessContext& context);
/// xargs: -n COUNT, -I TEXT, -P COUNT, -r, -t, -0, for words or lines of standard input.
sim::Task<std::int32_t> run_xargs(ProcessContext& context);
/// watch: -n SECONDS, -t; runs a shell's command again and again until it is stopped.
sim::Task<std::int32_t> run_watch(ProcessContext& context);

}  // namespace rockpool::node
