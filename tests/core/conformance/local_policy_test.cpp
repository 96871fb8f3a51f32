// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// The variants of internalTrafficPolicy=Local and of labels for proxies in
// test/e2e/network/service.go.
namespace rockpool::conformance {
namespace {

using net::proxy::mode_kind_name;
using net::proxy::ModeKind;

void start_server(World& world, const std::string& fields = "nodeName: node-1") {
  world.start_agnhost("webserver0", "{app: web}", "[netexec, --http-port=8080]",
                      "[{containerPort: 8080}]", "{" + fields + "}");
  world.wait_ready({"webserver0"});
}

void start_client(World& world, const std::string& name, const std::string& node,
                  bool is_on_host_network) {
  world.start_agnhost(name, "{}", "[pause]", "[]",
                      fmt::format("{{nodeName: {}, hostNetwork: {}}}", node, is_on_host_network));
  world.wait_ready({name});
}

void create_service(World& world, const std::string& metadata = "",
                    const std::string& fields = "internalTrafficPolicy: Local, ") {
  world.create(kServices, fmt::format("{{metadata: {{name: svc{}}}, spec: {{{}selector: {{app: "
                                      "web}}, ports: [{{port: 80, targetPort: 8080}}]}}}}",
                                      metadata, fields));
}

bool fails(World& world, const std::string& url, const std::string& from) {
  return world.fetch(url, from).starts_with("failed: ");
}

TEST_CASE(
    "[sig-network] Services should respect internalTrafficPolicy=Local Pod (hostNetwork: true) to "
    "Pod") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    create_service(world);
    const std::string address = text_at(world.get(service_path("svc")), {"spec", "clusterIP"});
    start_server(world);
    start_client(world, "near", "node-1", true);
    start_client(world, "far", "node-2", true);
    const std::string url = "http://" + address + "/hostname";
    CHECK(world.is_served_by(url, "near", {"webserver0"}));
    CHECK(fails(world, url, "far"));
  }
}

TEST_CASE(
    "[sig-network] Services should respect internalTrafficPolicy=Local Pod and Node, to Pod") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    create_service(world);
    const std::string address = text_at(world.get(service_path("svc")), {"spec", "clusterIP"});
    start_server(world);
    start_client(world, "near", "node-1", false);
    start_client(world, "far", "node-2", false);
    const std::string url = "http://" + address + "/hostname";
    CHECK(world.is_served_by(url, "near", {"webserver0"}));
    CHECK(world.is_served_by(url, "node/node-1", {"webserver0"}));
    CHECK(fails(world, url, "far"));
    CHECK(fails(world, url, "node/node-2"));
  }
}

TEST_CASE("[sig-network] Services should implement service.kubernetes.io/headless") {
  World world;
  start_server(world);
  start_client(world, "client", "node-2", false);
  create_service(world, ", labels: {service.kubernetes.io/headless: ''}", "");
  world.create(kServices,
               "{metadata: {name: toggled}, spec: {selector: {app: web}, ports: [{port: 80, "
               "targetPort: 8080}]}}");
  const auto url = [&](const char* name) {
    return "http://" + text_at(world.get(service_path(name)), {"spec", "clusterIP"}) + "/hostname";
  };
  CHECK(world.is_served_by(url("toggled"), "client", {"webserver0"}));
  CHECK(fails(world, url("svc"), "client"));
  // Taking the label away brings the Service up, adding it takes it down.
  world.patch(service_path("svc"), "{metadata: {labels: {service.kubernetes.io/headless: null}}}");
  world.patch(service_path("toggled"),
              "{metadata: {labels: {service.kubernetes.io/headless: ''}}}");
  CHECK(world.is_served_by(url("svc"), "client", {"webserver0"}));
  CHECK(world.wait_for([&] { return fails(world, url("toggled"), "client"); }));
}

}  // namespace
}  // namespace rockpool::conformance
