// SPDX-License-Identifier: Apache-2.0
//
// The last part of the way: the node's proxy, the network, the process that should listen.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/api/views/endpoints.h"
#include "core/cluster/why/inquiry.h"

namespace rockpool::cluster {
namespace {

std::vector<net::SocketAddress> sorted(std::vector<net::SocketAddress> addresses) {
  std::ranges::sort(addresses);
  return addresses;
}

// The addresses of the Service's endpoints that are ready as the API has them now, for one port;
// for a headless Service at the port that the client asks for.
std::vector<net::SocketAddress> ready_now(client::Informers& informers, const api::Service& service,
                                          std::string_view port_name, std::uint16_t asked,
                                          net::Family family) {
  std::vector<net::SocketAddress> addresses;
  const std::string place = client::label_index_value(service.namespace_name(),
                                                      "kubernetes.io/service-name", service.name());
  for (const client::Entry* entry :
       informers.of(api::ResourceId::endpointslices).by_label().find(place)) {
    const api::EndpointSlice slice{entry->second};
    std::vector<std::uint16_t> ports;
    if (service.is_headless()) ports.push_back(asked);
    for (const api::EndpointPort port : slice.ports()) {
      if (!service.is_headless() && port.name() == port_name) {
        ports.push_back(static_cast<std::uint16_t>(port.port()));
      }
    }
    for (const api::Endpoint endpoint : slice.endpoints()) {
      const auto ip = net::IpAddress::parse(endpoint.address());
      if (!ip || ip->family() != family || !endpoint.is_ready()) continue;
      for (const std::uint16_t port : ports) addresses.push_back({*ip, port});
    }
  }
  return sorted(std::move(addresses));
}

}  // namespace

bool Inquiry::ask_proxy(const api::Service& service, const api::ServicePort& port,
                        const Destination& destination) {
  const std::string port_name{port.name()};
  const std::vector<net::SocketAddress> wanted =
      ready_now(sources_.informers, service, port_name, port_, family_);
  // DNS gives the addresses of the Pods themselves.
  if (service.is_headless()) return ask_servers(wanted);
  const net::Node* node = client_.node();
  if (!destination.is_cluster_ip && destination.address) {
    const net::Node* const owner = sources_.network.find_node(*destination.address);
    if (owner != nullptr) node = owner;
    if (owner == nullptr && node == nullptr)
      return ask_load_balancer(service, *destination.address);
  }
  if (node == nullptr) return true;
  if (!ask_way(client_.node(), node)) return false;
  if (client_.node() != node && !service.external_traffic_is_local()) masquerading_node_ = node;
  const std::string name = fmt::format("{}/{}", service.namespace_name(), service.name());
  for (const net::ServiceProxy::Rule& rule : sources_.proxy.rules(*node)) {
    if (rule.service != name || rule.port_name != port_name || rule.family() != family_) continue;
    const bool is_internal = destination.is_cluster_ip;
    if (!ask_rules(*node, service, rule, is_internal)) return false;
    const std::vector<net::SocketAddress>& chosen =
        is_internal || client_.node() != nullptr ? rule.for_cluster_ip() : rule.from_outside();
    if (!ask_servers(chosen)) return false;
    return true;
  }
  if (service.labels().contains("service.kubernetes.io/service-proxy-name")) {
    return blame(
        Cause::not_proxied,
        fmt::format("The label service.kubernetes.io/service-proxy-name leaves the Service "
                    "{} to another proxy, and there is none.",
                    service.name()),
        "Take the label away.");
  }
  return blame(Cause::proxy_lags,
               fmt::format("The proxy of {} does not know the Service {} yet.", node->name(),
                           service.name()),
               sources_.proxy.is_frozen(*node) ? "The proxy is frozen: thaw it."
                                               : "Wait a moment: it will learn of it.");
}

bool Inquiry::ask_rules(const net::Node& node, const api::Service& service,
                        const net::ServiceProxy::Rule& rule, bool is_cluster_ip) {
  const std::vector<net::SocketAddress> wanted =
      ready_now(sources_.informers, service, rule.port_name, port_, family_);
  std::vector<net::SocketAddress> known;
  for (const net::proxy::RuleEndpoint& endpoint : rule.endpoints) {
    if (endpoint.ready) known.push_back(endpoint.address);
  }
  if (sorted(known) != wanted) {
    return blame(
        Cause::proxy_lags,
        fmt::format("The proxy of {} works by older rules: it knows {} ready endpoint{} of "
                    "{}, there are {}.",
                    node.name(), known.size(), known.size() == 1 ? "" : "s", service.name(),
                    wanted.size()),
        sources_.proxy.is_frozen(node) ? "The proxy is frozen: thaw it."
                                       : "Wait a moment: it will learn of the change.");
  }
  const bool is_outside = !is_cluster_ip && client_.node() == nullptr;
  const std::vector<net::SocketAddress>& chosen =
      is_outside ? rule.from_outside() : rule.for_cluster_ip();
  const std::string_view policy = is_outside ? "externalTrafficPolicy" : "internalTrafficPolicy";
  if (chosen.empty()) {
    return blame(Cause::no_local_endpoint,
                 fmt::format("The {} of the Service {} is Local, and no Pod of it is ready on {}.",
                             policy, service.name(), node.name()),
                 is_outside ? "Ask a node that has one, or set the policy to Cluster."
                            : "Run a Pod on every node that has clients, or set the policy to "
                              "Cluster.");
  }
  note(fmt::format("The proxy of {} ({}) chooses among {}.", node.name(),
                   net::proxy::mode_kind_name(sources_.proxy.options().mode),
                   fmt::join(
                       [&] {
                         std::vector<std::string> texts;
                         for (const net::SocketAddress& address : chosen) {
                           texts.push_back(address.to_string());
                         }
                         return texts;
                       }(),
                       ", ")));
  return true;
}

bool Inquiry::ask_load_balancer(const api::Service& service, const net::IpAddress& address) {
  const std::vector<std::string> nodes = sources_.load_balancers.healthy_nodes(address);
  if (nodes.empty()) {
    return blame(Cause::no_healthy_node,
                 fmt::format("The load balancer of {} finds no healthy node.", service.name()),
                 service.external_traffic_is_local()
                     ? "Under externalTrafficPolicy Local only nodes with a ready Pod are healthy."
                     : "Are the nodes up?");
  }
  note(fmt::format("The load balancer sends to {}.", fmt::join(nodes, ", ")));
  const net::IpAddress* const own = client_.address_of(family_);
  const net::IpAddress client = own != nullptr ? *own : client_.address();
  const doc::Value& ranges = service.load_balancer_source_ranges();
  const bool is_admitted =
      ranges.size() == 0 || std::ranges::any_of(ranges.items(), [&](const doc::Value& range) {
        const auto parsed = net::Cidr::parse(range.as_string());
        return parsed && parsed->contains(client);
      });
  if (!is_admitted) {
    return blame(
        Cause::not_admitted,
        fmt::format("The client's address {} is in none of the loadBalancerSourceRanges of "
                    "{}.",
                    client.to_string(), service.name()),
        "Add a range with the client's address.");
  }
  return ask_servers(
      ready_now(sources_.informers, service, service.ports()[0].name(), port_, family_));
}

bool Inquiry::ask_servers(const std::vector<net::SocketAddress>& servers) {
  for (std::size_t index = 0; index < servers.size(); ++index) {
    const std::string which = fmt::format("endpoint {} of {}", index + 1, servers.size());
    if (!ask_server(servers[index], which)) return false;
  }
  return true;
}

const net::Node* Inquiry::node_of_range(const net::IpAddress& address) const {
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::nodes).objects()) {
    const net::Node* const node = sources_.network.find_node(key.name);
    if (node == nullptr) continue;
    for (const net::Cidr& range : node->pod_cidrs()) {
      if (range.contains(address)) return node;
    }
  }
  return nullptr;
}

