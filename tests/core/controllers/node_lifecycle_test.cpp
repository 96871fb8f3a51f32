// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_lifecycle.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>

#include "core/controllers/node_taints.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kNodes = api::ResourceId::nodes;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kLeases = api::ResourceId::leases;
constexpr Taint kUnreachableNoExecute{kUnreachableTaint, "NoExecute"};

struct Watched : World {
  Watched() : World{"node-lifecycle-controller", "taint-eviction-controller"} {
    for (const char* name : {"node-1", "node-2", "node-3", "node-4"}) {
      add_node(name);
      alive.insert(name);
    }
    beat();
    run_pods("node-1");
    run(1s);
  }
  // Renews the leases of those alive, now and every ten seconds.
  void beat() {
    for (const std::string& name : alive) {
      const doc::Value lease = get(kLeases, "kube-node-lease", name);
      doc::Value renewed = lease;
      renewed.edit("metadata"_key).set("name"_key, name);
      renewed.edit("metadata"_key).set("namespace"_key, "kube-node-lease");
      renewed.edit("spec"_key).set("holderIdentity"_key, name);
      renewed.edit("spec"_key).set("leaseDurationSeconds"_key, 40);
      renewed.edit("spec"_key).set("renewTime"_key, api::micro_time_value(loop.now()));
      REQUIRE((lease.is_null() ? api.create(kLeases, "kube-node-lease", renewed)
                               : api.update(kLeases, renewed)));
    }
    loop.schedule(10s, [this] { beat(); });
  }
  void add_pod(std::string_view name, std::string_view tolerations = "[]") {
    create(
        fmt::format("{{apiVersion: v1, kind: Pod, metadata: {{name: {}}}, spec: {{tolerations: "
                    "{}, containers: [{{name: c, image: nginx}}]}}}}",
                    name, tolerations));
  }
  doc::Value node(std::string_view name) const { return get(kNodes, name); }

  std::set<std::string> alive;
};

TEST_CASE("nodes that show signs of life stay ready") {
  Watched world;
  world.run(10min);
  for (const doc::Value& node : world.list(kNodes)) {
    CHECK(api::is_condition_true(node, "Ready"));
    CHECK(node["spec"_key]["taints"_key].size() == 0);
  }
  CHECK(world.events("RegisteredNode").size() == 4);
}

TEST_CASE("a silent node becomes unknown after the grace period, with taints and Pods not ready") {
  Watched world;
  world.add_pod("a");
  world.run(1s);
  world.alive.erase("node-1");
  world.run(38s);
  CHECK(api::is_condition_true(world.node("node-1"), "Ready"));
  world.run(8s);
  const doc::Value ready = api::find_condition(world.node("node-1"), "Ready");
  CHECK(ready["status"_key].as_string() == "Unknown");
  CHECK(ready["reason"_key].as_string() == "NodeStatusUnknown");
  CHECK(ready["message"_key].as_string() == "Kubelet stopped posting node status.");
  CHECK(api::find_condition(world.node("node-1"), "MemoryPressure")["reason"_key].as_string() ==
        "NodeStatusNeverUpdated");
  CHECK(has_taint(world.node("node-1"), {kUnreachableTaint, "NoSchedule"}));
  CHECK(has_taint(world.node("node-1"), kUnreachableNoExecute));
  CHECK_FALSE(api::is_condition_true(world.get(kPods, "a"), "Ready"));
  CHECK(world.events("NodeNotReady") ==
        std::vector<std::string>{"Node node-1 status is now: NodeNotReady", "Node is not ready"});
  // The Pod tolerates it for five minutes by default.
  CHECK_FALSE(api::is_being_deleted(world.get(kPods, "a")));
}

