// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/doc/value.h"

namespace rockpool::doc {

/// The value at a JSONPath, `{.status.phase}` or `.spec.ports[0].port`; empty if there is none, or
/// if the path is of a form that is not understood. Understood are members (`.a`, `['a.b']`,
/// `.a\.b`), items (`[0]`, `[-1]`), and the first item that a filter finds
/// (`[?(@.type=="Ready")]`).
std::optional<Value> read_json_path(const Value& object, std::string_view path);

/// A scalar as `kubectl wait` compares it: a string without quotes, anything else as JSON.
std::string plain_text(const Value& value);

}  // namespace rockpool::doc
