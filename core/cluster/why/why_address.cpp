// SPDX-License-Identifier: Apache-2.0
//
// What an address leads to: a Service, a node's port, or a machine.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/cluster/why/inquiry.h"

namespace rockpool::cluster {
namespace {

constexpr std::int64_t kFirstNodePort = 30000;

bool contains(const doc::Value& list, std::string_view text) {
  return std::ranges::any_of(list.items(),
                             [text](const doc::Value& each) { return each.as_string() == text; });
}

bool is_balanced_at(const api::Service& service, std::string_view text) {
  return std::ranges::any_of(
      service.load_balancer_ingress().items(),
      [text](const doc::Value& each) { return each["ip"].as_string() == text; });
}

}  // namespace

std::optional<Destination> Inquiry::find_by_address(const net::IpAddress& address) {
  const std::string text = address.to_string();
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::services).objects()) {
    const api::Service service{object};
    const bool is_cluster_ip = contains(service.cluster_ips(), text);
    const bool is_balanced = is_balanced_at(service, text);
    if (!is_cluster_ip && !is_balanced && !contains(service.external_ips(), text)) continue;
    note(fmt::format("{} is {} of the Service {}.", text,
                     is_cluster_ip ? "the cluster IP"
                     : is_balanced ? "the load balancer's address"
                                   : "an external IP",
                     key.to_string()));
    if (client_.kind() != net::HostKind::external)
      return Destination{object, address, is_cluster_ip};
    if (is_cluster_ip) {
      std::string trouble;
      std::string advice = way_from_outside(service, trouble);
      blame(Cause::not_known_outside,
            fmt::format("The client is outside the cluster, from where the cluster IP {} cannot be "
                        "reached.",
                        text),
            std::move(advice));
      return {};
    }
    if (!is_balanced && sources_.network.find_node(address) == nullptr) {
      blame(
          Cause::not_routed,
          fmt::format("{} is an external IP of the Service {}, but outside no router sends packets "
                      "for it to a node.",
                      text, key.to_string()),
          "spec.externalIPs only lets the nodes take what is sent there: somebody must lead the "
          "address to them. Services of type LoadBalancer get an address that leads to the nodes.");
      return {};
    }
    return Destination{object, address, false};
  }
  if (const net::Node* node = sources_.network.find_node(address))
    return find_node_port(*node, address);
  return Destination{{}, address, false};
}

std::optional<Destination> Inquiry::find_node_port(const net::Node& node,
                                                   const net::IpAddress& address) {
  if (!node.is_up()) {
    blame(Cause::node_is_down, fmt::format("The node {} is off.", node.name()),
          "Start the node, or ask another one: a node port is open on every node.");
    return {};
  }
  std::vector<std::string> known;
  const doc::Value* of_other_protocol = nullptr;
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::services).objects()) {
    for (const api::ServicePort port : api::Service{object}.ports()) {
      if (port.node_port() == 0) continue;
      const bool is_asked = port.node_port() == port_;
      if (is_asked && port.protocol() == net::protocol_name(protocol_)) {
        note(fmt::format("Node port {} belongs to the Service {}.", port_, key.to_string()));
        return Destination{object, address, false};
      }
      if (is_asked) of_other_protocol = &object;
      known.push_back(fmt::format("{} ({})", port.node_port(), key.to_string()));
    }
  }
  if (node.host().is_listening(port_, protocol_)) return Destination{{}, address, false};
  if (of_other_protocol != nullptr) {
    blame_port(api::Service{*of_other_protocol}, true);
    return {};
  }
  if (port_ < kFirstNodePort) {
    blame(Cause::nobody_listens,
          fmt::format("No process of the node {} listens on {}.", node.name(), port_text(port_)),
          known.empty()
              ? std::string{"On a node, a Service is reached by its node port: make it one of type "
                            "NodePort."}
              : fmt::format("On a node, Services are reached by their node ports: there are {}.",
                            fmt::join(known, ", ")));
    return {};
  }
  blame(Cause::no_such_node_port, fmt::format("No Service has the node port {}.", port_),
        known.empty() ? std::string{"Make the Service one of type NodePort."}
                      : fmt::format("There are {}.", fmt::join(known, ", ")));
  return {};
}

}  // namespace rockpool::cluster
