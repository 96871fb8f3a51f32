// SPDX-License-Identifier: Apache-2.0
//
// The first part of the way: what the name or the address in the URL leads to.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/cluster/why/inquiry.h"
#include "core/net/dns/message.h"
#include "core/net/dns/resolver.h"

namespace rockpool::cluster {
namespace {

constexpr std::string_view kZone = ".cluster.local.";
// Names that differ by more letters are not taken for slips of the pen.
constexpr std::size_t kCloseDistance = 2;
constexpr int kMaxAliases = 7;

bool has_ready_endpoint(client::Informers& informers, const doc::Value& service) {
  const std::string place = client::label_index_value(
      api::namespace_of(service), "kubernetes.io/service-name", api::name(service));
  for (const client::Entry* slice :
       informers.of(api::ResourceId::endpointslices).by_label().find(place)) {
    for (const doc::Value& endpoint : slice->second["endpoints"].items()) {
      if (endpoint["conditions"]["ready"].as_bool(true)) return true;
    }
  }
  return false;
}

std::vector<std::string_view> labels_of(std::string_view name) {
  std::vector<std::string_view> labels;
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    labels.push_back(name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
  }
  return labels;
}

}  // namespace

std::optional<Destination> Inquiry::find_destination() {
  if (const auto address = net::IpAddress::parse(host_)) return find_by_address(*address);
  return find_by_name();
}

std::string Inquiry::client_namespace() const {
  if (client_.kind() != net::HostKind::pod) return "default";
  return client_.name().substr(0, client_.name().find('/'));
}

// `service.namespace.svc.cluster.local.` or one with an endpoint's label before it.
std::optional<Destination> Inquiry::find_in_cluster(std::string_view name) const {
  if (!name.ends_with(kZone)) return {};
  name.remove_suffix(kZone.size());
  const std::vector<std::string_view> labels = labels_of(name);
  if (labels.size() < 3 || labels.size() > 4 || labels.back() != "svc") return {};
  const std::size_t first = labels.size() - 3;
  const doc::Value* service =
      sources_.informers.of(api::ResourceId::services)
          .find({std::string{labels[first + 1]}, std::string{labels[first]}});
  if (service == nullptr) return {};
  Destination destination;
  destination.service = *service;
  if (first == 1) destination.endpoint = labels[0];
  return destination;
}

std::optional<Destination> Inquiry::find_by_name() {
  const net::dns::ResolverConfig& resolver = client_.resolver();
  for (const auto& [name, address] : resolver.hosts) {
    if (name != host_) continue;
    note(fmt::format("{} is {} by the client's /etc/hosts.", host_, address.to_string()));
    return find_by_address(address);
  }
  if (resolver.nameservers.empty()) {
    blame(Cause::not_known_outside,
          fmt::format("The client is outside the cluster and cannot find out what {} is: only "
                      "Pods ask the cluster's DNS.",
                      host_),
          "From outside, use a node's address and the Service's node port, or the address of its "
          "load balancer.");
    return {};
  }
  if (!ask_dns()) return {};
  for (int aliases = 0; aliases <= kMaxAliases; ++aliases) {
    const std::vector<std::string> tried =
        net::dns::search_names(resolver, net::dns::lower_name(host_));
    std::optional<Destination> found;
    for (const std::string& name : tried) {
      found = find_in_cluster(name);
      if (!found) continue;
      note(fmt::format("{} is found as {}", host_, name));
      break;
    }
    if (!found) {
      const bool may_be_outside = host_.find('.') != std::string::npos;
      if (aliases > 0 && may_be_outside) {
        note(fmt::format("{} is a name outside the cluster.", host_));
        return Destination{};
      }
      blame_name(tried);
      return {};
    }
    const api::Service service{*found->service};
    if (!service.is_external_name()) return found;
    note(fmt::format("It is another name (CNAME) for {}.", service.external_name()));
    host_ = service.external_name();
  }
  blame(Cause::name_not_found, "The name leads round in a circle of aliases.",
        "Let one of the ExternalName Services point to something else.");
  return {};
}

bool Inquiry::ask_dns() {
  for (const net::IpAddress& server : client_.resolver().nameservers) {
    const std::string text = server.to_string();
    for (const auto& [key, object] : sources_.informers.of(api::ResourceId::services).objects()) {
      if (api::Service{object}.cluster_ip() != text) continue;
      if (has_ready_endpoint(sources_.informers, object)) return ask_policies_of_dns(object);
      return blame(Cause::dns_is_down,
                   fmt::format("Nobody can say what {} is: the DNS Service {} at {} has no ready "
                               "Pod.",
                               host_, key.to_string(), text),
                   fmt::format("Look at the Pods behind {}: kubectl get pods -n {}.",
                               key.to_string(), key.namespace_));
    }
  }
  // Some other server, of which nothing is known here.
  return true;
}

void Inquiry::blame_name(const std::vector<std::string>& tried) {
  const std::string space = client_namespace();
  const std::string_view first = labels_of(host_).front();
  std::string other;
  std::string close;
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::services).objects()) {
    if (key.name == first && key.namespace_ != space && other.empty()) other = key.namespace_;
    if (key.namespace_ == space && close.empty() && distance(key.name, first) <= kCloseDistance) {
      close = key.name;
    }
  }
  const std::string searched = fmt::format("DNS was asked for {}", fmt::join(tried, ", "));
  note(searched + ".");
  if (!other.empty() && first == host_) {
    blame(Cause::name_of_other_namespace,
          fmt::format("There is no Service {} in the client's namespace {}, but one in {}.", host_,
                      space, other),
          fmt::format("Ask for {}.{} instead.", host_, other));
    return;
  }
  blame(Cause::name_not_found,
        fmt::format("{} is the name of nothing; a Service {} does not exist in the namespace {}.",
                    host_, first, space),
        close.empty() ? std::string{"List what there is: kubectl get services."}
                      : fmt::format("Did you mean {}?", close));
}

