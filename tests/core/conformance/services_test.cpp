// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/service.go
namespace rockpool::conformance {
namespace {

// By its name, its address and, if it has one, its port on every node (CheckServiceReachability).
void check_reachable(World& world, const std::string& name, const std::set<std::string>& servers) {
  const doc::Value service = world.get(service_path(name));
  const std::string address = text_at(service, {"spec", "clusterIP"});
  CHECK(world.is_served_by("http://" + name + ":80/", "execpod", servers));
  CHECK(world.is_served_by("http://" + address + ":80/", "execpod", servers));
  if (node_port(service) == 0) return;
  const std::vector<std::string> nodes = node_addresses(world);
  REQUIRE(nodes.size() >= 3);
  for (const std::string& node : nodes) {
    const std::string url = fmt::format("http://{}:{}/", node, node_port(service));
    CHECK(world.is_served_by(url, "execpod", servers));
    CHECK(world.is_served_by(url, "external", servers));
  }
}

// An ExternalName Service leads to another one: an alias, without addresses and ports of its own.
void check_is_alias(World& world, const std::string& name, const std::string& target,
                    const std::set<std::string>& servers) {
  const doc::Value service = world.get(service_path(name));
  CHECK(text_at(service, {"spec", "type"}) == "ExternalName");
  CHECK(text_at(service, {"spec", "clusterIP"}).empty());
  CHECK(service["spec"]["clusterIPs"].size() == 0);
  const std::string full_name = name + ".default.svc.cluster.local";
  CHECK(world.wait_for([&] {
    return world.shell("execpod", "dig +short " + full_name + " CNAME").output == target + ".\n";
  }));
  CHECK(world.is_served_by("http://" + name + ":80/", "execpod", servers));
}

constexpr std::string_view kExternalService =
    "{{metadata: {{name: {}}}, spec: {{type: ExternalName, externalName: {}}}}}";

TEST_CASE(
    "[sig-network] Services should be able to change the type from ClusterIP to ExternalName") {
  World world;
  const std::string old_address =
      text_at(world.create(kServices,
                           "{metadata: {name: clusterip-service}, spec: {selector: {name: none}, "
                           "ports: [{port: 80, name: http, protocol: TCP, targetPort: 9376}]}}"),
              {"spec", "clusterIP"});
  CHECK_FALSE(old_address.empty());
  const std::set<std::string> servers = start_servers(world, "externalsvc", 2);
  world.create(kServices,
               "{metadata: {name: externalsvc}, spec: {selector: {name: externalsvc}, "
               "ports: [{port: 80, targetPort: 9376}]}}");
  start_client(world);
  const std::string target = "externalsvc.default.svc.cluster.local";
  world.patch(service_path("clusterip-service"),
              "{spec: {type: ExternalName, externalName: " + target + "}}");
  check_is_alias(world, "clusterip-service", target, servers);
  CHECK(world.fetch("http://" + old_address + ":80/", "execpod").starts_with("failed: "));
}

TEST_CASE(
    "[sig-network] Services should be able to change the type from ExternalName to ClusterIP") {
  World world;
  world.create(kServices, fmt::format(kExternalService, "externalname-service", "example.com"));
  const doc::Value service =
      world.patch(service_path("externalname-service"),
                  "{spec: {type: ClusterIP, externalName: null, selector: {name: "
                  "externalname-service}, ports: [{port: 80, name: http, targetPort: 9376}]}}");
  CHECK_FALSE(text_at(service, {"spec", "clusterIP"}).empty());
  const std::set<std::string> servers = start_servers(world, "externalname-service", 2);
  start_client(world);
  check_reachable(world, "externalname-service", servers);
}

TEST_CASE(
    "[sig-network] Services should be able to change the type from ExternalName to NodePort") {
  World world;
  world.create(kServices, fmt::format(kExternalService, "externalname-service", "example.com"));
  const doc::Value service =
      world.patch(service_path("externalname-service"),
                  "{spec: {type: NodePort, externalName: null, selector: {name: "
                  "externalname-service}, ports: [{port: 80, name: http, targetPort: 9376}]}}");
  CHECK(node_port(service) >= 30000);
  CHECK(node_port(service) <= 32767);
  const std::set<std::string> servers = start_servers(world, "externalname-service", 2);
  start_client(world);
  check_reachable(world, "externalname-service", servers);
}

TEST_CASE(
    "[sig-network] Services should be able to change the type from NodePort to ExternalName") {
  World world;
  const std::set<std::string> servers = start_servers(world, "externalsvc", 2);
  world.create(kServices,
               "{metadata: {name: externalsvc}, spec: {selector: {name: externalsvc}, "
               "ports: [{port: 80, targetPort: 9376}]}}");
  const doc::Value before = world.create(
      kServices,
      "{metadata: {name: nodeport-service}, spec: {type: NodePort, selector: {name: externalsvc}, "
      "ports: [{port: 80, name: http, targetPort: 9376}]}}");
  start_client(world);
  check_reachable(world, "nodeport-service", servers);
  const std::string target = "externalsvc.default.svc.cluster.local";
  world.patch(service_path("nodeport-service"),
              "{spec: {type: ExternalName, externalName: " + target + "}}");
  check_is_alias(world, "nodeport-service", target, servers);
  const std::string url = fmt::format("http://node-1:{}/", node_port(before));
  CHECK(world.wait_for([&] { return world.fetch(url, "external").starts_with("failed: "); }));
  // Both are free for others again.
  world.create(kServices,
               fmt::format("{{metadata: {{name: heir}}, spec: {{type: NodePort, clusterIP: {}, "
                           "ports: [{{port: 80, nodePort: {}}}]}}}}",
                           text_at(before, {"spec", "clusterIP"}), node_port(before)));
}

TEST_CASE("[sig-network] Services should be able to create a functioning NodePort service") {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const std::set<std::string> servers = start_servers(world, "nodeport-test", 2);
    world.create(kServices,
                 "{metadata: {name: nodeport-test}, spec: {type: NodePort, selector: "
                 "{name: nodeport-test}, ports: [{port: 80, targetPort: 9376}]}}");
    start_client(world);
    check_reachable(world, "nodeport-test", servers);
  }
}

TEST_CASE("[sig-network] Services should provide secure master service") {
  World world;
  const doc::Value service = world.get(service_path("kubernetes"));
  const doc::Value& port = service["spec"]["ports"].at(0);
  CHECK(text_at(port, {"name"}) == "https");
  CHECK(port["port"].as_int() == 443);
  CHECK(text_at(service, {"spec", "clusterIP"}) == "10.96.0.1");
}

TEST_CASE("[sig-network] Services should find a service from listing all namespaces") {
  World world;
  const doc::Value services = world.get("/api/v1/services");
  CHECK(std::ranges::any_of(services["items"].items(), [](const doc::Value& service) {
    return text_at(service, {"metadata", "name"}) == "kubernetes" &&
           text_at(service, {"metadata", "namespace"}) == "default";
  }));
}

}  // namespace
}  // namespace rockpool::conformance
