// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/api_proxy.h"

#include <fmt/format.h>

#include <utility>

#include "core/api/status.h"
#include "core/cluster/replay.h"
#include "core/cluster/rewrite_links.h"
#include "core/doc/ascii.h"
#include "core/net/tls.h"

namespace rockpool::cluster {
namespace {

// How long a server may take (kube-apiserver's own limit for requests that are not streams).
constexpr sim::Duration kTimeout = std::chrono::seconds{60};

// Headers that concern one connection only, or that the next one makes itself (net/http/httputil's
// hopHeaders).
bool is_for_one_hop(std::string_view name) {
  for (const char* each :
       {"Connection", "Proxy-Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding",
        "Upgrade", "Host", "Content-Length", "Accept-Encoding", "Authorization"}) {
    if (doc::equal_ignoring_case(name, each)) return true;
  }
  return false;
}

net::HttpRequest make_request(const apiserver::ProxyTarget& target,
                              const apiserver::Request& request) {
  net::HttpRequest result;
  result.method = request.method;
  result.target = target.target;
  result.body = request.body;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!is_for_one_hop(name)) result.headers.add(name, value);
  }
  result.headers.set("X-Forwarded-Uri", request.path);
  if (const std::string* host = request.headers.find("Host")) {
    result.headers.set("X-Forwarded-Host", *host);
  }
  return result;
}

apiserver::Response make_response(const net::HttpResponse& response, const std::string& prefix) {
  apiserver::Response result;
  result.status = response.status;
  result.body = response.body;
  for (const auto& [name, value] : response.headers.fields()) {
    if (is_for_one_hop(name)) continue;
    // A redirect within the server stays behind the proxy.
    const bool is_place = doc::equal_ignoring_case(name, "Location") && value.starts_with('/');
    result.headers.add(name, is_place ? prefix + value : value);
  }
  if (response.headers.get("Content-Type").starts_with("text/html")) {
    result.body = rewrite_links(response.body, prefix);
  }
  return result;
}

// The path up to the subresource: `/api/v1/namespaces/default/pods/web/proxy`. Any name in it may
// be "proxy", so the segments are counted.
std::string place_of_proxy(std::string_view path) {
  const std::size_t segments = path.starts_with("/api/v1/nodes/") ? 5 : 7;
  std::size_t end = 0;
  for (std::size_t i = 0; i < segments && end != std::string_view::npos; ++i) {
    end = path.find('/', end + 1);
  }
  return std::string{path.substr(0, end)};
}

}  // namespace

net::Ref<net::Host> ApiProxy::machine() {
  if (!host_) host_ = network_.add_control_plane("apiserver", addresses_);
  return host_;
}

std::shared_ptr<apiserver::PendingResponse> ApiProxy::send(const apiserver::ProxyTarget& target,
                                                           const apiserver::Request& request) {
  auto pending = std::make_shared<apiserver::PendingResponse>();
  if (under_way_.size() >= kMaxUnderWay) {
    pending->set(error_response(api::too_many_requests(
        fmt::format("at most {} proxied requests may be under way at once", kMaxUnderWay), 1)));
    return pending;
  }
  net::Url url;
  url.scheme = target.scheme;
  url.host = target.addresses[random_.below(target.addresses.size())];
  url.port = static_cast<std::uint16_t>(target.port);
  url.target = target.target;
  std::string prefix = place_of_proxy(request.path);
  const std::uint64_t id = next_id_++;
  under_way_.emplace(id, sim::Process{loop_, run(std::move(url), make_request(target, request),
                                                 std::move(prefix), pending, id)});
  return pending;
}

sim::Task<void> ApiProxy::run(net::Url url, net::HttpRequest request, std::string prefix,
                              std::shared_ptr<apiserver::PendingResponse> pending,
                              std::uint64_t id) {
  net::FetchOptions options;
  options.timeout = kTimeout;
  // The API server takes any certificate of what it proxies to.
  if (url.scheme == "https") options.tls = net::insecure_tls();
  const net::Ref<net::Host> host = machine();
  sim::Task<net::FetchResult> fetching = host->fetch(std::move(url), std::move(request), options);
  const net::FetchResult result = co_await fetching;
  if (result.ok()) {
    pending->set(make_response(*result.outcome, prefix));
  } else {
    pending->set(error_response(api::service_unavailable(fmt::format(
        "error trying to reach service: {}", net::go_message(result.outcome.error())))));
  }
  // Ends this process, at its end.
  under_way_.erase(id);
}

}  // namespace rockpool::cluster
