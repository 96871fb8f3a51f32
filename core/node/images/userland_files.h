// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/node/images/process.h"

// The small programs that read and write files.
namespace rockpool::node {

/// An argument as an absolute path.
std::string path_of(ProcessContext& context, std::string_view argument);
/// What a process reads from a file; empty if it cannot.
std::optional<std::string> read_file(ProcessContext& context, const std::string& path);

/// cat: files, `-` and standard input, which is handed on as it comes.
sim::Task<std::int32_t> run_cat(ProcessContext& context);
/// head and tail: -n N, -N. `tail -f` follows a file that will not grow, and so waits.
sim::Task<std::int32_t> run_head_or_tail(ProcessContext& context);
/// tee.
sim::Task<std::int32_t> run_tee(ProcessContext& context);
/// touch.
sim::Task<std::int32_t> run_touch(ProcessContext& context);
/// rm: -f -r -R.
sim::Task<std::int32_t> run_rm(ProcessContext& context);
/// mkdir.
sim::Task<std::int32_t> run_mkdir(ProcessContext& context);

}  // namespace rockpool::node
