// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/replicaset.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/api/views/workloads.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kPods = api::ResourceId::pods;
constexpr auto kReplicaSets = api::ResourceId::replicasets;

constexpr std::string_view kWeb = R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {note: from-template}}
    spec: {containers: [{name: web, image: nginx}]}
)";

constexpr std::string_view kStrayPod = R"(
apiVersion: v1
kind: Pod
metadata: {name: stray, labels: {app: web}}
spec: {containers: [{name: web, image: nginx}]}
)";

api::ReplicaSet web(const World& world) {
  return api::ReplicaSet{world.get(kReplicaSets, "web")};
}

TEST_CASE("a replica set makes its Pods from the template and counts them") {
  World world{"replicaset-controller"};
  world.create(kWeb);
  world.run();
  const auto pods = world.list(kPods);
  REQUIRE(pods.size() == 3);
  for (const doc::Value& pod : pods) {
    CHECK(api::name(pod).starts_with("web-"));
    CHECK(api::label(pod, "app") == "web");
    CHECK(api::annotation(pod, "note") == "from-template");
    CHECK(api::is_controlled_by(pod, web(world).uid()));
    CHECK(api::owner_references(pod).front().block_owner_deletion);
  }
  CHECK(web(world).status_replicas() == 3);
  CHECK(web(world).fully_labeled_replicas() == 3);
  CHECK(web(world).ready_replicas() == 0);
  CHECK(web(world).observed_generation() == web(world).generation());
  CHECK(world.events("SuccessfulCreate").size() == 3);
  CHECK(world.events("SuccessfulCreate").front().starts_with("Created pod: web-"));

  world.run_pods();
  for (const doc::Value& pod : pods)
    world.patch(kPods, api::name(pod), "metadata: {labels: {touched: once}}");
  world.run();
  CHECK(web(world).ready_replicas() == 3);
  CHECK(web(world).available_replicas() == 3);
}

TEST_CASE("a Pod that dies is replaced, one that finished as well") {
  World world{"replicaset-controller"};
  world.run_pods();
  world.create(kWeb);
  world.run();
  const std::string first{api::name(world.list(kPods).front())};
  world.remove(kPods, first);
  world.run();
  CHECK(world.list(kPods).size() == 3);
  CHECK(world.get(kPods, first).is_null());

  const std::string second{api::name(world.list(kPods).front())};
  world.patch_status(kPods, second, "status: {phase: Failed}");
  world.run();
  CHECK(world.list(kPods).size() == 4);
  CHECK(web(world).status_replicas() == 3);
}

TEST_CASE("a Pod being deleted is replaced before it is gone") {
  World world{"replicaset-controller"};
  world.set_pods_end(false);
  world.run_pods();
  world.create(kWeb);
  world.run();
  world.remove(kPods, api::name(world.list(kPods).front()));
  world.run();
  CHECK(world.list(kPods).size() == 4);
  CHECK(web(world).status_replicas() == 3);
}

TEST_CASE("a matching Pod without controller is adopted, and counts") {
  World world{"replicaset-controller"};
  world.create(kStrayPod);
  world.create(kWeb);
  world.run();
  CHECK(world.list(kPods).size() == 3);
  CHECK(api::is_controlled_by(world.get(kPods, "stray"), web(world).uid()));

  // One too many: it is adopted, and then some Pod has to go.
  world.remove(kPods, "stray");
  world.run();
  world.create(kStrayPod);
  world.run();
  const auto pods = world.list(kPods);
  CHECK(std::ranges::count_if(
            pods, [](const doc::Value& pod) { return api::Pod{pod}.is_active(); }) == 3);
}

TEST_CASE("a Pod that no longer matches is released and replaced") {
  World world{"replicaset-controller"};
  world.create(kWeb);
  world.run();
  const std::string name{api::name(world.list(kPods).front())};
  world.patch(kPods, name, "metadata: {labels: {app: other}}");
  world.run();
  CHECK(api::owner_references(world.get(kPods, name)).empty());
  CHECK(world.list(kPods, "app=web").size() == 3);
  CHECK(web(world).status_replicas() == 3);
}

