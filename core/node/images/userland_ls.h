// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/node/images/process.h"

namespace rockpool::node {

/// `ls [-1aAd] [PATH…]`, one name on each line: files first, then what is in each folder, below its
/// name if there are several. Of other options none is known to change anything: permissions,
/// owners and times of files are not kept.
sim::Task<std::int32_t> run_ls(ProcessContext& context);

}  // namespace rockpool::node
