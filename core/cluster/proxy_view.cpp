// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/proxy_view.h"

#include <chrono>
#include <map>
#include <utility>

#include "core/api/resource.h"
#include "core/apiserver/apiserver.h"
#include "core/cluster/cluster.h"
#include "core/cluster/networks.h"
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

}  // namespace

api::Result<std::string> proxy_rules(Cluster& cluster, std::string_view name) {
  const auto node = find_node(cluster, name);
  if (!node) return std::unexpected{node.error()};
  const net::ServiceProxy& proxy = cluster.proxy();
  net::proxy::RuleSet set;
  set.mode = proxy.options().mode;
  set.scheduler = proxy.options().ipvs_scheduler;
  set.node_addresses.assign((*node)->host().addresses().begin(), (*node)->host().addresses().end());
  set.cluster_cidrs = {*net::Cidr::parse(pod_network(cluster.options().nodes))};
  set.service_cidrs = {*net::Cidr::parse(apiserver::Options{}.service_cidr)};
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
