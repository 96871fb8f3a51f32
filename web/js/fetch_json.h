// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/api/status.h"
#include "core/cluster/cluster.h"
#include "core/doc/value.h"

namespace rockpool::web {

/// Reads `{"url", "from", "method", "headers": {…}, "body", "timeout": "30s"}`. Errors: BadRequest
/// that names the member.
api::Result<FetchOptions> read_fetch_options(const doc::Value& document);

/// `{"status", "headers", "body", "trace": [hop…]}` of an answer; of a failure
/// `{"failure": {"kind", "message"}, "trace": […]}`.
doc::Value fetch_result_value(const net::FetchResult& result);

/// Reads such a value again, as far as it says how the request went: not the answer's headers and
/// body, and of a failure not the addresses in its message. `name` stands before the errors:
/// BadRequest that names the member.
api::Result<net::FetchResult> read_fetch_result(std::string_view name, const doc::Value& value);

}  // namespace rockpool::web
