// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/http.h"
#include "core/node/images/nginx_upstream.h"
#include "core/node/images/process.h"
#include "core/sim/task.h"

// How nginx passes requests on (ngx_http_upstream.c), for the server and for the Ingress controller
// that is made of it.
namespace rockpool::node {

/// A line of nginx's error log, which is standard error; `process` is who writes it.
void nginx_note(ProcessContext& context, int process, std::string_view level,
                std::string_view text);

/// The number of the one worker process, which answers requests.
inline constexpr int kNginxWorker = 29;

/// One request on its way to an upstream.
struct NginxPassing {
  /// Who may answer it. Not null.
  std::shared_ptr<NginxUpstream> upstream;
  /// As the upstream gets it.
  net::HttpRequest request;
  /// Over TLS; certificates are not looked at, as proxy_ssl_verify is off.
  bool to_tls = false;
  sim::Duration connect_timeout = std::chrono::seconds{60};
  sim::Duration read_timeout = std::chrono::seconds{60};
  /// The most servers that are asked; 0 for all.
  int max_tries = 0;
  /// When the next server is asked, in the words of `proxy_next_upstream`.
  std::vector<std::string> next_cases = {"error", "timeout"};
  /// The connection's number in the log.
  std::uint64_t connection = 0;
  /// What the log says of the client before the upstream (`client: …, server: …, request: "…"`) and
  /// after it (`host: "…"`).
  std::string client_text;
  std::string host_text;
};

/// What came of it.
struct NginxPassed {
  /// The upstream's answer; none if nobody answered.
  std::optional<net::HttpResponse> response;
  /// Else the status that the client gets: 502 or 504.
  int status = 502;
  /// Of all that were asked, separated by commas: `$upstream_addr` and `$upstream_status`.
  std::string addresses;
  std::string statuses;
};

/// Asks one server after the other until one takes the request; failures go to the error log.
/// `context` must outlive it.
sim::Task<NginxPassed> pass_on(ProcessContext& context, NginxPassing passing);

}  // namespace rockpool::node
