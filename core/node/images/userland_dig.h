// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/node/images/process.h"

namespace rockpool::node {

/// dig: [@SERVER] NAME [TYPE], -t, -x, -p, +short, +search, +tcp, +time, and +noall, +answer and
/// the like for the parts of its output. Its exit status is 9 if no server answers.
sim::Task<std::int32_t> run_dig(ProcessContext& context);

/// The name whose PTR record tells the name of an address: `1.0.96.10.in-addr.arpa.`; empty if
/// `address` is none.
std::string reverse_name(std::string_view address);

}  // namespace rockpool::node
