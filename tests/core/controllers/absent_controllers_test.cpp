// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using enum api::ResourceId;
using Messages = std::vector<std::string>;

constexpr std::string_view kClaim = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: default}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
)";

TEST_CASE("an object whose controller is missing says so, once") {
  World world{"absent-controllers-reporter"};
  world.create(kClaim);
  world.run();
  const Messages said{"This cluster runs no volume controller: the claim stays Pending."};
  CHECK(world.events("ControllerMissing") == said);
  CHECK(world.get(persistentvolumeclaims, "data")["status"]["phase"].as_string() == "Pending");

  world.patch(persistentvolumeclaims, "data", "metadata: {labels: {a: b}}");
  world.run(std::chrono::hours{1});
  CHECK(world.list(persistentvolumeclaims).size() == 1);
  world.remove(persistentvolumeclaims, "data");
  world.run();
  CHECK(world.list(persistentvolumeclaims).empty());
}

TEST_CASE("objects without a namespace are spoken of in the default one") {
  World world{"absent-controllers-reporter"};
  world.create(R"(
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data}}
)");
  world.run();
  CHECK(world.events("ControllerMissing") ==
        Messages{"This cluster runs no volume controller: the volume will not be bound."});
}

TEST_CASE("kinds with a controller are not spoken of") {
  World world{"absent-controllers-reporter"};
  world.create(deployment_yaml(1));
  world.run();
  CHECK(world.events("ControllerMissing").empty());
}

}  // namespace
}  // namespace rockpool::controllers
