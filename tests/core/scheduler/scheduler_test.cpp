// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/scheduler.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tests/core/controllers/world.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kPods = api::ResourceId::pods;
constexpr auto kNodes = api::ResourceId::nodes;

struct Scheduled : controllers::World {
  Scheduled() : World{std::initializer_list<std::string_view>{}} { scheduler.start(); }

  void add_nodes(int count) {
    for (int index = 1; index <= count; ++index) add_node(fmt::format("node-{}", index));
  }
  void add_pod(std::string_view name, std::string_view spec = {}, std::string_view labels = {}) {
    create(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: {}, labels: {{app: web{}}}}}
spec: {{containers: [{{name: web, image: nginx}}] {}}}
)",
                       name, labels, spec));
  }
  // A Pod whose only container asks for so much.
  void add_large_pod(std::string_view name, std::string_view requests, std::string_view spec = {}) {
    create(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: {}, labels: {{app: large}}}}
spec: {{containers: [{{name: web, image: nginx, resources: {{requests: {{{}}}}}}}] {}}}
)",
                       name, requests, spec));
  }
  std::string node_of(std::string_view pod) const {
    return get(kPods, pod)["spec"_key]["nodeName"_key].to_string();
  }
  doc::Value scheduled_condition(std::string_view pod) const {
    return api::find_condition(get(kPods, pod), "PodScheduled");
  }
  std::string why_not(std::string_view pod) const {
    return scheduled_condition(pod)["message"_key].to_string();
  }

  Scheduler scheduler{loop, api, informers, sim::Random{3}};
};

TEST_CASE("a Pod gets a node, and both its status and an event say so") {
  Scheduled world;
  world.add_nodes(1);
  world.add_pod("a");
  world.run();
  CHECK(world.node_of("a") == "node-1");
  CHECK(world.scheduled_condition("a")["status"_key].as_string() == "True");
  CHECK(world.events("Scheduled") ==
        std::vector<std::string>{"Successfully assigned default/a to node-1"});
}

TEST_CASE("equal Pods are spread evenly") {
  Scheduled world;
  world.add_nodes(3);
  for (int index = 0; index < 9; ++index) world.add_pod(fmt::format("pod-{}", index));
  world.run();
  std::map<std::string, int> counts;
  for (int index = 0; index < 9; ++index) ++counts[world.node_of(fmt::format("pod-{}", index))];
  CHECK(counts == std::map<std::string, int>{{"node-1", 3}, {"node-2", 3}, {"node-3", 3}});
}

TEST_CASE("Pods of one Service are kept apart even where others are") {
  Scheduled world;
  world.add_nodes(2);
  world.create(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, "
      "spec: {selector: {app: web}, ports: [{port: 80}]}}");
  // node-1 is emptier by far, so only spreading speaks for node-2.
  world.add_large_pod("big", "cpu: '1', memory: 2Gi",
                      ", nodeSelector: {kubernetes.io/hostname: node-2}");
  world.run();
  for (int index = 0; index < 4; ++index) world.add_pod(fmt::format("pod-{}", index));
  world.run();
  int on_second = 0;
  for (int index = 0; index < 4; ++index) {
    on_second += world.node_of(fmt::format("pod-{}", index)) == "node-2" ? 1 : 0;
  }
  CHECK(on_second >= 1);
}

TEST_CASE("without nodes the message is another") {
  Scheduled world;
  world.add_pod("a");
  world.run();
  CHECK(world.why_not("a") == "no nodes available to schedule pods");
  CHECK(world.scheduled_condition("a")["reason"_key].as_string() == "Unschedulable");
  world.add_nodes(1);
  world.run(2s);
  CHECK(world.node_of("a") == "node-1");
}

