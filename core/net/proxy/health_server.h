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

/// A port of one node at which its proxy answers load balancers' questions.
class HealthServer : public HttpHandler {
 public:
  /// Asked for every request; empty: the proxy does not know such a Service (any more).
  using Source = std::function<std::optional<HttpResponse>()>;

  /// Listens at once; does nothing if the port is taken.
  HealthServer(Host& host, std::uint16_t port, Source source);

  void handle(HttpExchange exchange) override;

 private:
  Source source_;
  Listener listener_;
};

}  // namespace rockpool::net::proxy
