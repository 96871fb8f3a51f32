// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace rockpool::web
