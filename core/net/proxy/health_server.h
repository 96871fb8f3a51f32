// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/net/socket.h"

namespace rockpool::net {
class Host;
}

namespace rockpool::net::proxy {

/// Where a proxy says whether it is healthy itself (--healthz-bind-address).
inline constexpr std::uint16_t kHealthzPort = 10256;

/// Where a proxy tells the processes of its own node about itself (--metrics-bind-address).
inline constexpr std::uint16_t kMetricsPort = 10249;

/// What a node's proxy knows of a Service with a healthCheckNodePort.
struct LocalEndpoints {
  std::string service_namespace;
  std::string service_name;
  /// How many of its endpoints on this node are ready.
  std::int64_t count = 0;
};

/// The answer at a healthCheckNodePort (pkg/proxy/healthcheck): 200 if there are local endpoints,
/// else 503; either says how many.
HttpResponse health_answer(const LocalEndpoints& endpoints);
/// The answer of a healthy proxy at `kHealthzPort`; `now` as RFC 3339 writes it.
HttpResponse healthz_answer(std::string_view now);

/// The answer at `kMetricsPort`: `/proxyMode` is the mode, `/healthz` says `ok`.
HttpResponse metrics_answer(const HttpRequest& request, std::string_view mode);

/// A port of one node at which its proxy answers load balancers' questions.
class HealthServer : public HttpHandler {
 public:
  /// Asked for every request; empty: the proxy does not know such a Service (any more).
  using Source = std::function<std::optional<HttpResponse>(const HttpRequest& request)>;
  /// Who is answered.
  enum class Audience { everybody, own_node };

  /// Listens at once; does nothing if the port is taken.
  HealthServer(Host& host, std::uint16_t port, Source source,
               Audience audience = Audience::everybody);

  void handle(HttpExchange exchange) override;

 private:
  Source source_;
  Audience audience_;
  Listener listener_;
};

}  // namespace rockpool::net::proxy
