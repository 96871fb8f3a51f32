// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/node/images/process.h"

// The small programs that tell a process where, when and who it is.
namespace rockpool::node {

/// env; printenv with the name of one variable.
sim::Task<std::int32_t> run_env(ProcessContext& context);
/// hostname: -i -I -f -s -d.
sim::Task<std::int32_t> run_hostname(ProcessContext& context);
/// date: +%s.
sim::Task<std::int32_t> run_date(ProcessContext& context);
/// pwd.
sim::Task<std::int32_t> run_pwd(ProcessContext& context);
/// whoami.
sim::Task<std::int32_t> run_whoami(ProcessContext& context);
/// id: -u -g -G.
sim::Task<std::int32_t> run_id(ProcessContext& context);
/// uname: -a.
sim::Task<std::int32_t> run_uname(ProcessContext& context);

}  // namespace rockpool::node
