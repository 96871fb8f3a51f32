// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/health_server.h"

#include <fmt/format.h>

#include <utility>

#include "core/net/host.h"

namespace rockpool::net::proxy {

HttpResponse health_answer(const LocalEndpoints& endpoints) {
  HttpResponse response;
  response.status = endpoints.count > 0 ? 200 : 503;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Load-Balancing-Endpoint-Weight", std::to_string(endpoints.count));
  response.body = fmt::format(
      "{{\n\t\"service\": {{\n\t\t\"namespace\": \"{}\",\n\t\t\"name\": \"{}\"\n\t}},\n"
      "\t\"localEndpoints\": {},\n\t\"serviceProxyHealthy\": true\n}}",
      endpoints.service_namespace, endpoints.service_name, endpoints.count);
  return response;
}

HttpResponse healthz_answer(std::string_view now) {
  HttpResponse response;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.body = fmt::format(
      "{{\"lastUpdated\": \"{}\",\"currentTime\": \"{}\", \"nodeEligible\": true}}", now, now);
  return response;
}

HttpResponse metrics_answer(const HttpRequest& request, std::string_view mode) {
  if (request.path() == "/proxyMode") return HttpResponse::plain(200, std::string{mode});
  if (request.path() == "/healthz") return HttpResponse::plain(200, "ok");
  return HttpResponse::plain(404, "404 page not found\n");
}

HealthServer::HealthServer(Host& host, std::uint16_t port, Source source, Audience audience)
    : source_{std::move(source)}, audience_{audience} {
  auto listener = host.listen(port, *this);
  if (listener) listener_ = std::move(*listener);
}

void HealthServer::handle(HttpExchange exchange) {
  if (audience_ == Audience::own_node && !exchange.peer().ip.is_loopback()) {
    return exchange.close();
  }
  std::optional<HttpResponse> answer = source_(exchange.request());
  // Another process may have had time to take the connection before the port was closed.
  exchange.respond(answer ? std::move(*answer) : HttpResponse::plain(404, "404 page not found\n"));
}

}  // namespace rockpool::net::proxy
