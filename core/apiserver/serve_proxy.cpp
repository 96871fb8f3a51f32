// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/api/views/endpoints.h"
#include "core/api/views/service.h"
#include "core/apiserver/node_server.h"
#include "core/apiserver/pod_streams.h"
#include "core/apiserver/routes.h"
#include "core/apiserver/state.h"

#include <fmt/format.h>

// pods/…/proxy, services/…/proxy, nodes/…/proxy: requests that are sent on into the cluster
// (pkg/registry/core/{pod,service,node}'s ResourceLocation, apimachinery's UpgradeAwareHandler).
namespace rockpool::apiserver {
namespace {

constexpr std::int32_t kHttpPort = 80;
constexpr std::int32_t kHttpsPort = 443;
constexpr std::int32_t kKubeletPort = 10250;

// `[scheme:]name[:port]`
struct Place {
  std::string scheme;
  std::string name;
  std::string port;
};

std::optional<Place> read_place(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0;;) {
    const std::size_t colon = text.find(':', start);
    parts.emplace_back(text.substr(start, colon - start));
    if (colon == std::string_view::npos) break;
    start = colon + 1;
  }
  Place place;
  if (parts.size() == 1) {
    place.name = parts[0];
  } else if (parts.size() == 2) {
    place = {"", parts[0], parts[1]};
  } else if (parts.size() == 3) {
    place = {parts[0], parts[1], parts[2]};
  } else {
    return std::nullopt;
  }
  const bool is_known = place.scheme.empty() || place.scheme == "http" || place.scheme == "https";
  if (!is_known || place.name.empty()) return std::nullopt;
  return place;
}

std::optional<std::int32_t> read_port(std::string_view text) {
  std::int32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (port < 1 || port > 65535) return std::nullopt;
  return port;
}

// The port that was asked for, or the scheme's own.
api::Result<std::int32_t> port_of(const Place& place) {
  if (place.port.empty()) return place.scheme == "https" ? kHttpsPort : kHttpPort;
  if (const auto port = read_port(place.port)) return *port;
  return std::unexpected{api::service_unavailable(fmt::format(
      "error trying to reach service: dial tcp: lookup tcp/{}: unknown port", place.port))};
}

std::string scheme_of(const Place& place) {
  return place.scheme.empty() ? "http" : place.scheme;
}

api::Result<ProxyTarget> locate_pod(const Route& route, Place place) {
  const auto pod = route.server.get(api::ResourceId::pods, route.path.ns, place.name);
  if (!pod) return std::unexpected{pod.error()};
  if (place.port.empty()) {
    for (const doc::Value& container : (*pod)["spec"_key]["containers"_key].items()) {
      const doc::Value& port = container["ports"_key].at(0)["containerPort"_key];
      if (!port.is_integer()) continue;
      place.port = fmt::format("{}", port.as_int());
      break;
    }
  }
  const std::string address = (*pod)["status"_key]["podIP"_key].to_string();
  if (address.empty()) return std::unexpected{api::bad_request("address not allowed")};
  const auto port = port_of(place);
  if (!port) return std::unexpected{port.error()};
  return ProxyTarget{scheme_of(place), {address}, *port, {}};
}

// The name of the Service's port that was asked for by name or number.
api::Result<std::string> find_service_port(const doc::Value& service, const Place& place) {
  const auto number = read_port(place.port);
  if (!number) return place.port;
  for (const doc::Value& port : service["spec"_key]["ports"_key].items()) {
    if (port["port"_key].as_int() == *number) return port["name"_key].to_string();
  }
  return std::unexpected{api::service_unavailable(
      fmt::format("no service port {} found for service \"{}\"", *number, place.name))};
}

api::Result<ProxyTarget> locate_service(const Route& route, const Place& place) {
  const auto service = route.server.get(api::ResourceId::services, route.path.ns, place.name);
  if (!service) return std::unexpected{service.error()};
  const auto port_name = find_service_port(*service, place);
  if (!port_name) return std::unexpected{port_name.error()};
  ProxyTarget target{scheme_of(place), {}, 0, {}};
  route.server.store().visit(
      api::ResourceId::endpointslices, route.path.ns, [&](const doc::Value& object) {
        const api::EndpointSlice slice{object};
        if (slice.service_name() != place.name) return true;
        for (const api::EndpointPort port : slice.ports()) {
          if (port.name() != *port_name) continue;
          for (const api::Endpoint endpoint : slice.endpoints()) {
            const auto number = static_cast<std::int32_t>(port.port());
            // All of one request go to one port: endpoints with another wait for the next.
            if (!endpoint.is_ready() || (target.port != 0 && target.port != number)) continue;
            target.port = number;
            target.addresses.emplace_back(endpoint.address());
          }
        }
        return true;
      });
  if (!target.addresses.empty()) return target;
  return std::unexpected{api::service_unavailable(
      fmt::format("no endpoints available for service \"{}\"", place.name))};
}

api::Result<ProxyTarget> locate_node(const Route& route, const Place& place) {
  const auto node = route.server.get(api::ResourceId::nodes, {}, place.name);
  if (!node) return std::unexpected{node.error()};
  for (const doc::Value& address : (*node)["status"_key]["addresses"_key].items()) {
    if (address["type"_key].as_string() != "InternalIP") continue;
    const std::string ip = address["address"_key].to_string();
    if (place.port.empty() && place.scheme.empty()) {
      return ProxyTarget{"https", {ip}, kKubeletPort, {}};
    }
    const auto port = port_of(place);
    if (!port) return std::unexpected{port.error()};
    return ProxyTarget{scheme_of(place), {ip}, *port, {}};
  }
  return std::unexpected{api::bad_request("address not allowed")};
}

std::string percent_encode(std::string_view text, std::string_view also_safe) {
  std::string result;
  for (const char c : text) {
    const bool is_safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') ||
                         std::string_view{"-._~"}.find(c) != std::string_view::npos ||
                         also_safe.find(c) != std::string_view::npos;
    if (is_safe) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

std::string query_text(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text += text.empty() ? '?' : '&';
    text += percent_encode(name, "") + "=" + percent_encode(value, "");
  }
  return text;
}

// What comes after `/proxy`, with its slashes.
std::string_view path_after(const Route& route) {
  const std::string_view path = route.request.path;
  const std::string_view subresource = route.path.subresource;
  const auto end = static_cast<std::size_t>(subresource.data() - path.data()) + subresource.size();
  return path.substr(end);
}

}  // namespace

Response serve_proxy(const Route& route) {
  const std::string_view resource = route.resource->plural;
  const auto place = read_place(route.path.name);
  if (!place) {
    const std::string_view singular = route.resource->singular;
    return respond_status(
        api::bad_request(fmt::format("invalid {} request \"{}\"", singular, route.path.name)),
        route.format);
  }
  auto target = resource == "pods"       ? locate_pod(route, *place)
                : resource == "services" ? locate_service(route, *place)
                                         : locate_node(route, *place);
  if (!target) return respond_status(target.error(), route.format);
  std::string_view path = path_after(route);
  const std::string_view method = route.request.method;
  if (path.empty() && (method == "GET" || method == "HEAD")) {
    // So that relative links on the page lead somewhere.
    Response response;
    response.status = 301;
    response.headers.add("Location", percent_encode(route.request.path, "/:@!$&'()*+,;=") + "/" +
                                         query_text(route.request.query));
    return response;
  }
  if (path.empty()) path = "/";
  const bool is_kubelet = resource == "nodes" && target->port == kKubeletPort;
  NodeServer* const kubelets = route.server.node_server();
  if (is_kubelet && kubelets != nullptr) {
    // The scheme that was not given is the kubelet's own.
    if (place->scheme == "http") {
      return respond_text(400, "Client sent an HTTP request to an HTTPS server.\n");
    }
    return kubelets->serve(place->name, target->addresses.front(), path, route.request);
  }
  ProxyTransport* transport = route.server.proxy_transport();
  if (transport == nullptr) {
    return respond_status(api::service_unavailable("nothing leads into the cluster's network"),
                          route.format);
  }
  target->target = percent_encode(path, "/:@!$&'()*+,;=") + query_text(route.request.query);
  Response response;
  response.pending = transport->send(*target, route.request);
  return response;
}

}  // namespace rockpool::apiserver
