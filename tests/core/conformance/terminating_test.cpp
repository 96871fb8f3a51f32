// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// The tests of test/e2e/network/service.go whose only endpoint is going, and still serves.
namespace rockpool::conformance {
namespace {

using net::proxy::mode_kind_name;
using net::proxy::ModeKind;

constexpr const char* kServer = "/api/v1/namespaces/default/pods/webserver0";

// A server on node-1 that goes on for long after it was told to go, with somebody on its node and
// on another to ask it.
doc::Value start(World& world, const std::string& service_fields) {
  const doc::Value service =
      world.create(kServices, fmt::format("{{metadata: {{name: svc}}, spec: {{{}, selector: {{app: "
                                          "web}}, ports: [{{port: 80, targetPort: 8080}}]}}}}",
                                          service_fields));
  world.start_agnhost(
      "webserver0", "{app: web}", "[netexec, '--http-port=8080', '--delay-shutdown=100']",
      "[{containerPort: 8080}]", "{nodeName: node-1, terminationGracePeriodSeconds: 120}");
  world.start_agnhost("pause-pod-0", "{}", "[pause]", "[]", "{nodeName: node-1}");
  world.start_agnhost("pause-pod-1", "{}", "[pause]", "[]", "{nodeName: node-2}");
  world.wait_ready({"webserver0", "pause-pod-0", "pause-pod-1"});
  return service;
}

// Deletes the server and waits until its endpoint says so, and every node's proxy knows.
void begin_termination(World& world) {
  world.must("DELETE", kServer);
  REQUIRE(world.wait_for([&] {
    const doc::Value slices = world.get(slices_path("svc"));
    const doc::Value& conditions = slices["items"].at(0)["endpoints"].at(0)["conditions"];
    return conditions["terminating"].as_bool() && conditions["serving"].as_bool() &&
           !conditions["ready"].as_bool();
  }));
  world.cluster().run_for(1s);
}

bool fails(World& world, const std::string& url, const std::string& from) {
  return world.fetch(url, from).starts_with("failed: ");
}

TEST_CASE(
    "[sig-network] Services should fallback to terminating endpoints when there are no ready "
    "endpoints with internalTrafficPolicy=Cluster") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start(world, "internalTrafficPolicy: Cluster");
    CHECK(world.is_served_by("http://svc/hostname", "pause-pod-1", {"webserver0"}));
    begin_termination(world);
    CHECK(world.fetch("http://svc/hostname", "pause-pod-0") == "webserver0");
    CHECK(world.fetch("http://svc/hostname", "pause-pod-1") == "webserver0");
  }
}

TEST_CASE(
    "[sig-network] Services should fallback to local terminating endpoints when there are no ready "
    "endpoints with internalTrafficPolicy=Local") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start(world, "internalTrafficPolicy: Local");
    CHECK(world.is_served_by("http://svc/hostname", "pause-pod-0", {"webserver0"}));
    begin_termination(world);
    CHECK(world.fetch("http://svc/hostname", "pause-pod-0") == "webserver0");
    CHECK(fails(world, "http://svc/hostname", "pause-pod-1"));
  }
}

TEST_CASE(
    "[sig-network] Services should fallback to terminating endpoints when there are no ready "
    "endpoints with externalTrafficPolicy=Cluster") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const doc::Value service = start(world, "type: NodePort, externalTrafficPolicy: Cluster");
    const auto url = [&](const char* node) {
      return fmt::format("http://{}:{}/hostname", node, node_port(service));
    };
    CHECK(world.is_served_by(url("node-2"), "external", {"webserver0"}));
    begin_termination(world);
    CHECK(world.fetch(url("node-1"), "external") == "webserver0");
    CHECK(world.fetch(url("node-2"), "external") == "webserver0");
  }
}

TEST_CASE(
    "[sig-network] Services should fallback to local terminating endpoints when there are no ready "
    "endpoints with externalTrafficPolicy=Local") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const doc::Value service = start(world, "type: NodePort, externalTrafficPolicy: Local");
    const auto url = [&](const char* node) {
      return fmt::format("http://{}:{}/hostname", node, node_port(service));
    };
    CHECK(world.is_served_by(url("node-1"), "external", {"webserver0"}));
    begin_termination(world);
    CHECK(world.fetch(url("node-1"), "external") == "webserver0");
    CHECK(fails(world, url("node-2"), "external"));
  }
}

TEST_CASE(
    "[sig-network] Services should fail health check node port if there are only terminating "
    "endpoints") {
  World world;
  const doc::Value service = start(world, "type: LoadBalancer, externalTrafficPolicy: Local");
  const std::string url =
      fmt::format("http://node-1:{}/healthz", service["spec"]["healthCheckNodePort"].as_int());
  const auto health = [&] {
    FetchOptions options;
    options.url = url;
    const auto result = world.cluster().fetch(options);
    REQUIRE(result);
    return result->ok() ? result->outcome->status : 0;
  };
  CHECK(world.wait_for([&] { return health() == 200; }));
  begin_termination(world);
  CHECK(world.wait_for([&] { return health() == 503; }, 10s));
  // What already knows the node is served all the same.
  const std::string node_url = fmt::format("http://node-1:{}/hostname", node_port(service));
  CHECK(world.fetch(node_url, "external") == "webserver0");
}

}  // namespace
}  // namespace rockpool::conformance
