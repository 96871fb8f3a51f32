// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "core/doc/json.h"
#include "tests/core/node/node_world.h"

// Containers that are added to a Pod while it runs (kubectl debug).
namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTarget = "/api/v1/namespaces/default/pods/p/ephemeralcontainers";

apiserver::Response add(NodeWorld& world, std::string_view container) {
  return world.api.handle(apiserver::make_request(
      "PATCH", kTarget,
      R"({"metadata":{"labels":{"new":"label"}},"spec":{"ephemeralContainers":[)" +
          std::string{container} + "]}}",
      "application/strategic-merge-patch+json"));
}

TEST_CASE("an ephemeral container starts beside the others, and runs once") {
  NodeWorld world;
  world.create_pod("p", "  containers: [{name: main, image: 'registry.k8s.io/pause:3.10'}]\n");
  world.run(10s);
  const auto response = add(
      world, R"({"name":"debugger","image":"busybox","command":["sh","-c","hostname; sleep 30"]})");
  CHECK_MESSAGE(response.status == 200, response.body);
  world.run(10s);
  const doc::Value pod = world.pod("p").value();
  const doc::Value& status = pod["status"]["ephemeralContainerStatuses"].at(0);
  CHECK(status["name"].as_string() == "debugger");
  CHECK(status["state"].contains("running"));
  CHECK_FALSE(status["ready"].as_bool());
  // Nothing else can be changed there.
  CHECK_FALSE(pod["metadata"]["labels"].contains("new"));
  CHECK(pod["metadata"]["generation"].as_int() == 2);
  CHECK(world.log("p", "debugger") == "p\n");
  CHECK(world.exec("p", "debugger", {"ps"}).find("sleep 30") != std::string::npos);
  CHECK(world.has_event("p", "Started: Started container debugger"));
  world.run(60s);
  const doc::Value ended = world.pod("p").value();
  const doc::Value& last = ended["status"]["ephemeralContainerStatuses"].at(0);
  CHECK(last["state"]["terminated"]["exitCode"].as_int(-1) == 0);
  CHECK(last["restartCount"].as_int(-1) == 0);
  CHECK(ended["status"]["phase"].as_string() == "Running");
}

TEST_CASE("ephemeral containers are added, never changed") {
  NodeWorld world;
  world.create_pod("p", "  containers: [{name: main, image: 'registry.k8s.io/pause:3.10'}]\n");
  world.run(10s);
  CHECK(add(world, R"({"name":"main","image":"busybox"})").status == 422);
  CHECK(add(world, R"({"name":"d","image":"busybox","ports":[{"containerPort":1}]})").status ==
        422);
  CHECK(add(world, R"({"name":"d","image":"busybox"})").status == 200);
  const auto changed = add(world, R"({"name":"d","image":"alpine"})");
  CHECK(changed.status == 422);
  CHECK(changed.body.find("existing ephemeral containers \\\"d\\\" may not be changed") !=
        std::string::npos);
  CHECK(add(world, R"({"name":"e","image":"busybox"})").status == 200);
  CHECK(world.pod("p").value()["spec"]["ephemeralContainers"].size() == 2);
  world.remove("p", 0);
  world.run(10s);
  CHECK_FALSE(world.exists("p"));
}

}  // namespace
}  // namespace rockpool::node
