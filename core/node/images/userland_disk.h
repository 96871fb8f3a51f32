// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/node/images/process.h"

// What fills disks and tells how full they are, among the small programs.
namespace rockpool::node {

/// `dd if=FILE of=FILE bs=SIZE count=NUMBER`: copies, as busybox does. What comes from /dev/zero or
/// /dev/urandom is counted and not kept (FileSystem::write_unkept).
sim::Task<std::int32_t> run_dd(ProcessContext& context);
/// `fallocate -l SIZE FILE`: makes room for a file.
sim::Task<std::int32_t> run_fallocate(ProcessContext& context);
/// `du [-s] [-h] [-k] [-m] [PATH…]`: the sum of what is in folders.
sim::Task<std::int32_t> run_du(ProcessContext& context);
/// `df [-h]`: the node's disk, as the container's root is on it.
sim::Task<std::int32_t> run_df(ProcessContext& context);

}  // namespace rockpool::node