bool Inquiry::ask_server(const net::SocketAddress& server, std::string_view which) {
  const net::Host* const host = sources_.network.find_host(server.ip);
  if (host == nullptr) {
    // The Pods of a node that is off have no network.
    const net::Node* const node = node_of_range(server.ip);
    if (node != nullptr && !node->is_up()) return ask_way(client_.node(), node);
    return blame(Cause::no_such_address,
                 fmt::format("Nobody has the address {} ({}).", server.ip.to_string(), which),
                 "If the Pod has just gone, the Service will learn of it in a moment.");
  }
  if (!ask_way(client_.node(), host->node())) return false;
  if (!ask_policies_to(*host, server)) return false;
  if (host->is_listening(server.port)) {
    note(fmt::format("{} listens on {}.", host->name(), server.to_string()));
    return ask_tls(*host, server);
  }
  return blame(
      Cause::nobody_listens,
      fmt::format("No process of {} listens on port {} ({}).", host->name(), server.port, which),
      "Let targetPort be the port that the program opens, or the program open that port.");
}

bool Inquiry::ask_way(const net::Node* from, const net::Node* to) {
  if (to != nullptr && !to->is_up()) {
    return blame(Cause::node_is_down, fmt::format("The node {} is off.", to->name()),
                 "Start the node; its Pods are replaced elsewhere after some minutes.");
  }
  if (from == to) return true;
  const net::Network& network = sources_.network;
  const bool is_cut = (from != nullptr && to != nullptr && network.link(*from, *to).cut) ||
                      (from != nullptr && network.node_link(*from).cut) ||
                      (to != nullptr && network.node_link(*to).cut) ||
                      (from == nullptr && to != nullptr && network.outside_link(*to).cut);
  if (!is_cut) return true;
  return blame(Cause::network_is_cut,
               fmt::format("No packet gets from {} to {}: the network is cut.",
                           from != nullptr ? from->name() : "outside",
                           to != nullptr ? to->name() : "outside"),
               "Heal the link between them.");
}

}  // namespace rockpool::cluster
