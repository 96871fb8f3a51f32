// SPDX-License-Identifier: Apache-2.0
//
// From the Service to its servers: load balancers and the nodes' proxies.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "core/api/views/endpoints.h"
#include "core/cluster/why/inquiry.h"

namespace rockpool::cluster {
namespace {

// kube-proxy's userspace mode dials so many endpoints before it gives up (EndpointDialTimeouts).
constexpr std::size_t kUserspaceTries = 4;
constexpr std::size_t kTriesAll = std::numeric_limits<std::size_t>::max();

std::vector<net::SocketAddress> sorted(std::vector<net::SocketAddress> addresses) {
  std::ranges::sort(addresses);
  return addresses;
}

std::string addresses_text(const std::vector<net::SocketAddress>& addresses) {
  // More than these nobody reads.
  constexpr std::size_t kMostNamed = 8;
  std::vector<std::string> texts;
  for (const net::SocketAddress& address : addresses) {
    if (texts.size() < kMostNamed) texts.push_back(address.to_string());
  }
  const std::size_t rest = addresses.size() - texts.size();
  return fmt::format("{}{}", fmt::join(texts, ", "),
                     rest == 0 ? std::string{} : fmt::format(" and {} more", rest));
}

// The addresses of the Service's endpoints that are ready as the API has them now, for one port;
// for a headless Service at the port that the client asks for.
std::vector<net::SocketAddress> ready_now(client::Informers& informers, const api::Service& service,
                                          std::string_view port_name, std::uint16_t asked,
                                          net::Family family) {
  std::vector<net::SocketAddress> addresses;
  for (const doc::Value* each : slices_of(informers, service)) {
    const api::EndpointSlice slice{*each};
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

bool is_address_of_balancer(const api::Service& service, const Destination& destination) {
  if (!destination.address) return false;
  const std::string text = destination.address->to_string();
  return std::ranges::any_of(
      service.load_balancer_ingress().items(),
      [&text](const doc::Value& each) { return each["ip"].as_string() == text; });
}

}  // namespace

bool Inquiry::ask_proxy(const api::Service& service, const api::ServicePort& port,
                        const Destination& destination) {
  // DNS gives the addresses of the Pods themselves.
  if (service.is_headless()) {
    proxying_node_ = nullptr;
    return ask_servers(ready_now(sources_.informers, service, port.name(), port_, family_), 0);
  }
  const net::Node* const owner = destination.is_cluster_ip || !destination.address
                                     ? nullptr
                                     : sources_.network.find_node(*destination.address);
  const net::Node* const node = owner != nullptr ? owner : client_.node();
  if (node == nullptr) return ask_load_balancer(service, port, destination);
  if (!ask_way(client_.node(), node)) return false;
  return ask_proxy_of(*node, service, port, destination);
}

bool Inquiry::ask_proxy_of(const net::Node& node, const api::Service& service,
                           const api::ServicePort& port, const Destination& destination) {
  if (!ask_mode(node, service)) return false;
  proxying_node_ = &node;
  if (client_.node() != &node && !service.external_traffic_is_local()) masquerading_node_ = &node;
  const std::string name = fmt::format("{}/{}", service.namespace_name(), service.name());
  for (const net::ServiceProxy::Rule& rule : sources_.proxy.rules(node)) {
    if (rule.service != name || rule.port_name != port.name() || rule.protocol != protocol_ ||
        rule.family() != family_) {
      continue;
    }
    return ask_rules(node, service, rule, destination);
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
               fmt::format("The proxy of {} does not know {} of the Service {} yet.", node.name(),
                           port_text(static_cast<std::uint16_t>(port.port())), service.name()),
               sources_.proxy.is_frozen(node) ? "The proxy is frozen: thaw it."
                                              : "Wait a moment: it will learn of it.");
}

bool Inquiry::ask_mode(const net::Node& node, const api::Service& service) {
  const net::proxy::ModeKind mode = sources_.proxy.options().mode;
  if (mode != net::proxy::ModeKind::userspace || protocol_ != net::Protocol::sctp) return true;
  return blame(
      Cause::not_proxied,
      fmt::format("The proxy of {} runs in the mode userspace, which does not pass on SCTP: "
                  "nobody takes what is sent to the Service {}.",
                  node.name(), service.name()),
      "Run the proxies in another mode: iptables, ipvs or nftables.");
}

bool Inquiry::ask_source_ranges(const api::Service& service) {
  const net::IpAddress* const own = client_.address_of(family_);
  const net::IpAddress client = own != nullptr ? *own : client_.address();
  const doc::Value& ranges = service.load_balancer_source_ranges();
  const bool is_admitted =
      ranges.size() == 0 || std::ranges::any_of(ranges.items(), [&](const doc::Value& range) {
        const auto parsed = net::Cidr::parse(range.as_string());
        return parsed && parsed->contains(client);
      });
  if (is_admitted) return true;
  return blame(
      Cause::not_admitted,
      fmt::format("The client's address {} is in none of the loadBalancerSourceRanges of {}.",
                  client.to_string(), service.name()),
      fmt::format("Add a range with the client's address: {}/{}.", client.to_string(),
                  client.bit_length()));
}

bool Inquiry::ask_rules(const net::Node& node, const api::Service& service,
                        const net::ServiceProxy::Rule& rule, const Destination& destination) {
  const std::vector<net::SocketAddress> wanted =
      ready_now(sources_.informers, service, rule.port_name, port_, family_);
  std::vector<net::SocketAddress> known;
  for (const net::proxy::RuleEndpoint& endpoint : rule.endpoints) {
    if (endpoint.ready) known.push_back(endpoint.address);
  }
  if (sorted(known) != wanted) {
    return blame(
        Cause::proxy_lags,
        known.size() == wanted.size()
            ? fmt::format(
                  "The proxy of {} works by older rules: the endpoints of {} that it knows are "
                  "not those that there are now.",
                  node.name(), service.name())
            : fmt::format("The proxy of {} works by older rules: it knows {} ready endpoint{} of "
                          "{}, there {} {}.",
                          node.name(), known.size(), known.size() == 1 ? "" : "s", service.name(),
                          wanted.size() == 1 ? "is" : "are", wanted.size()),
        sources_.proxy.is_frozen(node) ? "The proxy is frozen: thaw it."
                                       : "Wait a moment: it will learn of the change.");
  }
  if (is_address_of_balancer(service, destination) && !ask_source_ranges(service)) return false;
  const bool is_outside = !destination.is_cluster_ip && client_.node() == nullptr;
  const bool is_local =
      is_outside ? rule.is_external_local : destination.is_cluster_ip && rule.is_internal_local;
  const std::vector<net::SocketAddress>& chosen =
      rule.eligible.of(is_local ? net::Scope::local : net::Scope::cluster);
  if (chosen.empty() && is_local) {
    return blame(Cause::no_local_endpoint,
                 fmt::format("The {} of the Service {} is Local, and no Pod of it is ready on {}.",
                             is_outside ? "externalTrafficPolicy" : "internalTrafficPolicy",
                             service.name(), node.name()),
                 is_outside ? "Ask a node that has one, or set the policy to Cluster."
                            : "Run a Pod on every node that has clients, or set the policy to "
                              "Cluster.");
  }
  note(fmt::format("The proxy of {} ({}) chooses among {}.", node.name(),
                   net::proxy::mode_kind_name(sources_.proxy.options().mode),
                   addresses_text(chosen)));
  if (const auto endpoint = remembered_endpoint(node, rule, chosen))
    return ask_servers({*endpoint}, 0);
  const bool dials_again = protocol_ == net::Protocol::tcp &&
                           sources_.proxy.options().mode == net::proxy::ModeKind::userspace;
  return ask_servers(chosen, is_for_names_ ? kTriesAll : dials_again ? kUserspaceTries : 0);
}

// Where the client is sent by session affinity, if it has asked before.
std::optional<net::SocketAddress> Inquiry::remembered_endpoint(
    const net::Node& node, const net::ServiceProxy::Rule& rule,
    const std::vector<net::SocketAddress>& chosen) {
  if (rule.affinity_timeout == sim::Duration{0}) return {};
  for (const net::ServiceProxy::ClientAffinity& affinity : sources_.proxy.affinities(node)) {
    if (affinity.port != rule.id || !client_.has_address(affinity.client)) continue;
    if (std::ranges::find(chosen, affinity.endpoint) == chosen.end()) continue;
    note(fmt::format(
        "By its session affinity it sends this client to {} for another {}.",
        affinity.endpoint.to_string(),
        sim::format_duration(std::chrono::floor<std::chrono::seconds>(affinity.remaining))));
    return affinity.endpoint;
  }
  return {};
}

bool Inquiry::ask_load_balancer(const api::Service& service, const api::ServicePort& port,
                                const Destination& destination) {
  // Each of the nodes may get the request, but there may be thousands: those whose proxies are
  // stopped are all looked at, and of the others so many.
  constexpr int kMostLookedAt = 8;
  const std::vector<std::string> nodes =
      destination.address ? sources_.load_balancers.healthy_nodes(*destination.address)
                          : std::vector<std::string>{};
  if (nodes.empty()) {
    return blame(Cause::no_healthy_node,
                 fmt::format("The load balancer of {} finds no healthy node.", service.name()),
                 service.external_traffic_is_local()
                     ? "Under externalTrafficPolicy Local only nodes with a ready Pod are healthy."
                     : "Start a node: kubectl get nodes says which of them are not ready.");
  }
  note(fmt::format("The load balancer sends to {}.", fmt::join(nodes, ", ")));
  if (!ask_source_ranges(service)) return false;
  int looked_at = 0;
  for (const std::string& name : nodes) {
    const net::Node* const node = sources_.network.find_node(name);
    if (node == nullptr) continue;
    if (!sources_.proxy.is_frozen(*node) && ++looked_at > kMostLookedAt) continue;
    if (!ask_way(nullptr, node)) return false;
    masquerading_node_ = nullptr;
    if (!ask_proxy_of(*node, service, port, destination)) return false;
  }
  return true;
}

}  // namespace rockpool::cluster
