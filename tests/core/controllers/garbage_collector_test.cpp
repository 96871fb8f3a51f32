// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/garbage_collector.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kMaps = api::ResourceId::configmaps;
constexpr auto kDeployments = api::ResourceId::deployments;
constexpr auto kReplicaSets = api::ResourceId::replicasets;
constexpr auto kPods = api::ResourceId::pods;

struct Collected : World {
  Collected()
      : World{"garbage-collector-controller", "deployment-controller", "replicaset-controller"} {
    run_pods();
  }
  // A ConfigMap, owned by others if any.
  void add_map(std::string_view name, const std::vector<std::string>& owners = {},
               std::string_view more_of_reference = {}) {
    std::string references;
    for (const std::string& owner : owners) {
      references += fmt::format(
          "{{apiVersion: v1, kind: ConfigMap, name: {}, uid: {}{}}},", owner,
          api::uid(get(kMaps, owner)).empty() ? "no-such-uid" : api::uid(get(kMaps, owner)),
          more_of_reference);
    }
    create(fmt::format(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {}, ownerReferences: [{}]}}}}", name,
        references));
  }
  bool exists(std::string_view name) const { return !get(kMaps, name).is_null(); }
};

TEST_CASE("background: dependents go after their owner, and theirs after them") {
  Collected world;
  world.create(deployment_yaml(3));
  world.run();
  REQUIRE(world.list(kPods).size() == 3);
  world.remove(kDeployments, "web");
  CHECK(world.get(kDeployments, "web").is_null());
  world.run();
  CHECK(world.list(kReplicaSets).empty());
  CHECK(world.list(kPods).empty());
}

TEST_CASE("foreground: the owner stays until its dependents are gone") {
  Collected world;
  world.create(deployment_yaml(2));
  world.run();
  world.set_pods_end(false);
  apiserver::DeleteOptions foreground;
  foreground.propagation = apiserver::Propagation::foreground;
  world.remove(kDeployments, "web", foreground);
  world.run();
  CHECK(api::is_being_deleted(world.get(kDeployments, "web")));
  CHECK(world.list(kReplicaSets).size() == 1);
  CHECK(world.list(kPods).size() == 2);
  for (const doc::Value& pod : world.list(kPods)) {
    world.remove_now(kPods, api::name(pod));
  }
  world.run();
  CHECK(world.get(kDeployments, "web").is_null());
  CHECK(world.list(kReplicaSets).empty());
}

TEST_CASE("orphan: dependents are set free") {
  Collected world;
  world.create(deployment_yaml(2));
  world.run();
  apiserver::DeleteOptions orphan;
  orphan.propagation = apiserver::Propagation::orphan;
  world.remove(kDeployments, "web", orphan);
  world.run();
  CHECK(world.get(kDeployments, "web").is_null());
  REQUIRE(world.list(kReplicaSets).size() == 1);
  CHECK(api::owner_references(world.list(kReplicaSets).front()).empty());
  CHECK(world.list(kPods).size() == 2);
}

TEST_CASE(
    "an object whose owner never existed is deleted; one with another owner loses the reference") {
  Collected world;
  world.add_map("owner");
  world.add_map("orphan", {"nobody"});
  world.add_map("shared", {"nobody", "owner"});
  world.run();
  CHECK_FALSE(world.exists("orphan"));
  REQUIRE(world.exists("shared"));
  const auto references = api::owner_references(world.get(kMaps, "shared"));
  REQUIRE(references.size() == 1);
  CHECK(references.front().name == "owner");
}

TEST_CASE("a new object under the owner's old name is no owner") {
  Collected world;
  world.controller("garbage-collector-controller").stop();
  world.add_map("owner");
  world.add_map("dependent", {"owner"});
  world.remove(kMaps, "owner");
  world.add_map("owner");
  world.controller("garbage-collector-controller").start();
  world.run();
  CHECK(world.exists("owner"));
  CHECK_FALSE(world.exists("dependent"));
}

TEST_CASE("a foreground deletion does not wait for dependents that do not block it") {
  Collected world;
  world.add_map("owner");
  world.add_map("dependent", {"owner"}, ", blockOwnerDeletion: false");
  world.patch(kMaps, "dependent", "metadata: {finalizers: [example.com/hold]}");
  apiserver::DeleteOptions foreground;
  foreground.propagation = apiserver::Propagation::foreground;
  world.remove(kMaps, "owner", foreground);
  world.run();
  CHECK_FALSE(world.exists("owner"));
  CHECK(api::is_being_deleted(world.get(kMaps, "dependent")));
}

}  // namespace
}  // namespace rockpool::controllers
