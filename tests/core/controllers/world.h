// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/resource.h"
#include "core/api/views/pod.h"
#include "core/apiserver/apiserver.h"
#include "core/client/informer.h"
#include "core/controllers/controller.h"
#include "core/doc/value.h"
#include "core/sim/loop.h"
#include "core/store/store.h"

namespace rockpool::controllers {

/// A cluster's control plane for tests: an API, the controllers asked for, and nodes that do at
/// once what they are told. Tests look at the objects that come out.
class World {
 public:
  /// Starts the controllers of these names.
  explicit World(std::initializer_list<std::string_view> controllers, const Options& options = {});
  ~World();

  /// Makes the objects of a YAML text; fails the test if the API refuses one.
  void create(std::string_view yaml);
  /// Makes one object and returns it.
  doc::Value create(api::ResourceId resource, const doc::Value& object);
  /// Lets virtual time pass.
  void run(sim::Duration span = std::chrono::seconds{1});

  /// The object, or null. The namespace is `default` unless the resource has none.
  doc::Value get(api::ResourceId resource, std::string_view name) const;
  doc::Value get(api::ResourceId resource, std::string_view ns, std::string_view name) const;
  /// All objects of the namespace `default`, or of a resource without namespaces.
  std::vector<doc::Value> list(api::ResourceId resource,
                               std::string_view label_selector = {}) const;
  /// Merges a patch, given as YAML, into the object.
  void patch(api::ResourceId resource, std::string_view name, std::string_view yaml);
  void patch_status(api::ResourceId resource, std::string_view name, std::string_view yaml);
  void remove(api::ResourceId resource, std::string_view name,
              const apiserver::DeleteOptions& options = {});
  /// Removes the object without its grace period.
  void remove_now(api::ResourceId resource, std::string_view name);
  void remove_now(api::ResourceId resource, std::string_view ns, std::string_view name);
  /// The messages of the events of that reason, in order.
  std::vector<std::string> events(std::string_view reason) const;

  /// Makes a node with room for 110 Pods that is Ready.
  void add_node(std::string_view name, std::string_view yaml_patch = {});
  /// From now on Pods are bound to `node` (if they have none) and run, ready; deleted ones go at
  /// once.
  void run_pods(std::string_view node = "node-1");
  /// Whether Pods that are started become ready (true at first).
  void set_pods_ready(bool ready) { pods_become_ready_ = ready; }
  /// Whether Pods that are deleted go (true at first).
  void set_pods_end(bool end) { pods_end_ = end; }

  Controller& controller(std::string_view name);

  sim::Loop loop;
  store::Store store{loop};
  apiserver::ApiServer api{loop, store, sim::Random{1}};
  client::Informers informers{store};

 private:
  void tend(const api::ObjectKey& key);

  std::vector<std::unique_ptr<Controller>> controllers_;
  std::string node_;
  int next_ip_ = 1;
  bool pods_become_ready_ = true;
  bool pods_end_ = true;
  client::Subscription pods_;
};

/// A Deployment of nginx with the label app=web, `replicas` and more of its spec as YAML.
std::string deployment_yaml(int replicas, std::string_view more_spec = {});

}  // namespace rockpool::controllers
