// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include "core/net/address.h"

namespace rockpool::native {

/// Adds `--ip-families` and, for both with IPv4 first, `--dual-stack`: the IP families that a
/// cluster has. `families` must live as long as the command; it stays as it is if neither is
/// given.
void add_ip_family_options(CLI::App& command, std::vector<net::Family>& families);

/// Adds `--service-cidr` and `--pod-cidr`: the networks of Services and Pods. Whether a cluster can
/// have them is for `check_networks` to say, when all else is known.
void add_network_options(CLI::App& command, std::string& service_cidr, std::string& pod_cidr);

}  // namespace rockpool::native
