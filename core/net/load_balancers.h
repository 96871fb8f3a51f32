// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/api/object.h"
#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/gateway.h"
#include "core/net/network.h"
#include "core/sim/task.h"

namespace rockpool::net {

/// How load balancers look after the nodes.
struct LoadBalancerOptions {
  /// From one question to a node until the next.
  sim::Duration period = std::chrono::seconds{2};
  /// How long an answer may take.
  sim::Duration timeout = std::chrono::seconds{1};
  /// A node is given up after so many bad answers in a row, and taken again after one good one.
  int failures = 2;
};

/// The load balancers of a simulated cloud, which pass packets on as they are: a packet to the
/// address in a Service's `status.loadBalancer.ingress` goes to one of the healthy nodes, whose
/// proxy knows the address (ipMode VIP). All packets of a connection go to the same one; with
/// sessionAffinity ClientIP so do all connections of a client while that node is healthy, as
/// clouds' load balancers do.
///
/// A node is healthy if its proxy says so: at the Service's healthCheckNodePort if it has one, so
/// that nodes without endpoints are left alone, else at the proxy's own port. Nodes with the label
/// node.kubernetes.io/exclude-from-external-load-balancers are left out. A node is asked at its
/// address of the family that a load balancer sends to it in, so one that can be reached in one
/// family alone gets that family's packets alone. Each port is asked about once in a family for all
/// load balancers, and only while there are any.
class LoadBalancers : public Gateway {
 public:
  /// The name of the machine outside the cluster that asks the nodes for their health.
  static constexpr std::string_view kCheckerName = "load-balancer";

  /// The network must outlive it. Installs itself as the network's gateway.
  explicit LoadBalancers(Network& network, LoadBalancerOptions options = {});
  LoadBalancers(const LoadBalancers&) = delete;
  LoadBalancers& operator=(const LoadBalancers&) = delete;
  ~LoadBalancers() override;

  /// Follows the Services and Nodes of these informers, which must outlive their use here.
  void follow(client::Informers& informers);
  /// A Service or a Node has changed: `before` is null for a new one, `after` for one that is gone.
  void on_service(const doc::Value* before, const doc::Value* after);
  void on_node(const doc::Value* before, const doc::Value* after);

  /// The nodes to which the load balancer at that address sends, in order of their names.
  std::vector<std::string> healthy_nodes(const IpAddress& address) const;

  Node* next_hop(Protocol protocol, const SocketAddress& client,
                 const SocketAddress& destination) override;

 private:
  // What is known of one node at one port.
  struct Probe {
    bool is_healthy = false;
    int failures = 0;
    sim::Process process;
  };
  // Where nodes are asked: a port, in one family.
  using Question = std::pair<std::uint16_t, Family>;
  // All nodes, asked there.
  struct Checker {
    int users = 0;
    std::map<std::string, Probe> probes;
    // In order of their names.
    std::vector<NodeId> healthy;
  };
  struct Balancer {
    std::vector<IpAddress> addresses;
    std::uint16_t health_port = 0;
    bool keeps_clients = false;
    friend bool operator==(const Balancer&, const Balancer&) = default;
  };
  // What decides where a packet to one of its addresses goes.
  struct Way {
    std::uint16_t health_port = 0;
    bool keeps_clients = false;
  };

  void begin(const Balancer& balancer);
  void end(const Balancer& balancer);
  void watch(Question question, Checker& checker, const std::string& node);
  sim::Task<void> ask_forever(Question question, std::string node);
  void note(Question question, const std::string& node, bool is_good);
  void refresh(Checker& checker) const;

  Network& network_;
  LoadBalancerOptions options_;
  // The machine that asks; made when first needed.
  Ref<Host> host_;
  std::map<api::ObjectKey, Balancer> balancers_;
  std::unordered_map<IpAddress, Way, AddressHash> ways_by_address_;
  std::map<std::string, bool> nodes_;
  std::map<Question, Checker> checkers_;
  client::Subscription service_subscription_;
  client::Subscription node_subscription_;
};

}  // namespace rockpool::net
