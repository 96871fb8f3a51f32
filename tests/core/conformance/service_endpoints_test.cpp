// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// What endpoints Services have, in test/e2e/network/service.go.
namespace rockpool::conformance {
namespace {

// The Pods of a Service's Endpoints, each with its ports.
std::map<std::string, std::set<std::int64_t>> endpoint_ports(World& world,
                                                             std::string_view service) {
  std::map<std::string, std::set<std::int64_t>> found;
  const doc::Value endpoints = world.request("GET", endpoints_path(service)).body;
  for (const doc::Value& subset : endpoints["subsets"].items()) {
    for (const doc::Value& address : subset["addresses"].items()) {
      for (const doc::Value& port : subset["ports"].items()) {
        found[text_at(address, {"targetRef", "name"})].insert(port["port"].as_int());
      }
    }
  }
  return found;
}

using EndpointPorts = std::map<std::string, std::set<std::int64_t>>;

bool comes_to_have(World& world, std::string_view service, const EndpointPorts& expected) {
  return world.wait_for([&] { return endpoint_ports(world, service) == expected; });
}

void delete_pod(World& world, const std::string& name) {
  world.must("DELETE", "/api/v1/namespaces/default/pods/" + name);
}

TEST_CASE("[sig-network] Services should serve a basic endpoint from pods") {
  World world;
  const std::string name = "endpoint-test2";
  world.create(kServices,
               "{metadata: {name: endpoint-test2}, spec: {selector: {app: endpoint}, "
               "ports: [{port: 80, targetPort: 80}]}}");
  start_client(world);
  const auto check = [&](const std::set<std::string>& pods) {
    EndpointPorts expected;
    for (const std::string& pod : pods) expected[pod] = {80};
    CHECK(comes_to_have(world, name, expected));
    const std::string url = "http://endpoint-test2/hostname";
    if (!pods.empty()) CHECK(world.is_served_by(url, "execpod", pods));
    if (pods.empty()) {
      world.cluster().run_for(2s);
      CHECK(world.fetch(url, "execpod") == "failed: connection_refused");
    }
  };
  check({});
  world.start_agnhost("pod1", "{app: endpoint}", "[netexec, --http-port=80]",
                      "[{containerPort: 80}]");
  check({"pod1"});
  world.start_agnhost("pod2", "{app: endpoint}", "[netexec, --http-port=80]",
                      "[{containerPort: 80}]");
  check({"pod1", "pod2"});
  delete_pod(world, "pod1");
  check({"pod2"});
  delete_pod(world, "pod2");
  check({});
}

TEST_CASE("[sig-network] Services should serve multiport endpoints from pods") {
  World world;
  const std::string name = "multi-endpoint-test";
  world.create(kServices,
               "{metadata: {name: multi-endpoint-test}, spec: {selector: {app: multi}, ports: "
               "[{name: portname1, port: 80, targetPort: svc1}, "
               "{name: portname2, port: 81, targetPort: svc2}]}}");
  start_client(world);
  const auto check = [&](const EndpointPorts& expected) {
    CHECK(comes_to_have(world, name, expected));
    world.cluster().run_for(2s);
    for (const auto& [port, url] : {std::pair{100, "http://multi-endpoint-test:80/hostname"},
                                    std::pair{101, "http://multi-endpoint-test:81/hostname"}}) {
      const auto server = std::ranges::find_if(
          expected, [wanted = port](const auto& each) { return each.second.contains(wanted); });
      CHECK(world.fetch(url, "execpod") ==
            (server == expected.end() ? "failed: connection_refused" : server->first));
    }
  };
  check({});
  world.start_agnhost("pod1", "{app: multi}", "[netexec, --http-port=100]",
                      "[{name: svc1, containerPort: 100}]");
  check({{"pod1", {100}}});
  world.start_agnhost("pod2", "{app: multi}", "[netexec, --http-port=101]",
                      "[{name: svc2, containerPort: 101}]");
  check({{"pod1", {100}}, {"pod2", {101}}});
  delete_pod(world, "pod1");
  check({{"pod2", {101}}});
  delete_pod(world, "pod2");
  check({});
}

TEST_CASE("[sig-network] Services should serve endpoints on same port and different protocols") {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const std::string path = service_path("multiprotocol-test");
    constexpr std::string_view kTcp = "{name: tcp-port, port: 80, protocol: TCP, targetPort: 80}";
    constexpr std::string_view kUdp = "{name: udp-port, port: 80, protocol: UDP, targetPort: 80}";
    const doc::Value service = world.create(
        kServices, fmt::format("{{metadata: {{name: multiprotocol-test}}, spec: {{selector: {{app: "
                               "multi}}, ports: [{}, {}]}}}}",
                               kTcp, kUdp));
    const std::string address = text_at(service, {"spec", "clusterIP"});
    world.start_agnhost("pod1", "{app: multi}", "[netexec, --http-port=80, --udp-port=80]",
                        "[{containerPort: 80}, {containerPort: 80, protocol: UDP}]");
    start_client(world);
    world.wait_ready({"pod1"});
    const auto check = [&](bool tcp, bool udp) {
      world.cluster().run_for(2s);
      const std::string answer = world.fetch("http://" + address + ":80/hostname", "execpod");
      CHECK((answer == "pod1") == tcp);
      CHECK(answer.starts_with("failed: ") == !tcp);
      CHECK(world.ask_udp("execpod", address, 80, "hostname") == (udp ? "pod1" : ""));
    };
    check(true, true);
    world.patch(path, fmt::format("{{spec: {{ports: [{}]}}}}", kUdp));
    check(false, true);
    world.patch(path, fmt::format("{{spec: {{ports: [{}]}}}}", kTcp));
    check(true, false);
    world.patch(path, fmt::format("{{spec: {{ports: [{}, {}]}}}}", kTcp, kUdp));
    check(true, true);
  }
}

}  // namespace
}  // namespace rockpool::conformance
