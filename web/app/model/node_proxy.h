// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/proxy/mode.h"
#include "web/app/model/world.h"

namespace rockpool {
class Cluster;
}

namespace rockpool::app {

/// What a node's proxy does for one port of a Service.
struct RuleRow {
  /// An endpoint as the proxy knows it.
  struct End {
    std::string address{};
    ObjectRef pod{};  ///< nothing if it is none
    /// It gets connections: to the cluster IP, or from outside.
    bool inside = false;
    bool outside = false;
    bool terminating = false;
  };
  ObjectRef service{};
  std::string port{};  ///< "http TCP", "UDP"
  /// Where it is reached: 10.96.41.7:80, and *:30080 for every address of the node.
  std::vector<std::string> frontends{};
  std::vector<End> ends{};
};

/// A connection that the node's kernel tracks.
struct ConnectionRow {
  std::string protocol{};  ///< TCP
  std::string state{};     ///< ESTABLISHED; empty where there is none
  std::string source{};
  std::string destination{};
  /// What the node makes of them; empty if it leaves them as they are.
  std::string new_source{};
  std::string new_destination{};
  /// The Pods that have the addresses; nothing if none has.
  ObjectRef client{};
  ObjectRef server{};
  std::int64_t remaining_seconds = 0;
};

/// A client that stays with an endpoint.
struct AffinityRow {
  ObjectRef service{};
  std::string port{};
  std::string client{};
  ObjectRef client_pod{};
  std::string endpoint{};
  ObjectRef pod{};
  std::int64_t remaining_seconds = 0;
};

/// What there is to see of a node's proxy.
enum class NodeProxyPart { Rules, Text, Connections, Affinities };

/// One part of it; the others are empty.
struct NodeProxy {
  std::vector<RuleRow> rules{};
  std::string text{};  ///< the rule set as its mode's own tool prints it
  std::vector<ConnectionRow> connections{};
  std::vector<AffinityRow> affinities{};
};

/// Reads it; nothing for a node that does not exist.
NodeProxy read_node_proxy(Cluster& cluster, const World& world, std::string_view node,
                          NodeProxyPart part);
/// What prints the rule set in a mode: "iptables-save", "ipvsadm -Ln".
std::string_view rule_tool_name(net::proxy::ModeKind mode);

}  // namespace rockpool::app
