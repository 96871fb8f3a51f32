// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/apiserver/apiserver.h"
#include "core/client/informer.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"

// The controllers: each watches some kinds and brings the rest of the cluster in line with them.
//
// A controller is a pure plan from what is wanted and what is there, and its application. It reads
// through informers, writes through the API's typed verbs, and never relies on having seen every
// change: reconciling a key twice is reconciling it once. A write that meets a newer object fails
// with Conflict, and the key is reconciled again after the queue's back-off.
//
// Adding a controller takes its own files and one line in all.cpp.
namespace rockpool::controllers {

/// What a kube-controller-manager is started with. The defaults are upstream's.
struct Options {
  /// Where nodes get the networks of their Pods from, with a comma between families, and how large
  /// each is (--cluster-cidr, --node-cidr-mask-size-ipv4 and -ipv6).
  std::string cluster_cidr = "10.244.0.0/16";
  int node_cidr_mask_size = 24;
  int node_cidr_mask_size_ipv6 = 64;
  /// How often nodes are looked at, and for how long one may be silent (--node-monitor-period,
  /// --node-monitor-grace-period).
  sim::Duration node_monitor_period = std::chrono::seconds{5};
  sim::Duration node_monitor_grace_period = std::chrono::seconds{40};
  /// How long a node may be silent before its first heartbeat (--node-startup-grace-period).
  sim::Duration node_startup_grace_period = std::chrono::seconds{60};
  /// In how many seconds one node's Pods are evicted (the inverse of --node-eviction-rate).
  sim::Duration node_eviction_interval = std::chrono::seconds{10};
  /// The same in a zone of which most nodes are down (--secondary-node-eviction-rate), if it is
  /// larger than `large_cluster_size_threshold`; a smaller zone then evicts nothing.
  sim::Duration secondary_node_eviction_interval = std::chrono::seconds{100};
  std::int64_t large_cluster_size_threshold = 50;
  /// How many endpoints an EndpointSlice holds (--max-endpoints-per-slice).
  std::int64_t max_endpoints_per_slice = 100;
  /// Where load balancers get their addresses from, with a comma between families, and how long the
  /// simulated cloud takes to make one.
  std::string load_balancer_cidr = "198.51.100.0/24";
  sim::Duration load_balancer_delay = std::chrono::seconds{3};
};

/// What every controller is made from. All of it must outlive the controller.
struct Context {
  sim::Loop& loop;
  apiserver::ApiServer& api;
  client::Informers& informers;
  /// Each controller takes a stream of its own by its name.
  sim::Random random;
  Options options = {};
};

/// One controller.
class Controller {
 public:
  Controller() = default;
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;
  virtual ~Controller() = default;

  /// As upstream calls it: "replicaset-controller".
  virtual std::string_view name() const = 0;
  /// Lists what is there, reconciles all of it and whatever changes from now on. Requires that it
  /// does not run.
  virtual void start() = 0;
  /// Forgets everything it knew and does nothing until `start`, as if its process had ended.
  virtual void stop() = 0;
};

/// A controller that can be made.
struct Registration {
  std::string_view name;
  /// Makes one, which does not run yet.
  std::unique_ptr<Controller> (*make)(const Context& context);
};

/// All controllers, in the order in which a cluster starts them.
std::span<const Registration> all_controllers();

}  // namespace rockpool::controllers
