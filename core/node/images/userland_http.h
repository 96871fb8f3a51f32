// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/net/http.h"
#include "core/sim/time.h"

// What curl and wget take alike.
namespace rockpool::node {

/// `2`, `0.5`: an option's time in seconds; empty if it is none.
std::optional<sim::Duration> seconds_of(const std::string& text);

/// Gives the request a header as `NAME: VALUE` says it.
void add_header(const std::string& text, net::HttpRequest& request);

}  // namespace rockpool::node
