// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::scenario {

/// The value at a simple JSONPath, `{.status.phase}` or `.spec.ports[0].port`; empty if there is
/// none, or if the path is of a form that is not understood (filters, wildcards).
std::optional<doc::Value> read_json_path(const doc::Value& object, std::string_view path);

/// A scalar as `kubectl wait` compares it: a string without quotes, anything else as JSON.
std::string plain_text(const doc::Value& value);

}  // namespace rockpool::scenario