TEST_CASE("scaling down removes Pods that are not ready first") {
  World world{"replicaset-controller"};
  world.run_pods();
  world.create(kWeb);
  world.run();
  std::set<std::string> ready;
  for (const doc::Value& pod : world.list(kPods)) ready.emplace(api::name(pod));
  world.set_pods_ready(false);
  world.patch(kReplicaSets, "web", "spec: {replicas: 5}");
  world.run();
  CHECK(world.list(kPods).size() == 5);
  CHECK(web(world).ready_replicas() == 3);
  world.patch(kReplicaSets, "web", "spec: {replicas: 3}");
  world.run();
  std::set<std::string> left;
  for (const doc::Value& pod : world.list(kPods)) left.emplace(api::name(pod));
  CHECK(left == ready);
  CHECK(world.events("SuccessfulDelete").size() == 2);
}

TEST_CASE("Pods count as available only after minReadySeconds") {
  World world{"replicaset-controller"};
  world.run_pods();
  world.create(kWeb);
  world.patch(kReplicaSets, "web", "spec: {minReadySeconds: 30}");
  world.run(10s);
  CHECK(web(world).ready_replicas() == 3);
  CHECK(web(world).available_replicas() == 0);
  world.run(21s);
  CHECK(web(world).available_replicas() == 3);
}

TEST_CASE("a refused Pod is told of in a condition and in events, and tried again") {
  World world{"replicaset-controller"};
  world.create(kWeb);
  world.run();
  world.patch(kReplicaSets, "web",
              "spec: {replicas: 5, template: {spec: {serviceAccountName: nobody}}}");
  world.run(1ms);
  CHECK(world.list(kPods).size() == 3);
  const doc::Value failure = api::find_condition(web(world).value(), "ReplicaFailure");
  CHECK(failure["status"_key].as_string() == "True");
  CHECK(failure["reason"_key].as_string() == "FailedCreate");
  CHECK(failure["message"_key].as_string() ==
        "pods \"web-\" is forbidden: error looking up service account default/nobody: "
        "serviceaccount \"nobody\" not found");
  // One attempt, not two: the first failure stops the batch.
  REQUIRE(world.events("FailedCreate").size() == 1);
  CHECK(world.events("FailedCreate").front().starts_with("Error creating: pods \"web-\" is"));

  world.create("{apiVersion: v1, kind: ServiceAccount, metadata: {name: nobody}}");
  world.run(10s);
  CHECK(world.list(kPods).size() == 5);
  CHECK(api::find_condition(web(world).value(), "ReplicaFailure").is_null());
}

TEST_CASE("a thousand replicas come in bursts and are never too many") {
  World world{"replicaset-controller"};
  world.run_pods();
  world.create(kWeb);
  world.patch(kReplicaSets, "web", "spec: {replicas: 1200}");
  std::size_t most = 0;
  for (int step = 0; step < 200; ++step) {
    world.run(1ms);
    most = std::max(most, world.list(kPods).size());
  }
  CHECK(most == 1200);
  CHECK(web(world).ready_replicas() == 1200);
}

TEST_CASE("what happens while the controller is stopped is made good when it starts again") {
  World world{"replicaset-controller"};
  world.create(kWeb);
  world.run();
  Controller& controller = world.controller("replicaset-controller");
  controller.stop();
  world.remove(kPods, api::name(world.list(kPods).front()));
  world.patch(kReplicaSets, "web", "spec: {replicas: 4}");
  world.run(10s);
  CHECK(world.list(kPods).size() == 2);
  controller.start();
  world.run();
  CHECK(world.list(kPods).size() == 4);
  CHECK(web(world).status_replicas() == 4);
}

}  // namespace
}  // namespace rockpool::controllers
