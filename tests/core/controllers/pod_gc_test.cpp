// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/pod_gc.h"

#include <doctest/doctest.h>

#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kPods = api::ResourceId::pods;
constexpr auto kNodes = api::ResourceId::nodes;

constexpr std::string_view kPod =
    "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: "
    "nginx}]}}";

struct Swept : World {
  Swept() : World{"pod-garbage-collector-controller"} {
    add_node("node-1");
    set_pods_end(false);
    run_pods();
    create(kPod);
    run();
  }
};

TEST_CASE("Pods of a node that is gone are removed after the quarantine") {
  Swept world;
  world.remove(kNodes, "node-1");
  world.run(55s);
  CHECK_FALSE(world.get(kPods, "a").is_null());
  world.run(10s);
  CHECK(world.get(kPods, "a").is_null());
}

TEST_CASE("a node that comes back in time keeps its Pods") {
  Swept world;
  world.remove(kNodes, "node-1");
  world.run(30s);
  world.add_node("node-1");
  world.run(5min);
  CHECK_FALSE(world.get(kPods, "a").is_null());
}

TEST_CASE("Pods of a node declared out of service go when they are being deleted") {
  Swept world;
  world.patch_status(kNodes, "node-1", "status: {conditions: [{type: Ready, status: Unknown}]}");
  world.remove(kPods, "a");
  world.run(5min);
  CHECK_FALSE(world.get(kPods, "a").is_null());
  world.patch(kNodes, "node-1",
              "spec: {taints: [{key: node.kubernetes.io/out-of-service, effect: NoExecute}]}");
  world.run(21s);
  CHECK(world.get(kPods, "a").is_null());
}

}  // namespace
}  // namespace rockpool::controllers
