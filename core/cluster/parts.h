// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/apiserver.h"
#include "core/client/informer.h"
#include "core/cluster/api_proxy.h"
#include "core/cluster/cluster.h"
#include "core/cluster/dns_queries.h"
#include "core/cluster/fetches.h"
#include "core/cluster/history.h"
#include "core/cluster/observers.h"
#include "core/cluster/outside_world.h"
#include "core/cluster/sessions.h"
#include "core/cluster/why/why.h"
#include "core/controllers/controller.h"
#include "core/net/host_ports.h"
#include "core/net/load_balancers.h"
#include "core/net/network.h"
#include "core/net/policy/network_policies.h"
#include "core/net/proxy.h"
#include "core/node/kubelet.h"
#include "core/scheduler/scheduler.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"
#include "core/store/store.h"

namespace rockpool {

/// All that a cluster is made of, in the order in which one thing stands on another.
struct Cluster::Parts {
  /// Puts the parts together; nothing runs yet.
  explicit Parts(const ClusterOptions& options);
  ~Parts();

  /// Makes the nodes with their kubelets.
  void add_nodes();
  /// Starts the controllers and the scheduler.
  void start_control_plane();
  /// The kubelet of that node, or nullptr.
  node::Kubelet* find_kubelet(std::string_view node_name) const { return kubelets.find(node_name); }
  /// Does what a fault says; its target is known to be of the right form.
  api::Result<void> inject(const cluster::Fault& fault);
  /// Where explanations look.
  cluster::WhySources why_sources() { return {api, informers, network, proxy, load_balancers}; }
  /// Keeps an input in the history. What is due at this moment happens first, so that replaying
  /// needs the moment alone. Errors: TooManyRequests.
  api::Result<void> record(std::string_view kind, doc::Value what);

  cluster::History history;
  /// False: inputs are only counted.
  bool keeps_inputs = true;
  std::size_t input_count = 0;
  sim::Loop loop;
  sim::Random random;
  store::Store store;
  apiserver::ApiServer api;
  client::Informers informers;
  cluster::Observers observers;
  net::Network network;
  net::ServiceProxy proxy;
  net::NetworkPolicies policies;
  net::HostPorts host_ports;
  net::LoadBalancers load_balancers;
  cluster::Fetches fetches;
  cluster::OutsideWorld outside_world;
  cluster::DnsQueries dns_queries;
  cluster::ApiProxy api_proxy;
  cluster::Sessions sessions;
  std::vector<std::unique_ptr<controllers::Controller>> controllers;
  std::unique_ptr<scheduler::Scheduler> scheduler;
  // By name: components that a fault has stopped.
  std::map<std::string, bool, std::less<>> halted;
  // By node: proxies that are being restarted, and when they run again.
  std::map<std::string, sim::Time, std::less<>> proxies_back;
  node::Kubelets kubelets;
  std::vector<std::unique_ptr<node::Kubelet>> nodes;

 private:
  api::Result<void> crash(const cluster::Fault& fault);
  api::Result<void> remove_pod(const cluster::Fault& fault);
  api::Result<void> power(const cluster::Fault& fault);
  api::Result<void> change_link(const cluster::Fault& fault);
  api::Result<void> change_proxy(const cluster::Fault& fault);
  api::Result<void> restart_proxy(const cluster::Fault& fault);
  api::Result<void> restart_api_server(const cluster::Fault& fault);
  void change_control_plane(bool runs);
  api::Result<void> fill(const cluster::Fault& fault);
  api::Result<void> change_component(const cluster::Fault& fault);
};

}  // namespace rockpool
