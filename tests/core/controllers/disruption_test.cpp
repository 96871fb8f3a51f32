// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/disruption.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/api/views/disruption_budget.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
using enum api::ResourceId;

// A Deployment of three Pods that run, and a budget.
struct Guarded : World {
  explicit Guarded(std::string_view spec = "minAvailable: 2", std::string_view label = "web")
      : World{"deployment-controller", "replicaset-controller", "disruption-controller"} {
    add_node("node-1");
    run_pods();
    create(deployment_yaml(3));
    add_budget("b", spec, label);
    run();
  }

  void add_budget(std::string_view name, std::string_view spec, std::string_view label = "web") {
    create(fmt::format(R"(
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {}, namespace: default}}
spec: {{{}, selector: {{matchLabels: {{app: {}}}}}}}
)",
                       name, spec, label));
  }

  api::DisruptionBudget budget(std::string_view name = "b") {
    return api::DisruptionBudget{get(poddisruptionbudgets, name)};
  }

  // allowed/current/desired/expected
  std::string counts(std::string_view name = "b") {
    const api::DisruptionBudget now = budget(name);
    return fmt::format("{}/{}/{}/{}", now.disruptions_allowed(), now.current_healthy(),
                       now.desired_healthy(), now.expected_pods());
  }

  doc::Value condition() { return api::find_condition(budget().value(), "DisruptionAllowed"); }

  std::string pod(std::size_t index = 0) {
    return std::string{api::name(list(pods, "app=web").at(index))};
  }

  // What the eviction API does to a budget.
  void let_go(const std::string& name) {
    patch_status(poddisruptionbudgets, "b",
                 fmt::format("status: {{disruptionsAllowed: 0, disruptedPods: {{{}: '{}'}}}}", name,
                             sim::format_rfc3339(loop.now())));
  }
};

TEST_CASE("a budget counts the Pods it selects") {
  Guarded world;
  CHECK(world.counts() == "1/3/2/3");
  CHECK(world.budget().observed_generation() == world.budget().generation());
  CHECK(world.condition()["status"_key].as_string() == "True");
  CHECK(world.condition()["reason"_key].as_string() == "SufficientPods");

  world.patch_status(pods, world.pod(), "status: {conditions: [{type: Ready, status: 'False'}]}");
  world.run();
  CHECK(world.counts() == "0/2/2/3");
  CHECK(world.condition()["reason"_key].as_string() == "InsufficientPods");

  world.patch_status(pods, world.pod(), "status: {conditions: [{type: Ready, status: 'True'}]}");
  world.run();
  CHECK(world.counts() == "1/3/2/3");
}

TEST_CASE("percentages and maxUnavailable are taken of what the Deployment wants") {
  for (const auto& [spec, three, five] : {
           std::tuple{"minAvailable: 50%", "1/3/2/3", "2/5/3/5"},
           std::tuple{"maxUnavailable: 1", "1/3/2/3", "1/5/4/5"},
           std::tuple{"maxUnavailable: 50%", "2/3/1/3", "3/5/2/5"},
       }) {
    CAPTURE(spec);
    Guarded world{spec};
    CHECK(world.counts() == three);
    world.patch(deployments, "web", "spec: {replicas: 5}");
    world.run();
    CHECK(world.counts() == five);
  }
}

TEST_CASE("during a rolling update the Deployment counts once, not each of its ReplicaSets") {
  Guarded world{"maxUnavailable: 1"};
  world.set_pods_ready(false);
  world.patch(deployments, "web",
              "spec: {template: {spec: {containers: [{name: nginx, image: 'nginx:1.27'}]}}}");
  world.run();
  REQUIRE(world.list(replicasets).size() == 2);
  CHECK(world.budget().expected_pods() == 3);
}

TEST_CASE("a ReplicaSet without a Deployment counts by itself") {
  World world{"replicaset-controller", "disruption-controller"};
  world.add_node("node-1");
  world.run_pods();
  world.create(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web, namespace: default}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b, namespace: default}
spec: {maxUnavailable: 25%, selector: {matchLabels: {app: web}}}
)");
  world.run();
  const api::DisruptionBudget budget{world.get(poddisruptionbudgets, "b")};
  CHECK(budget.disruptions_allowed() == 1);
  CHECK(budget.expected_pods() == 4);
}

TEST_CASE("a Pod whose controller cannot be scaled makes the budget fail safe") {
  Guarded world{"maxUnavailable: 1", "own"};
  world.create(R"(
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: default}
spec:
  selector: {matchLabels: {app: own}}
  template: {metadata: {labels: {app: own}}, spec: {containers: [{name: c, image: nginx}]}}
)");
  const std::string uid{api::uid(world.get(daemonsets, "agent"))};
  const auto add_pod = [&](std::string_view kind) {
    world.create(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata:
  name: mine
  namespace: default
  labels: {{app: own}}
  ownerReferences: [{{apiVersion: apps/v1, kind: {}, name: agent, uid: {}, controller: true}}]
spec: {{containers: [{{name: c, image: nginx}}]}}
)",
                             kind, uid));
    world.run();
  };
  add_pod("DaemonSet");
  CHECK(world.condition()["reason"_key].as_string() == "SyncFailed");
  CHECK(world.condition()["message"_key].as_string() ==
        "daemonsets.apps does not implement the scale subresource");
  CHECK(world.events("CalculateExpectedPodCountFailed").front() ==
        "Failed to calculate the number of expected pods: daemonsets.apps does not implement the "
        "scale subresource");
  world.remove_now(pods, "mine");
  add_pod("Deployment");
  CHECK(world.condition()["message"_key].as_string() == "found no controllers for pod \"mine\"");
  world.remove_now(pods, "mine");
  add_pod("Bellows");
  CHECK(world.condition()["message"_key].as_string() ==
        "no matches for kind \"Bellows\" in version \"apps/v1\"");
}

