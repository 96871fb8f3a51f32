// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/cluster/cluster.h"
#include "core/doc/value.h"

namespace rockpool::cluster {

/// Inputs as the history keeps them.
doc::Value request_value(const apiserver::Request& request);
doc::Value fetch_value(const FetchOptions& options);
/// The same.
doc::Value dns_query_value(const std::string& from, DnsTransport transport,
                           std::string_view message);

/// Does again what an input says (see Input::what); what was refused then is refused again. Errors:
/// BadRequest if it cannot be read.
api::Result<void> replay_input(Cluster& cluster, const doc::Value& what);

/// An answer that carries a Status.
apiserver::Response error_response(const api::Status& status);

}  // namespace rockpool::cluster
