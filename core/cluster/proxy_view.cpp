// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/proxy_view.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/api/resource.h"
#include "core/cluster/address_plan.h"
#include "core/cluster/cluster.h"
#include "core/net/proxy.h"
#include "core/net/proxy/print/rule_set.h"

namespace rockpool::cluster {
namespace {

api::Result<const net::Node*> find_node(Cluster& cluster, std::string_view name) {
  const net::Node* const node = cluster.network().find_node(name);
  if (node == nullptr) {
    return std::unexpected{
        api::not_found(api::resource(api::ResourceId::nodes).group_resource(), name)};
  }
  return node;
}

// Those in a text with a comma between them.
std::vector<net::Cidr> parse_cidrs(std::string_view text) {
  std::vector<net::Cidr> cidrs;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const auto cidr = net::Cidr::parse(text.substr(0, comma))) cidrs.push_back(*cidr);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return cidrs;
}

}  // namespace

api::Result<std::string> proxy_rules(Cluster& cluster, std::string_view name) {
  const auto node = find_node(cluster, name);
  if (!node) return std::unexpected{node.error()};
  const net::ServiceProxy& proxy = cluster.proxy();
  net::proxy::RuleSet set;
  set.mode = proxy.options().mode;
  set.node = (*node)->name();
  set.scheduler = proxy.options().ipvs_scheduler;
  set.node_addresses.assign((*node)->host().addresses().begin(), (*node)->host().addresses().end());
  const AddressPlan plan{cluster.options()};
  set.cluster_cidrs = parse_cidrs(plan.pod_networks());
  set.service_cidrs = parse_cidrs(plan.service_ranges());
  set.rules = proxy.rules(**node);
  set.affinities = proxy.affinities(**node);
  set.turns = proxy.turns(**node);
  const net::Network& network = cluster.network();
  set.connections = network.tracking().entries(network, **node);
  return net::proxy::print_rules(set);
}

api::Result<std::vector<net::TrackedConnection>> connections(Cluster& cluster,
                                                             std::string_view name) {
  const auto node = find_node(cluster, name);
  if (!node) return std::unexpected{node.error()};
  const net::Network& network = cluster.network();
  return network.tracking().entries(network, **node);
}

api::Result<std::vector<RememberedClient>> remembered_clients(Cluster& cluster,
                                                              std::string_view name) {
  const auto node = find_node(cluster, name);
  if (!node) return std::unexpected{node.error()};
  const net::ServiceProxy& proxy = cluster.proxy();
  std::map<net::proxy::PortRules::Id, net::proxy::Rule> rules;
  for (net::proxy::Rule& rule : proxy.rules(**node)) rules[rule.id] = std::move(rule);
  std::vector<RememberedClient> clients;
  for (const net::proxy::ClientAffinity& affinity : proxy.affinities(**node)) {
    RememberedClient& client = clients.emplace_back();
    client.service = affinity.service;
    client.port_name = affinity.port_name;
    client.client = affinity.client;
    client.endpoint = affinity.endpoint;
    client.remaining_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(affinity.remaining).count();
    for (const net::proxy::RuleEndpoint& endpoint : rules[affinity.port].endpoints) {
      if (endpoint.address == affinity.endpoint) client.pod = endpoint.pod;
    }
  }
  return clients;
}

}  // namespace rockpool::cluster