TEST_CASE("Pods that nobody controls are warned of where a scale is needed") {
  Guarded world{"maxUnavailable: 1", "own"};
  CHECK(world.events("NoPods").front() == "No matching pods found");
  world.create(R"(
apiVersion: v1
kind: Pod
metadata: {name: mine, namespace: default, labels: {app: own}}
spec: {containers: [{name: c, image: nginx}]}
)");
  world.run();
  CHECK(world.counts() == "0/1/0/0");
  CHECK(world.events("UnmanagedPods")
            .front()
            .starts_with("Pods selected by this PodDisruptionBudget (selector: "
                         "&LabelSelector{MatchLabels:map[string]string{app: own,},"));
}

TEST_CASE("a Pod that was let go does not count until it is deleted, or is overdue") {
  Guarded world;
  const std::string name = world.pod();
  world.let_go(name);
  world.run();
  CHECK(world.counts() == "0/2/2/3");
  CHECK(world.budget().disrupted_pods().contains(name));
  world.run(2min);
  CHECK(world.counts() == "1/3/2/3");
  CHECK(world.budget().disrupted_pods().is_null());
  CHECK(world.events("NotDeleted") ==
        std::vector<std::string>{
            "Pod was expected by PDB default/default to be deleted but it wasn't"});

  world.let_go(name);
  world.remove(pods, name);
  world.run();
  CHECK(world.counts() == "1/3/2/3");
  CHECK(world.budget().disrupted_pods().is_null());
}

TEST_CASE("a Pod that is being deleted is not healthy") {
  Guarded world;
  world.set_pods_end(false);
  world.set_pods_ready(false);
  world.remove(pods, world.pod());
  world.run();
  CHECK(world.counts() == "0/2/2/4");
}

TEST_CASE("a new selector and new labels are counted anew") {
  Guarded world;
  world.patch(poddisruptionbudgets, "b", "spec: {selector: {matchLabels: {app: other}}}");
  world.run();
  CHECK(world.counts() == "0/0/2/0");
  world.patch(pods, world.pod(), "metadata: {labels: {app: other}}");
  world.run();
  CHECK(world.counts() == "0/1/2/1");
  world.patch(poddisruptionbudgets, "b",
              "spec: {selector: {matchLabels: {app: null}, matchExpressions: [{key: app, operator: "
              "In, values: [web, other]}]}}");
  world.run();
  // Three of the Deployment's own, and the one that left it.
  CHECK(world.counts() == "2/4/2/4");
  world.patch(poddisruptionbudgets, "b", "spec: {selector: null}");
  world.run();
  CHECK(world.counts() == "0/0/2/0");
}

TEST_CASE("a Pod of two budgets is counted in both and said to be") {
  Guarded world;
  world.add_budget("c", "minAvailable: 1");
  world.run();
  CHECK(world.counts("c") == "2/3/1/3");
  world.patch_status(pods, world.pod(), "status: {conditions: [{type: Ready, status: 'False'}]}");
  world.run();
  CHECK(world.counts("b") == "0/2/2/3");
  CHECK(world.counts("c") == "1/2/1/3");
  CHECK(world.events("MultiplePodDisruptionBudgets").front() ==
        fmt::format("Pod \"default\"/\"{}\" matches multiple PodDisruptionBudgets.  Chose \"b\" "
                    "arbitrarily.",
                    world.pod()));
}

TEST_CASE("a controller that starts late counts what is there") {
  Guarded world;
  world.controller("disruption-controller").stop();
  world.patch(deployments, "web", "spec: {replicas: 6}");
  world.run();
  CHECK(world.counts() == "1/3/2/3");
  world.controller("disruption-controller").start();
  world.run();
  CHECK(world.counts() == "4/6/2/6");
}

TEST_CASE("the mark of a disruption that did not come is taken back") {
  Guarded world;
  const std::string name = world.pod();
  world.patch_status(pods, name,
                     fmt::format("status: {{conditions: [{{type: Ready, status: 'True'}}, {{type: "
                                 "DisruptionTarget, status: 'True', reason: EvictionByEvictionAPI, "
                                 "lastTransitionTime: '{}'}}]}}",
                                 sim::format_rfc3339(world.loop.now())));
  world.run(1min);
  CHECK(api::condition_status(world.get(pods, name), "DisruptionTarget") == "True");
  world.run(2min);
  CHECK(api::condition_status(world.get(pods, name), "DisruptionTarget") == "False");
}

}  // namespace
}  // namespace rockpool::controllers