TEST_CASE("what fits nowhere is told of in the scheduler's own words") {
  Scheduled world;
  world.add_node("node-1",
                 "spec: {taints: [{key: example.com/gpu, value: only, effect: NoSchedule}]}");
  world.add_node("node-2");
  world.add_node("node-3");
  world.add_large_pod("filler-2", "cpu: '6'", ", nodeSelector: {kubernetes.io/hostname: node-2}");
  world.add_large_pod("filler-3", "cpu: '6'", ", nodeSelector: {kubernetes.io/hostname: node-3}");
  world.run();
  world.add_large_pod("a", "cpu: '4'");
  world.run();
  CHECK(world.why_not("a") ==
        "0/3 nodes are available: 1 node(s) had untolerated taint {example.com/gpu: only}, 2 "
        "Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for "
        "scheduling, 2 No preemption victims found for incoming pod.");
  CHECK(world.events("FailedScheduling") == std::vector<std::string>{world.why_not("a")});

  world.remove_now(kPods, "filler-2");
  world.run(2s);
  CHECK(world.node_of("a") == "node-2");
}

TEST_CASE("a Pod too large for any node cannot be helped by preemption") {
  Scheduled world;
  world.add_nodes(2);
  world.add_large_pod("a", "cpu: '9', memory: 20Gi");
  world.run();
  CHECK(world.why_not("a") ==
        "0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory. preemption: 0/2 nodes "
        "are available: 2 Preemption is not helpful for scheduling.");
}

TEST_CASE("node selectors, affinity and cordons are obeyed") {
  Scheduled world;
  world.add_node("node-1", "metadata: {labels: {disk: ssd}}");
  world.add_node("node-2");
  world.add_pod("selector", ", nodeSelector: {disk: ssd}");
  world.add_pod("affinity",
                R"(, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:
    {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: DoesNotExist}]}]}}})");
  world.add_pod("nowhere", ", nodeSelector: {disk: tape}");
  world.run();
  CHECK(world.node_of("selector") == "node-1");
  CHECK(world.node_of("affinity") == "node-2");
  CHECK(world.why_not("nowhere") ==
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: "
        "0/2 nodes are available: 2 Preemption is not helpful for scheduling.");
  world.patch(kNodes, "node-1", "spec: {unschedulable: true}");
  world.run();
  world.add_pod("cordoned", ", nodeSelector: {disk: ssd}");
  world.run();
  CHECK(world.why_not("cordoned")
            .starts_with("0/2 nodes are available: 1 node(s) didn't match Pod's node "
                         "affinity/selector, 1 node(s) "
                         "were unschedulable."));
  world.patch(kNodes, "node-1", "spec: {unschedulable: null}");
  world.run(3s);
  CHECK(world.node_of("cordoned") == "node-1");
  world.patch(kNodes, "node-2", "metadata: {labels: {disk: tape}}");
  world.run(30s);
  CHECK(world.node_of("nowhere") == "node-2");
}

TEST_CASE("host ports and the number of Pods limit a node") {
  Scheduled world;
  world.add_node("node-1", "status: {allocatable: {pods: '3'}}");
  const auto with_port = [&](std::string_view name) {
    world.create(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: {}}}
spec: {{containers: [{{name: web, image: nginx, ports: [{{containerPort: 80, hostPort: 8080}}]}}]}}
)",
                             name));
  };
  with_port("a");
  with_port("b");
  world.run();
  CHECK(world.node_of("a") == "node-1");
  CHECK(world.why_not("b") ==
        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. "
        "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.");
  for (const char* name : {"c", "d", "e"}) world.add_pod(name);
  world.run();
  CHECK(world.why_not("e").starts_with("0/1 nodes are available: 1 Too many pods."));
}

TEST_CASE("a Pod that was refused waits longer each time, and does not try without cause") {
  Scheduled world;
  world.add_nodes(1);
  world.add_pod("a", ", nodeSelector: {disk: ssd}");
  world.run(60s);
  CHECK(world.scheduled_condition("a")["status"_key].as_string() == "False");
  const auto tries = [&] {
    std::int64_t count = 0;
    for (const doc::Value& event : world.list(api::ResourceId::events)) {
      if (event["reason"_key].as_string() == "FailedScheduling") {
        count += event["count"_key].as_int(1);
      }
    }
    return count;
  };
  CHECK(tries() == 1);
  world.run(5min);
  CHECK(tries() == 2);
}

