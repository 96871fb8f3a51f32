// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/node/images/process.h"

// The small programs that work on lines of text, from files or standard input, as busybox has them.
// Each refuses options that it does not have.
namespace rockpool::node {

/// The lines of a text, without their ends; valid as long as the text.
std::vector<std::string_view> lines_of(std::string_view text);

/// wc: -l -w -c.
sim::Task<std::int32_t> run_wc(ProcessContext& context);
/// sort: -n -r -u -t C, and -k N to compare from the field N on.
sim::Task<std::int32_t> run_sort(ProcessContext& context);
/// uniq: -c -d -u.
sim::Task<std::int32_t> run_uniq(ProcessContext& context);
/// cut: -f LIST with -d C and -s, or -c LIST.
sim::Task<std::int32_t> run_cut(ProcessContext& context);
/// tr: SET1 SET2, -d SET1, -s; sets have ranges, \n, \t, [:lower:] and [:upper:].
sim::Task<std::int32_t> run_tr(ProcessContext& context);

}  // namespace rockpool::node
