// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/deployment.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "core/api/views/workloads.h"
#include "core/controllers/deployment_plan.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kDeployments = api::ResourceId::deployments;
constexpr auto kReplicaSets = api::ResourceId::replicasets;
constexpr auto kPods = api::ResourceId::pods;

struct Rolling : World {
  Rolling() : World{"deployment-controller", "replicaset-controller"} { run_pods(); }

  api::Deployment web() const { return api::Deployment{get(kDeployments, "web")}; }
  // The ReplicaSet of that revision.
  api::ReplicaSet revision(std::int64_t number) const {
    for (const doc::Value& replica_set : list(kReplicaSets)) {
      if (revision_of(replica_set) == number) return api::ReplicaSet{replica_set};
    }
    FAIL("no such revision");
    return api::ReplicaSet{};
  }
  void set_image(std::string_view image) {
    patch(kDeployments, "web",
          "spec: {template: {spec: {containers: [{name: web, image: '" + std::string{image} +
              "', ports: [{name: http, containerPort: 80}]}]}}}");
  }
  doc::Value condition(std::string_view type) const {
    return api::find_condition(get(kDeployments, "web"), type);
  }
};

TEST_CASE("a deployment makes one replica set and becomes available") {
  Rolling world;
  world.create(deployment_yaml(3));
  world.run();
  const auto replica_sets = world.list(kReplicaSets);
  REQUIRE(replica_sets.size() == 1);
  const api::ReplicaSet replica_set{replica_sets.front()};
  const std::string hash{api::label(replica_set.value(), "pod-template-hash")};
  CHECK(replica_set.name() == "web-" + hash);
  CHECK(replica_set.selector()["matchLabels"_key]["pod-template-hash"].as_string() == hash);
  CHECK(api::annotation(replica_set.value(), kRevisionAnnotation) == "1");
  CHECK(api::annotation(replica_set.value(), kDesiredReplicasAnnotation) == "3");
  CHECK(api::annotation(replica_set.value(), kMaxReplicasAnnotation) == "4");
  CHECK(api::annotation(world.web().value(), kRevisionAnnotation) == "1");

  CHECK(world.web().status_replicas() == 3);
  CHECK(world.web().updated_replicas() == 3);
  CHECK(world.web().available_replicas() == 3);
  CHECK(world.web().unavailable_replicas() == 0);
  CHECK(world.web().observed_generation() == world.web().generation());
  CHECK(world.condition("Available")["reason"_key].as_string() == "MinimumReplicasAvailable");
  CHECK(world.condition("Progressing")["reason"_key].as_string() == "NewReplicaSetAvailable");
  CHECK(world.condition("Progressing")["message"_key].as_string() ==
        "ReplicaSet \"web-" + hash + "\" has successfully progressed.");
  CHECK(world.events("ScalingReplicaSet") ==
        std::vector<std::string>{"Scaled up replica set web-" + hash + " from 0 to 3"});
}

TEST_CASE("a rolling update keeps within its bounds and ends with the new template") {
  Rolling world;
  world.create(deployment_yaml(4));
  world.run();
  world.set_image("nginx:1.28");
  std::int64_t most = 0;
  std::int64_t fewest_available = 4;
  for (int step = 0; step < 500; ++step) {
    world.run(1ms);
    std::int64_t active = 0;
    std::int64_t ready = 0;
    for (const doc::Value& pod : world.list(kPods)) {
      if (!api::Pod{pod}.is_active()) continue;
      ++active;
      if (api::Pod{pod}.is_ready()) ++ready;
    }
    most = std::max(most, active);
    fewest_available = std::min(fewest_available, ready);
  }
  CHECK(most == 5);
  CHECK(fewest_available == 3);
  CHECK(world.revision(1).replicas() == 0);
  CHECK(world.revision(2).replicas() == 4);
  CHECK(world.web().updated_replicas() == 4);
  CHECK(api::annotation(world.web().value(), kRevisionAnnotation) == "2");
  for (const doc::Value& pod : world.list(kPods)) {
    CHECK(pod["spec"_key]["containers"_key].at(0)["image"_key].as_string() == "nginx:1.28");
  }
}

TEST_CASE("going back to an older template revives its replica set under a new revision") {
  Rolling world;
  world.create(deployment_yaml(2));
  world.run();
  const std::string first{world.revision(1).name()};
  world.set_image("nginx:1.28");
  world.run();
  world.set_image("nginx:1.27");
  world.run();
  CHECK(world.list(kReplicaSets).size() == 2);
  CHECK(world.revision(3).name() == first);
  CHECK(world.revision(3).replicas() == 2);
  CHECK(api::annotation(world.revision(3).value(), kRevisionHistoryAnnotation) == "1");
}

TEST_CASE("a rollout that cannot get on stalls, serves on, and exceeds its deadline") {
  Rolling world;
  world.create(deployment_yaml(4, "progressDeadlineSeconds: 60"));
  world.run();
  world.set_pods_ready(false);
  world.set_image("nginx:broken");
  world.run(50s);
  CHECK(world.web().available_replicas() == 3);
  CHECK(world.revision(2).replicas() == 2);
  CHECK(world.condition("Progressing")["reason"_key].as_string() == "ReplicaSetUpdated");
  world.run(15s);
  CHECK(world.condition("Progressing")["status"_key].as_string() == "False");
  CHECK(world.condition("Progressing")["reason"_key].as_string() == "ProgressDeadlineExceeded");
  CHECK(world.condition("Progressing")["message"_key].as_string() ==
        "ReplicaSet \"" + std::string{world.revision(2).name()} + "\" has timed out progressing.");
  CHECK(world.condition("Available")["status"_key].as_string() == "True");
}