TEST_CASE("Pods leave a lost node when their toleration ends") {
  Watched world;
  world.set_pods_end(false);
  world.add_pod("default");
  world.add_pod("short",
                "[{key: node.kubernetes.io/unreachable, operator: Exists, effect: "
                "NoExecute, tolerationSeconds: 10}]");
  world.add_pod("for-ever", "[{operator: Exists}]");
  world.run(1s);
  world.alive.erase("node-1");
  world.run(60s);
  CHECK(api::is_being_deleted(world.get(kPods, "short")));
  CHECK(api::is_condition_true(world.get(kPods, "short"), "DisruptionTarget"));
  CHECK_FALSE(api::is_being_deleted(world.get(kPods, "default")));
  world.run(300s);
  CHECK(api::is_being_deleted(world.get(kPods, "default")));
  CHECK_FALSE(api::is_being_deleted(world.get(kPods, "for-ever")));
  CHECK(world.events("TaintManagerEviction") ==
        std::vector<std::string>{"Marking for deletion Pod default/short",
                                 "Marking for deletion Pod default/default"});
}

TEST_CASE("a node that comes back loses its taints, and its Pods may stay") {
  Watched world;
  world.add_pod("a");
  world.run(1s);
  world.alive.erase("node-1");
  world.run(60s);
  REQUIRE(has_taint(world.node("node-1"), kUnreachableNoExecute));
  world.alive.insert("node-1");
  world.patch_status(kNodes, "node-1", R"(status: {conditions: [{type: Ready, status: "True",
      lastHeartbeatTime: "2025-01-01T00:01:05Z", lastTransitionTime: "2025-01-01T00:01:05Z"}]})");
  world.run(10min);
  CHECK(world.node("node-1")["spec"_key]["taints"_key].size() == 0);
  CHECK_FALSE(api::is_being_deleted(world.get(kPods, "a")));
  CHECK(world.events("TaintManagerEviction") ==
        std::vector<std::string>{"Cancelling deletion of Pod default/a"});
}

TEST_CASE("several lost nodes are evicted one at a time") {
  Watched world;
  world.alive.erase("node-1");
  world.alive.erase("node-2");
  world.run(46s);
  const auto evicted = [&] {
    int count = 0;
    for (const doc::Value& node : world.list(kNodes)) {
      count += has_taint(node, kUnreachableNoExecute) ? 1 : 0;
    }
    return count;
  };
  CHECK(evicted() == 1);
  world.run(11s);
  CHECK(evicted() == 2);
}

TEST_CASE("if all nodes fall silent nothing is evicted") {
  Watched world;
  world.add_pod("a");
  world.run(1s);
  world.alive.clear();
  world.run(20min);
  for (const doc::Value& node : world.list(kNodes)) {
    CHECK(api::condition_status(node, "Ready") == "Unknown");
    CHECK(has_taint(node, {kUnreachableTaint, "NoSchedule"}));
    CHECK_FALSE(has_taint(node, kUnreachableNoExecute));
  }
  CHECK_FALSE(api::is_being_deleted(world.get(kPods, "a")));
}

TEST_CASE("conditions and cordons show as taints") {
  Watched world;
  world.patch(kNodes, "node-2", "spec: {unschedulable: true}");
  world.patch_status(kNodes, "node-3", R"(status: {conditions: [
      {type: Ready, status: "True", lastHeartbeatTime: "2025-01-01T00:00:00Z"},
      {type: DiskPressure, status: "True"}]})");
  world.run();
  CHECK(has_taint(world.node("node-2"), {"node.kubernetes.io/unschedulable", "NoSchedule"}));
  CHECK(has_taint(world.node("node-3"), {"node.kubernetes.io/disk-pressure", "NoSchedule"}));
  world.patch(kNodes, "node-2", "spec: {unschedulable: null}");
  world.run();
  CHECK(world.node("node-2")["spec"_key]["taints"_key].size() == 0);
}

TEST_CASE("a zone with most of its nodes down is evicted slowly or not at all") {
  CHECK(zone_state(3, 0) == ZoneState::normal);
  CHECK(zone_state(1, 2) == ZoneState::normal);
  CHECK(zone_state(2, 3) == ZoneState::partial_disruption);
  CHECK(zone_state(3, 3) == ZoneState::normal);
  CHECK(zone_state(0, 1) == ZoneState::full_disruption);
  CHECK(zone_state(0, 0) == ZoneState::normal);
}

}  // namespace
}  // namespace rockpool::controllers
