// SPDX-License-Identifier: Apache-2.0
// How the server passes a request on to an upstream, and the answer on to the client.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/doc/ascii.h"
#include "core/node/images/nginx_path.h"
#include "core/node/images/nginx_server.h"

namespace rockpool::node {
namespace {

// Whether two names of headers are the same.
bool has_header(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(
      names, [name](const std::string& each) { return doc::equal_ignoring_case(each, name); });
}

}  // namespace

sim::Task<void> NginxServer::pass(net::HttpExchange exchange, Turn turn) {
  for (;;) {
    auto running = pass_on(context_, prepare(turn, exchange));
    NginxPassed passed = co_await running;
    turn.upstream_addresses = std::move(passed.addresses);
    turn.upstream_statuses = std::move(passed.statuses);
    const int status = passed.response ? passed.response->status : passed.status;
    const bool is_intercepted =
        status >= 300 && turn.location->proxy.intercepts_errors.value_or(false);
    if (passed.response && !is_intercepted) {
      net::HttpResponse response = relay(turn, exchange, std::move(*passed.response));
      finish(turn, std::move(exchange), std::move(response));
      co_return;
    }
    Step next = fail(turn, exchange, status);
    if (std::holds_alternative<Next>(next)) next = decide(turn, exchange);
    if (auto* const response = std::get_if<net::HttpResponse>(&next)) {
      finish(turn, std::move(exchange), std::move(*response));
      co_return;
    }
  }
}

NginxPassing NginxServer::prepare(const Turn& turn, const net::HttpExchange& exchange) {
  const NginxProxySettings& settings = turn.location->proxy;
  const NginxProxyPass& to = *turn.location->proxy_pass;
  NginxPassing passing;
  passing.upstream = turn.setup->upstreams[to.upstream];
  passing.request = upstream_request(turn, exchange);
  passing.to_tls = to.scheme == "https";
  passing.connect_timeout = settings.connect_timeout.value_or(passing.connect_timeout);
  passing.read_timeout = settings.read_timeout.value_or(passing.read_timeout);
  passing.max_tries = settings.next_upstream_tries.value_or(0);
  if (!settings.next_upstream.empty()) passing.next_cases = settings.next_upstream;
  passing.connection = turn.connection;
  passing.client_text = client_text(turn, exchange);
  passing.host_text = host_text(exchange);
  // The connection to the upstream has a number too.
  ++connections_;
  return passing;
}

net::HttpRequest NginxServer::upstream_request(const Turn& turn,
                                               const net::HttpExchange& exchange) const {
  const NginxProxySettings& settings = turn.location->proxy;
  const NginxProxyPass& to = *turn.location->proxy_pass;
  net::HttpRequest request = exchange.request();
  NginxScope scope = scope_of(turn, exchange);
  const std::string port = fmt::format("{}", to.port);
  scope.proxy_host = to.authority;
  scope.proxy_port = port;
  request.method = turn.method;
  // With a path of its own, that takes the place of the location's; otherwise the client's words
  // are passed on as they are, unless nginx has replaced them itself.
  if (!to.uri.empty() || turn.is_moved) {
    const std::size_t replaced =
        to.uri.empty() ? 0 : std::min(turn.location->path.size(), turn.uri.size());
    request.target = to.uri + escape_nginx_path(std::string_view{turn.uri}.substr(replaced));
    if (!turn.args.empty()) request.target += "?" + turn.args;
  }
  request.host = to.authority;
  for (const std::string_view name : {"Keep-Alive", "TE", "Expect", "Upgrade"}) {
    request.headers.remove(name);
  }
  request.headers.set("Connection", "close");
  for (const auto& [name, text] : settings.headers) {
    const std::string value = expand_nginx_variables(text, scope);
    if (doc::equal_ignoring_case(name, "Host")) {
      request.host = value;
    } else if (value.empty()) {
      request.headers.remove(name);
    } else {
      request.headers.set(name, value);
    }
  }
  return request;
}

// An upstream's answer as the client gets it.
net::HttpResponse NginxServer::relay(const Turn& turn, const net::HttpExchange& exchange,
                                     net::HttpResponse response) const {
  constexpr std::string_view kHidden[] = {"Date", "Server", "X-Pad"};
  constexpr std::string_view kOwn[] = {"Connection", "Keep-Alive", "Transfer-Encoding"};
  const NginxProxySettings& settings = turn.location->proxy;
  for (const std::string_view name : kHidden) {
    if (!has_header(settings.passed, name)) response.headers.remove(name);
  }
  for (const std::string_view name : kOwn) response.headers.remove(name);
  for (const std::string& name : settings.hidden) response.headers.remove(name);
  rewrite_location(turn, exchange, response);
  return response;
}

// The upstream's own address in a redirection becomes the client's (`proxy_redirect`).
void NginxServer::rewrite_location(const Turn& turn, const net::HttpExchange& exchange,
                                   net::HttpResponse& response) const {
  const NginxLocation& own = *turn.location;
  const std::string location{response.headers.get("Location")};
  if (location.empty()) return;
  std::vector<std::pair<std::string, std::string>> rules = own.proxy.redirects;
  if (rules.empty()) rules.emplace_back("default", "");
  for (auto& [from, to] : rules) {
    if (from == "off") return;
    if (from == "default") {
      const bool has_uri = !own.proxy_pass->uri.empty();
      from = own.proxy_pass->url() + (has_uri ? "" : "/");
      to = has_uri ? own.path : "/";
    } else {
      from = expand(from, turn, exchange);
      to = expand(to, turn, exchange);
    }
    if (!location.starts_with(from)) continue;
    const net::HttpResponse absolute =
        moved(turn, exchange, 302, to + location.substr(from.size()));
    response.headers.set("Location", absolute.headers.get("Location"));
    return;
  }
}

}  // namespace rockpool::node
