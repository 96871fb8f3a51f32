// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/node_proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "core/cluster/cluster.h"
#include "core/cluster/proxy_view.h"
#include "core/net/network.h"
#include "core/net/proxy.h"

namespace rockpool::app {
namespace {

ObjectRef ref_of(std::string_view kind, std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return {};
  return {std::string{kind}, std::string{key.substr(0, slash)}, std::string{key.substr(slash + 1)}};
}

std::string port_text(std::string_view name, net::Protocol protocol) {
  const std::string_view word = net::protocol_name(protocol);
  return name.empty() ? std::string{word} : fmt::format("{} {}", name, word);
}

// Every address of the node is written as a star, as netstat does.
std::string frontend_text(const net::SocketAddress& address) {
  if (!address.ip.is_unspecified()) return address.to_string();
  return fmt::format("*:{}", address.port);
}

bool holds(const std::vector<net::SocketAddress>& addresses, const net::SocketAddress& wanted) {
  return std::ranges::find(addresses, wanted) != addresses.end();
}

RuleRow read_rule(const net::ServiceProxy::Rule& rule) {
  RuleRow row;
  row.service = ref_of("Service", rule.service);
  row.port = port_text(rule.port_name, rule.protocol);
  for (const net::proxy::RuleFrontend& frontend : rule.frontends) {
    row.frontends.push_back(frontend_text(frontend.address));
  }
  for (const net::proxy::RuleEndpoint& endpoint : rule.endpoints) {
    row.ends.push_back({.address = endpoint.address.to_string(),
                        .pod = ref_of("Pod", endpoint.pod),
                        .inside = holds(rule.for_cluster_ip(), endpoint.address),
                        .outside = holds(rule.from_outside(), endpoint.address),
                        .terminating = endpoint.terminating});
  }
  return row;
}

// Whose address it is: the Pods of the world by theirs.
class PodsByAddress {
 public:
  explicit PodsByAddress(const World& world) {
    world.pods.each([this](Slot, const PodItem& pod) {
      // Pods on the node's own network share its address.
      if (pod.ip.empty()) return;
      const auto [place, fresh] = pods_.try_emplace(pod.ip, &pod);
      if (!fresh) place->second = nullptr;
    });
  }
  ObjectRef of(const net::SocketAddress& address) const {
    const auto place = pods_.find(address.ip.to_string());
    if (place == pods_.end() || place->second == nullptr) return {};
    return {"Pod", place->second->ns, place->second->name};
  }

 private:
  std::unordered_map<std::string, const PodItem*> pods_;
};

ConnectionRow read_connection(const net::TrackedConnection& tracked, const PodsByAddress& pods) {
  ConnectionRow row;
  row.protocol = net::protocol_name(tracked.protocol);
  row.state = tracked.state;
  row.source = tracked.source.to_string();
  row.destination = tracked.destination.to_string();
  if (tracked.changes_source()) row.new_source = tracked.reply_destination.to_string();
  if (tracked.changes_destination()) row.new_destination = tracked.reply_source.to_string();
  row.client = pods.of(tracked.source);
  row.server = pods.of(tracked.reply_source);
  row.remaining_seconds =
      std::chrono::duration_cast<std::chrono::seconds>(tracked.remaining).count();
  return row;
}

AffinityRow read_affinity(const cluster::RememberedClient& client, const PodsByAddress& pods) {
  AffinityRow row;
  row.service = ref_of("Service", client.service);
  row.port = client.port_name;
  row.client = client.client.to_string();
  row.client_pod = pods.of({client.client, 0});
  row.endpoint = client.endpoint.to_string();
  row.pod = ref_of("Pod", client.pod);
  row.remaining_seconds = client.remaining_seconds;
  return row;
}

}  // namespace

std::string_view rule_tool_name(net::proxy::ModeKind mode) {
  switch (mode) {
    case net::proxy::ModeKind::userspace:
    case net::proxy::ModeKind::iptables:
      return "iptables-save";
    case net::proxy::ModeKind::ipvs:
      return "ipvsadm -Ln";
    case net::proxy::ModeKind::nftables:
      return "nft list";
  }
  return {};
}

NodeProxy read_node_proxy(Cluster& cluster, const World& world, std::string_view name,
                          NodeProxyPart part) {
  NodeProxy result;
  const net::Node* const node = cluster.network().find_node(name);
  if (node == nullptr) return result;
  if (part == NodeProxyPart::Rules) {
    for (const net::ServiceProxy::Rule& rule : cluster.proxy().rules(*node)) {
      result.rules.push_back(read_rule(rule));
    }
  } else if (part == NodeProxyPart::Text) {
    result.text = cluster::proxy_rules(cluster, name).value_or(std::string{});
  } else if (part == NodeProxyPart::Connections) {
    const PodsByAddress pods{world};
    const auto connections = cluster::connections(cluster, name);
    for (const net::TrackedConnection& one : *connections) {
      result.connections.push_back(read_connection(one, pods));
    }
  } else {
    const PodsByAddress pods{world};
    const auto clients = cluster::remembered_clients(cluster, name);
    for (const cluster::RememberedClient& one : *clients) {
      result.affinities.push_back(read_affinity(one, pods));
    }
  }
  return result;
}

}  // namespace rockpool::app
