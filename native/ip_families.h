// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <CLI/CLI.hpp>
#include "core/net/address.h"

namespace rockpool::native {

/// Adds `--ip-families` and, for both with IPv4 first, `--dual-stack`: the IP families that a
/// cluster has. `families` must live as long as the command; it stays as it is if neither is
/// given.
void add_ip_family_options(CLI::App& command, std::vector<net::Family>& families);

}  // namespace rockpool::native
