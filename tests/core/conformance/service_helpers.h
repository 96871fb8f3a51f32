// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "tests/core/conformance/world.h"

// What several of upstream's tests of Services do first.
namespace rockpool::conformance {

inline constexpr std::string_view kServices = "/api/v1/namespaces/default/services";
inline constexpr std::string_view kAllEndpoints = "/api/v1/namespaces/default/endpoints";
inline constexpr std::array kModes{net::proxy::ModeKind::userspace, net::proxy::ModeKind::iptables,
                                   net::proxy::ModeKind::ipvs, net::proxy::ModeKind::nftables};

/// Starts a ReplicaSet of servers that tell their names; returns these when all are ready.
std::set<std::string> start_servers(World& world, const std::string& app, int count);
/// Starts `execpod`, a Pod to ask them from.
void start_client(World& world);
/// The addresses of all nodes.
std::vector<std::string> node_addresses(World& world);
/// The node port of a Service's first port, or 0.
std::int64_t node_port(const doc::Value& service);

}  // namespace rockpool::conformance