TEST_CASE("Pods with higher priority go first and push others out") {
  Scheduled world;
  world.add_nodes(1);
  world.add_large_pod("low", "cpu: '6'");
  world.run();
  REQUIRE(world.node_of("low") == "node-1");
  world.add_large_pod("high", "cpu: '6'", ", priorityClassName: system-node-critical");
  world.run();
  CHECK(api::is_being_deleted(world.get(kPods, "low")));
  CHECK(world.get(kPods, "high")["status"_key]["nominatedNodeName"_key].as_string() == "node-1");
  CHECK(api::is_condition_true(world.get(kPods, "low"), "DisruptionTarget"));
  CHECK(world.events("Preempted").size() == 1);
  world.remove_now(kPods, "low");
  world.run(5s);
  CHECK(world.node_of("high") == "node-1");
}

TEST_CASE("of equal Pods the one that runs for less time is pushed out") {
  for (const std::string_view younger : {"one", "other"}) {
    CAPTURE(younger);
    Scheduled world;
    world.add_nodes(2);
    for (const std::string_view name : {"one", "other"}) world.add_large_pod(name, "cpu: '6'");
    world.run();
    for (const std::string_view name : {"one", "other"}) {
      REQUIRE(!world.node_of(name).empty());
      world.patch_status(kPods, name,
                         name == younger ? "status: {startTime: '2025-01-01T00:10:00Z'}"
                                         : "status: {startTime: '2025-01-01T00:00:00Z'}");
    }
    world.run();
    world.add_large_pod("high", "cpu: '6'", ", priorityClassName: system-node-critical");
    world.run();
    for (const std::string_view name : {"one", "other"}) {
      CHECK(api::is_being_deleted(world.get(kPods, name)) == (name == younger));
    }
  }
}

TEST_CASE("gated Pods and those of other schedulers are left alone") {
  Scheduled world;
  world.add_nodes(1);
  world.add_pod("gated", ", schedulingGates: [{name: example.com/wait}]");
  world.add_pod("other", ", schedulerName: mine");
  world.run();
  CHECK(world.node_of("gated") == "");
  CHECK(world.scheduled_condition("gated")["reason"_key].as_string() == "SchedulingGated");
  CHECK(world.node_of("other") == "");
  CHECK(world.scheduled_condition("other").is_null());
  world.patch(kPods, "gated", "spec: {schedulingGates: null}");
  world.run();
  CHECK(world.node_of("gated") == "node-1");
}

TEST_CASE("Pods keep their distance and their company") {
  Scheduled world;
  world.add_nodes(3);
  constexpr std::string_view kApart = R"(, affinity: {podAntiAffinity:
    {requiredDuringSchedulingIgnoredDuringExecution:
      [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {role: apart}}}]}})";
  for (int index = 0; index < 4; ++index) {
    world.add_pod(fmt::format("apart-{}", index), kApart, ", role: apart");
  }
  world.run();
  std::set<std::string> nodes;
  for (int index = 0; index < 3; ++index)
    nodes.insert(world.node_of(fmt::format("apart-{}", index)));
  CHECK(nodes.size() == 3);
  CHECK(world.why_not("apart-3").starts_with(
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules."));

  constexpr std::string_view kNear = R"(, affinity: {podAffinity:
    {requiredDuringSchedulingIgnoredDuringExecution:
      [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {only: friend}}}]}})";
  world.add_pod("near", kNear);
  world.run();
  CHECK(world.why_not("near").starts_with(
      "0/3 nodes are available: 3 node(s) didn't match pod affinity rules."));
  world.add_pod("friend", ", nodeSelector: {kubernetes.io/hostname: node-2}", ", only: friend");
  world.run(20s);
  CHECK(world.node_of("near") == "node-2");
}

