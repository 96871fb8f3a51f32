// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/host.h"
#include "core/node/images/process.h"

// What simulated HTTP servers have in common.
namespace rockpool::node {

/// An exchange as an access log notes it.
AccessRecord make_access_record(const net::HttpExchange& exchange, int status, std::size_t bytes);

/// `01/Jan/2025:00:00:05 +0000`: the time in the common log format.
std::string common_log_time(sim::Time time);
/// `2025/01/01 00:00:05`: the time as Go's log package and nginx's error log write it.
std::string go_log_time(sim::Time time);
/// `Wed, 01 Jan 2025 00:00:05 GMT`: a Date header.
std::string http_date(sim::Time time);

/// A command-line flag as Go's flag package reads it: `-name value`, `-name=value`, one dash or
/// two. The last one counts.
std::optional<std::string> go_flag(const std::vector<std::string>& arguments,
                                   std::string_view name);
/// True if the flag is there and not `=false`.
bool go_flag_is_set(const std::vector<std::string>& arguments, std::string_view name);
/// A port from `:8080`, `0.0.0.0:8080` or `8080`; the fallback if it is none.
std::uint16_t port_of(std::string_view address, std::uint16_t fallback);

}  // namespace rockpool::node