std::optional<Destination> Inquiry::find_by_address(const net::IpAddress& address) {
  const std::string text = address.to_string();
  const auto contains = [&](const doc::Value& list) {
    return std::ranges::any_of(list.items(),
                               [&](const doc::Value& each) { return each.as_string() == text; });
  };
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::services).objects()) {
    const api::Service service{object};
    const bool is_cluster_ip = contains(service.cluster_ips());
    const bool is_balanced =
        std::ranges::any_of(service.load_balancer_ingress().items(),
                            [&](const doc::Value& each) { return each["ip"].as_string() == text; });
    if (!is_cluster_ip && !is_balanced && !contains(service.external_ips())) continue;
    note(fmt::format("{} is {} of the Service {}.", text,
                     is_cluster_ip ? "the cluster IP" : "an address for the outside",
                     key.to_string()));
    if (is_cluster_ip && client_.kind() == net::HostKind::external) {
      blame(Cause::not_known_outside,
            fmt::format("The client is outside the cluster, from where the cluster IP {} cannot be "
                        "reached.",
                        text),
            "Make the Service one of type NodePort or LoadBalancer, and use that address.");
      return {};
    }
    return Destination{object, address, is_cluster_ip, {}};
  }
  if (const net::Node* node = sources_.network.find_node(address))
    return find_node_port(*node, address);
  return Destination{{}, address, false, {}};
}

std::optional<Destination> Inquiry::find_node_port(const net::Node& node,
                                                   const net::IpAddress& address) {
  if (!node.is_up()) {
    blame(Cause::node_is_down, fmt::format("The node {} is off.", node.name()),
          "Start the node, or ask another one.");
    return {};
  }
  std::vector<std::string> known;
  for (const auto& [key, object] : sources_.informers.of(api::ResourceId::services).objects()) {
    for (const api::ServicePort port : api::Service{object}.ports()) {
      if (port.node_port() == 0) continue;
      if (port.node_port() == port_) {
        note(fmt::format("Node port {} belongs to the Service {}.", port_, key.to_string()));
        return Destination{object, address, false, {}};
      }
      known.push_back(fmt::format("{} ({})", port.node_port(), key.to_string()));
    }
  }
  if (node.host().is_listening(port_)) return Destination{{}, address, false, {}};
  constexpr std::int64_t kFirstNodePort = 30000;
  if (port_ < kFirstNodePort) {
    blame(Cause::nobody_listens,
          fmt::format("No process of the node {} listens on port {}.", node.name(), port_),
          "Services are reached on a node by their node port, from 30000 on.");
    return {};
  }
  blame(Cause::no_such_node_port, fmt::format("No Service has the node port {}.", port_),
        known.empty() ? std::string{"Make the Service one of type NodePort."}
                      : fmt::format("There are {}.", fmt::join(known, ", ")));
  return {};
}

}  // namespace rockpool::cluster
