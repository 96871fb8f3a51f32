// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/node_proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/cluster/cluster.h"
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
  for (const net::SocketAddress& frontend : rule.frontends) {
    row.frontends.push_back(frontend_text(frontend));
  }
  for (const net::proxy::RuleEndpoint& endpoint : rule.endpoints) {
    row.ends.push_back({.address = endpoint.address.to_string(),
                        .pod = ref_of("Pod", endpoint.pod),
                        .inside = holds(rule.eligible, endpoint.address),
                        .outside = holds(rule.eligible_from_outside, endpoint.address),
                        .terminating = endpoint.terminating});
  }
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
  static_cast<void>(world);
  NodeProxy result;
  const net::Node* const node = cluster.network().find_node(name);
  if (node == nullptr) return result;
  if (part == NodeProxyPart::Rules) {
    for (const net::ServiceProxy::Rule& rule : cluster.proxy().rules(*node)) {
      result.rules.push_back(read_rule(rule));
    }
  }
  return result;
}

}  // namespace rockpool::app