TEST_CASE("a topology spread constraint bounds the difference between zones") {
  Scheduled world;
  world.add_node("node-1", "metadata: {labels: {zone: a}}");
  world.add_node("node-2", "metadata: {labels: {zone: a}}");
  world.add_node("node-3", "metadata: {labels: {zone: b}}");
  world.add_node("node-4");
  constexpr std::string_view kSpread =
      R"(, topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone,
    whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}])";
  for (int index = 0; index < 6; ++index) world.add_pod(fmt::format("pod-{}", index), kSpread);
  world.run();
  int in_b = 0;
  for (int index = 0; index < 6; ++index) {
    CHECK(world.node_of(fmt::format("pod-{}", index)) != "node-4");
    in_b += world.node_of(fmt::format("pod-{}", index)) == "node-3" ? 1 : 0;
  }
  CHECK(in_b == 3);
}

TEST_CASE("a claim that cannot exist is named") {
  Scheduled world;
  world.add_nodes(2);
  world.add_pod("a", ", volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]");
  world.run();
  CHECK(world.why_not("a") ==
        "0/2 nodes are available: persistentvolumeclaim \"data\" not found. preemption: 0/2 nodes "
        "are available: 2 Preemption is not helpful for scheduling.");
}

// A claim, and the PersistentVolume that somebody has bound it to, on one node only.
constexpr std::string_view kClaim = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: later}
)";
constexpr std::string_view kBoundClaim = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, annotations: {pv.kubernetes.io/bind-completed: "yes"}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, volumeName: disk}
)";
constexpr std::string_view kVolume = R"(
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  local: {path: /disk}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [
    {key: kubernetes.io/hostname, operator: In, values: [node-2]}]}]}}
)";

TEST_CASE("a Pod waits for its claim to be bound") {
  Scheduled world;
  world.add_nodes(2);
  world.create(kClaim);
  world.add_pod("a", ", volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]");
  world.run();
  CHECK(world.node_of("a") == "");
  CHECK(world.why_not("a") ==
        "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: "
        "0/2 nodes are available: 2 Preemption is not helpful for scheduling.");
  // Its class would have it bound where the Pod goes, but nobody makes volumes.
  world.create(R"(
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: later}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
)");
  world.run(20s);
  CHECK(world.why_not("a") ==
        "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.");
}

TEST_CASE("a Pod goes where the volume of its claim is") {
  Scheduled world;
  world.add_node("node-1");
  world.create(kBoundClaim);
  world.add_pod("a", ", volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]");
  world.run();
  CHECK(world.why_not("a") ==
        "0/1 nodes are available: 1 node(s) unavailable due to one or more pvc(s) bound to "
        "non-existent pv(s). preemption: 0/1 nodes are available: 1 Preemption is not helpful for "
        "scheduling.");
  world.create(kVolume);
  world.run(20s);
  CHECK(world.why_not("a") ==
        "0/1 nodes are available: 1 node(s) had volume node affinity conflict. preemption: 0/1 "
        "nodes are available: 1 Preemption is not helpful for scheduling.");
  world.add_node("node-2");
  world.run(20s);
  CHECK(world.node_of("a") == "node-2");
}

TEST_CASE("Pods that finished or are gone leave their room to others") {
  Scheduled world;
  world.add_nodes(1);
  world.add_large_pod("first", "cpu: '6'");
  world.run();
  world.add_large_pod("second", "cpu: '6'");
  world.run();
  CHECK(world.node_of("second") == "");
  world.patch_status(kPods, "first", "status: {phase: Succeeded}");
  world.run(2s);
  CHECK(world.node_of("second") == "node-1");
}

TEST_CASE("while it is stopped nothing is placed; afterwards everything is") {
  Scheduled world;
  world.add_nodes(2);
  world.scheduler.stop();
  world.add_pod("a");
  world.run(10s);
  CHECK(world.node_of("a") == "");
  world.scheduler.start();
  world.run();
  CHECK(world.node_of("a") != "");
}

TEST_CASE("a large cluster is searched in parts, all in turn") {
  CHECK(enough_candidates(3) == 3);
  CHECK(enough_candidates(99) == 99);
  CHECK(enough_candidates(100) == 100);
  CHECK(enough_candidates(1000) == 420);
  CHECK(enough_candidates(5000) == 500);
  CHECK(enough_candidates(10000) == 500);
}

}  // namespace
}  // namespace rockpool::scheduler