TEST_CASE("scaling in the midst of a rollout divides the difference") {
  Rolling world;
  world.create(deployment_yaml(10, "strategy: {rollingUpdate: {maxSurge: 3, maxUnavailable: 2}}"));
  world.run();
  world.set_pods_ready(false);
  world.set_image("nginx:broken");
  world.run();
  REQUIRE(world.revision(1).replicas() == 8);
  REQUIRE(world.revision(2).replicas() == 5);
  world.patch(kDeployments, "web", "spec: {replicas: 30}");
  world.run();
  // 33 in all, 20 more than before: shared 8 to 5.
  CHECK(world.revision(1).replicas() == 20);
  CHECK(world.revision(2).replicas() == 13);
}

TEST_CASE("a scaled deployment scales its only replica set") {
  Rolling world;
  world.create(deployment_yaml(3));
  world.run();
  world.patch(kDeployments, "web", "spec: {replicas: 7}");
  world.run();
  CHECK(world.web().available_replicas() == 7);
  world.patch(kDeployments, "web", "spec: {replicas: 0}");
  world.run();
  CHECK(world.list(kPods).empty());
  CHECK(world.web().status_replicas() == 0);
  const std::string name{world.revision(1).name()};
  CHECK(world.events("ScalingReplicaSet") ==
        std::vector<std::string>{"Scaled up replica set " + name + " from 0 to 3",
                                 "Scaled up replica set " + name + " from 3 to 7",
                                 "Scaled down replica set " + name + " from 7 to 0"});
}

TEST_CASE("recreate waits until all old Pods are gone") {
  Rolling world;
  world.create(deployment_yaml(3, "strategy: {type: Recreate}"));
  world.run();
  world.set_pods_end(false);
  world.set_image("nginx:1.28");
  world.run(10s);
  CHECK(world.list(kReplicaSets).size() == 1);
  CHECK(world.list(kPods).size() == 3);
  world.set_pods_end(true);
  for (const doc::Value& pod : world.list(kPods)) {
    world.remove_now(kPods, api::name(pod));
  }
  world.run();
  CHECK(world.revision(2).replicas() == 3);
  CHECK(world.web().available_replicas() == 3);
}

TEST_CASE("a paused deployment changes nothing until it is resumed") {
  Rolling world;
  world.create(deployment_yaml(2));
  world.run();
  world.patch(kDeployments, "web", "spec: {paused: true}");
  world.set_image("nginx:1.28");
  world.run();
  CHECK(world.list(kReplicaSets).size() == 1);
  CHECK(world.condition("Progressing")["reason"_key].as_string() == "DeploymentPaused");
  world.patch(kDeployments, "web", "spec: {paused: false}");
  world.run();
  CHECK(world.revision(2).replicas() == 2);
  CHECK(world.condition("Progressing")["reason"_key].as_string() == "NewReplicaSetAvailable");
}

TEST_CASE("old replica sets beyond the limit are deleted") {
  Rolling world;
  world.create(deployment_yaml(1, "revisionHistoryLimit: 2"));
  world.run();
  for (int version = 0; version < 5; ++version) {
    world.set_image("nginx:v" + std::to_string(version));
    world.run();
  }
  CHECK(world.list(kReplicaSets).size() == 3);
  CHECK(world.revision(6).replicas() == 1);
  CHECK(world.revision(4).replicas() == 0);
}

TEST_CASE("a matching replica set without controller is adopted") {
  Rolling world;
  world.create(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: older, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", ports: [{name: http, containerPort: 80}]}
)");
  world.run();
  world.create(deployment_yaml(2));
  world.run();
  CHECK(world.list(kReplicaSets).size() == 1);
  CHECK(api::is_controlled_by(world.get(kReplicaSets, "older"), world.web().uid()));
  CHECK(world.web().available_replicas() == 2);
}

TEST_CASE("a name taken by somebody else's replica set counts as a collision") {
  Rolling world;
  world.create(deployment_yaml(1));
  world.run();
  const std::string name{world.revision(1).name()};
  apiserver::DeleteOptions orphan;
  world.remove(kDeployments, "web");
  world.patch(kReplicaSets, name, "metadata: {ownerReferences: null, labels: {app: theirs}}");
  world.run();
  world.create(deployment_yaml(1));
  world.run();
  CHECK(world.web().collision_count() == 1);
  CHECK(world.web().available_replicas() == 1);
  CHECK(world.list(kReplicaSets, "app=web").size() == 1);
}

TEST_CASE("after a restart nothing is made twice") {
  Rolling world;
  world.create(deployment_yaml(3));
  world.run();
  for (int time = 0; time < 3; ++time) {
    world.controller("deployment-controller").stop();
    world.controller("replicaset-controller").stop();
    world.run();
    world.controller("replicaset-controller").start();
    world.controller("deployment-controller").start();
    world.run();
  }
  CHECK(world.list(kReplicaSets).size() == 1);
  CHECK(world.list(kPods).size() == 3);
}

}  // namespace
}  // namespace rockpool::controllers
