// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/status.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::web {

/// The error of a member that is not as it should be: "advance: expected a duration …".
std::unexpected<api::Status> expected(std::string_view name, std::string_view what);
/// The object that `text` is in JSON; the error says what was to be one.
api::Result<doc::Value> read_object(std::string_view name, std::string_view text);
/// "10s" and its like. `least` is the shortest that is taken.
api::Result<sim::Duration> read_duration(std::string_view name, std::string_view text,
                                         sim::Duration least = {});

}  // namespace rockpool::web
