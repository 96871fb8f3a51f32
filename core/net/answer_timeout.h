// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/client.h"
#include "core/net/host.h"
#include "core/net/http.h"
#include "core/net/ref.h"
#include "core/sim/task.h"
#include "core/sim/time.h"

namespace rockpool::net {

/// One HTTP request as proxies make it, who count the time to connect and the time until the
/// answer apart: as `Host::fetch`, but `answer_timeout` begins once connected. The handshake of TLS
/// counts towards it.
sim::Task<FetchResult> fetch_with_answer_timeout(Ref<Host> host, Url url, HttpRequest request,
                                                 FetchOptions options,
                                                 sim::Duration answer_timeout);

}  // namespace rockpool::net
