// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/client/informer.h"
#include "core/doc/value.h"
#include "core/net/network.h"
#include "core/net/proxy/health_server.h"
#include "core/net/proxy/mode.h"
#include "core/net/proxy/rule.h"
#include "core/net/proxy/rules.h"
#include "core/net/proxy/service_table.h"
#include "core/net/router.h"
#include "core/sim/random.h"

namespace rockpool::net {

/// How the nodes' proxies run.
struct ProxyOptions {
  /// How long after a change of the API a node's proxy works by it: the watch, and the wait for the
  /// next sync.
  sim::Duration propagation_delay = std::chrono::milliseconds{250};
  /// Each node is slower by a fixed part of this, drawn at random: nodes never change in step.
  sim::Duration propagation_spread = std::chrono::milliseconds{250};
  proxy::ModeKind mode = proxy::ModeKind::userspace;
  proxy::IpvsScheduler ipvs_scheduler = proxy::IpvsScheduler::rr;
};

/// The proxies of all nodes (kube-proxy): what each makes of connections to Services.
///
/// One copy of every Service's rules serves all nodes. Each change makes a new immutable version of
/// that one Service's rules; a node looks up the version that was current when its propagation
/// delay began, so nothing is done per node. A node has state of its own only for Services to which
/// connections were made through it.
class ServiceProxy : public Router {
 public:
  /// The network must outlive the proxy. Installs itself as the network's router.
  ServiceProxy(Network& network, sim::Random random, ProxyOptions options = {});
  ServiceProxy(const ServiceProxy&) = delete;
  ServiceProxy& operator=(const ServiceProxy&) = delete;
  ~ServiceProxy() override;

  /// Follows the Services, EndpointSlices and Nodes of these informers, which must outlive their
  /// use here.
  void follow(client::Informers& informers);
  /// A Service or an EndpointSlice has changed: `before` is null for a new one, `after` for one
  /// that is gone. Costs time proportional to the number of the Service's slices and ports.
  void on_service(const doc::Value* before, const doc::Value* after);
  void on_endpoint_slice(const doc::Value* before, const doc::Value* after);
  /// A Node has changed: its proxy works by its zone at once.
  void on_node(const doc::Value* before, const doc::Value* after);

  const ProxyOptions& options() const { return options_; }
  /// Starts the proxies of all nodes anew in another mode. What they remembered is gone; open
  /// connections go on.
  void set_mode(proxy::ModeKind mode, proxy::IpvsScheduler scheduler);
  /// Changes how long changes take; the mode stays.
  void set_propagation(sim::Duration delay, sim::Duration spread);

  /// Stops a node's proxy from learning anything new; it goes on by the rules it has.
  void freeze(const Node& node);
  /// Lets it catch up.
  void thaw(const Node& node);
  bool is_frozen(const Node& node) const;
  /// The moment whose state of the API the node's proxy works by.
  sim::Time view_time(const Node& node) const;
  /// The machine starts anew: what its proxy and its kernel remembered is gone.
  void restart(const Node& node);
  /// The proxy process ends. What the kernel does by itself goes on by the rules that it has, with
  /// the affinities that it keeps; in userspace mode, where the process does it all, open
  /// connections break, new ones are refused, and what was remembered is gone. Nobody answers at
  /// the ports at which the process answers for itself.
  void stop_process(const Node& node);
  /// It runs again, and works by what the API says now.
  void start_process(const Node& node);
  bool is_running(const Node& node) const;

  using Rule = proxy::Rule;
  using ClientAffinity = proxy::ClientAffinity;
  /// All rules that a node's proxy has, in order of the Services' names. Takes time proportional to
  /// their number.
  std::vector<Rule> rules(const Node& node) const;
  /// All that a node's proxy remembers and that is still of use. Takes time proportional to their
  /// number.
  std::vector<ClientAffinity> affinities(const Node& node) const;
  /// The lists that a node's proxy goes round, as they were when it last used them.
  std::vector<proxy::Turn> turns(const Node& node) const;

  // Router
  Route route(const Node& node, Protocol protocol, const SocketAddress& client,
              const SocketAddress& destination) override;
  std::optional<SocketAddress> next_endpoint(const Node& node, const ServicePort& port, Scope scope,
                                             const SocketAddress& client,
                                             bool after_failure) override;
  bool is_eligible(const Node& node, const Route& route,
                   const SocketAddress& endpoint) const override;
  void note_ended(const Node& node, const ServicePort& port,
                  const SocketAddress& endpoint) override;
  std::string endpoint_pod(const ServicePort& port, const SocketAddress& endpoint) override;
  void tend_own_port(const Node& node, std::uint16_t port) override;
  SocketAddress relay_address(const Node& node, const ServicePort& port) const override;
  Route::Verdict judge_echo(const Node& node, const IpAddress& destination) override;
  std::string_view mode_name(const Node& node) const override;

 private:
  struct NodeState {
    sim::Duration extra_delay{0};
    bool has_delay = false;
    std::optional<sim::Time> frozen_view;
    bool is_stopped = false;
    std::unique_ptr<proxy::Mode> mode;
    proxy::Place place;
    // The ports at which it answers load balancers; opened when first asked.
    std::map<std::uint16_t, std::unique_ptr<proxy::HealthServer>> health_servers;
  };

  std::optional<HttpResponse> answer_health(const Node& node, std::uint16_t port) const;
  // How far back somebody works by what the API said.
  proxy::ServiceTable::Reach reach() const;
  NodeState& state_of(const Node& node) const;
  proxy::Mode& mode_of(const Node& node);
  // Whether the node knows of a Service with that cluster IP.
  bool has_cluster_ip(const Node& node, const IpAddress& address) const;
  void set_policy(Route& route, const Node& node, const proxy::ServiceTable::Match& match,
                  const IpAddress& client) const;
  bool is_pod_address(const IpAddress& address) const;
  Route guard(const Node& node, const IpAddress& destination);

  Network& network_;
  sim::Random random_;
  ProxyOptions options_;
  proxy::ServiceTable services_;
  // By NodeId; made when first needed.
  mutable std::vector<std::unique_ptr<NodeState>> nodes_;
  std::map<NodeId, sim::Time> frozen_;
  // By the nodes' names; those that have none are left out.
  std::map<std::string, std::string, std::less<>> zones_;
  client::Subscription service_subscription_;
  client::Subscription slice_subscription_;
  client::Subscription node_subscription_;
};

}  // namespace rockpool::net
