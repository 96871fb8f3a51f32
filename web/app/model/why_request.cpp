// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/why_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace rockpool::app {
namespace {

constexpr std::string_view kOutside = "external";

std::string from_pod(const PodItem& pod) {
  return fmt::format("pod/{}/{}", pod.ns, pod.name);
}

bool can_ask(const PodItem& pod) {
  return !pod.ip.empty() && (pod.health == Health::Ready || pod.health == Health::NotReady);
}

std::string in_brackets(const std::string& address) {
  return address.contains(':') ? fmt::format("[{}]", address) : address;
}

std::string url_of(std::string_view host, int port) {
  return port == 80 ? fmt::format("http://{}/", host) : fmt::format("http://{}:{}/", host, port);
}

// The first port of "80:30080/TCP 443/TCP", and its node port.
struct Ports {
  int port = 0;
  int node_port = 0;
};
Ports first_ports(const std::string& text) {
  Ports ports;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, ports.port);
  if (error == std::errc{} && after != end && *after == ':')
    std::from_chars(after + 1, end, ports.node_port);
  return ports;
}

std::string first_node(const World& world) {
  std::string first;
  world.nodes.each([&first](Slot, const NodeItem& node) {
    if (first.empty() || node.name < first) first = node.name;
  });
  return first;
}

std::string namespace_of_client(std::string_view from) {
  if (!from.starts_with("pod/")) return {};
  from.remove_prefix(4);
  return std::string{from.substr(0, from.find('/'))};
}

// The last request that is as wanted, one that failed if there is any.
const RequestSeen* last_request(const Traffic& traffic,
                                const std::function<bool(const RequestSeen&)>& is_wanted) {
  for (const auto* requests : {&traffic.failed(), &traffic.recent()}) {
    const auto found = std::find_if(requests->rbegin(), requests->rend(), is_wanted);
    if (found != requests->rend()) return &*found;
  }
  return nullptr;
}

// A Pod that could be a client of the Service: of its namespace rather than another, not behind it.
std::string client_of(const World& world, const ServiceItem& service) {
  std::string best;
  int best_rank = 0;
  world.pods.each([&](Slot slot, const PodItem& pod) {
    if (!can_ask(pod)) return;
    const bool behind = std::ranges::binary_search(service.ready, slot) ||
                        std::ranges::binary_search(service.not_ready, slot);
    const int rank = (pod.ns == service.ns ? 2 : 0) + (behind ? 1 : 2);
    const std::string from = from_pod(pod);
    if (rank < best_rank || (rank == best_rank && from >= best)) return;
    best_rank = rank;
    best = from;
  });
  return best.empty() ? std::string{kOutside} : best;
}

std::string first_url(const World& world, std::string_view from) {
  const std::vector<std::string> urls = request_urls(world, from);
  return urls.empty() ? std::string{} : urls.front();
}

}  // namespace

std::string url_of_service(const World& world, const ServiceItem& service, std::string_view from) {
  const Ports ports = first_ports(service.ports);
  if (from == kOutside) {
    const std::string node = first_node(world);
    if (ports.node_port == 0 || node.empty()) return {};
    return url_of(node, ports.node_port);
  }
  const int port = ports.port == 0 ? 80 : ports.port;
  if (from.starts_with("node/")) {
    // Nodes do not ask the cluster's DNS.
    const bool has_address = !service.headless && service.type != "ExternalName";
    if (!has_address || service.cluster_ip.empty()) return {};
    return url_of(in_brackets(service.cluster_ip), port);
  }
  if (namespace_of_client(from) == service.ns) return url_of(service.name, port);
  return url_of(fmt::format("{}.{}", service.name, service.ns), port);
}

WhyRequest why_failed(const FailedRequestRef& failed) {
  if (failed == nullptr) return {};
  return {failed->from, failed->url, failed};
}

WhyRequest likely_request(const World& world, const Traffic& traffic, const ObjectRef& object) {
  const std::string key = key_of_object(object.ns, object.name);
  WhyRequest request;
  if (const ServiceItem* service = world.services.get(key);
      object.kind == "Service" && service != nullptr) {
    const RequestSeen* const last =
        last_request(traffic, [&key](const RequestSeen& one) { return one.service_key == key; });
    if (last != nullptr) return {last->from, last->url, last->failure};
    request.from = client_of(world, *service);
    request.url = url_of_service(world, *service, request.from);
    return request;
  }
  if (object.kind == "Pod") {
    request.from = fmt::format("pod/{}", key);
  } else if (object.kind == "Node") {
    request.from = fmt::format("node/{}", object.name);
  } else {
    request.from = kOutside;
  }
  const RequestSeen* const last = last_request(
      traffic, [&request](const RequestSeen& one) { return one.from == request.from; });
  request.url = last != nullptr ? last->url : first_url(world, request.from);
  if (last != nullptr) request.failed = last->failure;
  return request;
}

std::vector<std::string> request_clients(const World& world) {
  std::vector<std::string> clients;
  world.pods.each([&clients](Slot, const PodItem& pod) {
    if (can_ask(pod)) clients.push_back(from_pod(pod));
  });
  // What runs the cluster asks last.
  std::ranges::sort(clients, {}, [](const std::string& from) {
    return std::pair{from.starts_with("pod/kube-"), from};
  });
  const auto pods = static_cast<std::ptrdiff_t>(clients.size());
  world.nodes.each([&clients](Slot, const NodeItem& node) {
    clients.push_back(fmt::format("node/{}", node.name));
  });
  std::ranges::sort(clients.begin() + pods, clients.end());
  clients.emplace_back(kOutside);
  return clients;
}

std::vector<std::string> request_urls(const World& world, std::string_view from) {
  const std::string ns = namespace_of_client(from);
  std::vector<const ServiceItem*> services;
  world.services.each([&](Slot, const ServiceItem& service) { services.push_back(&service); });
  std::ranges::sort(services, {}, [&ns](const ServiceItem* service) {
    const bool is_system = service->ns.starts_with("kube-") || service->name == "kubernetes";
    return std::tuple{is_system, service->ns != ns, std::string_view{service->ns},
                      std::string_view{service->name}};
  });
  std::vector<std::string> urls;
  for (const ServiceItem* service : services) {
    if (std::string url = url_of_service(world, *service, from); !url.empty())
      urls.push_back(std::move(url));
  }
  return urls;
}

}  // namespace rockpool::app
