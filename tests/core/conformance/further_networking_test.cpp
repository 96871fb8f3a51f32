// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// Further granular checks of test/e2e/network/networking.go, and the hand-made EndpointSlices of
// test/e2e/network/endpointslice.go.
namespace rockpool::conformance {
namespace {

constexpr std::string_view kServices = "/api/v1/namespaces/default/services";
constexpr std::string_view kSlices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

// A server on every node, with or without the node's own network, and Pods to ask from.
class Servers : public World {
 public:
  explicit Servers(bool on_host_network = false) {
    for (int node = 1; node <= 3; ++node) {
      const std::string name = fmt::format("netserver-{}", node);
      pods.push_back(name);
      names.insert(on_host_network ? fmt::format("node-{}", node) : name);
      start_agnhost(name, "{selector: netserver}", "[netexec, --http-port=8083, --udp-port=8081]",
                    "[{containerPort: 8083}, {containerPort: 8081, protocol: UDP}]",
                    fmt::format("{{nodeName: node-{}, hostNetwork: {}}}", node, on_host_network));
    }
    start_agnhost("test-container-pod", "{}", "[netexec, --http-port=8080, --udp-port=8081]");
    start_agnhost("host-test-container-pod", "{}", "[pause]", "[]",
                  "{hostNetwork: true, nodeName: node-1}");
    wait_ready(pods);
    wait_ready({"test-container-pod", "host-test-container-pod"});
  }

  // A Service of the servers, at port 80 (HTTP) and 90 (UDP); its cluster IP.
  std::string create_service(std::string_view name, std::string_view fields = "type: NodePort") {
    const doc::Value service = create(
        kServices, fmt::format("{{metadata: {{name: {}}}, spec: {{{}, selector: {{selector: "
                               "netserver}}, ports: [{{name: http, port: 80, targetPort: 8083}}, "
                               "{{name: udp, port: 90, protocol: UDP, targetPort: 8081}}]}}}}",
                               name, fields));
    return text_at(service, {"spec", "clusterIP"});
  }

  std::int64_t node_port(std::string_view service, bool is_udp) {
    return get(service_path(service))["spec"]["ports"].at(is_udp ? 1 : 0)["nodePort"].as_int();
  }
  std::string node_ip() {
    return text_at(get("/api/v1/nodes/node-2")["status"]["addresses"].at(0), {"address"});
  }

  // The different answers to some tries with the /dial of a Pod; "failed" stands for one that did
  // not get any.
  std::set<std::string> dial(const std::string& from, std::string_view protocol,
                             const std::string& host, std::int64_t port,
                             std::string_view request = "hostname", int tries = 30) {
    const Executed run =
        shell("test-container-pod",
              fmt::format(
                  "curl -g -q -s 'http://{}/dial?request={}&protocol={}&host={}&port={}&tries={}'",
                  from, request, protocol, host, port, tries));
    std::set<std::string> found;
    const auto answer = doc::parse_json(run.output);
    if (!answer || (*answer)["errors"].size() > 0) found.insert("failed");
    if (!answer) return found;
    for (const doc::Value& name : (*answer)["responses"].items()) found.insert(name.to_string());
    return found;
  }
  std::set<std::string> dial_from_pod(std::string_view protocol, const std::string& host,
                                      std::int64_t port, std::string_view request = "hostname",
                                      int tries = 30) {
    return dial(pod_ip("test-container-pod") + ":8080", protocol, host, port, request, tries);
  }

  // The different answers that the node's own network gets.
  std::set<std::string> ask_from_node(bool is_udp, const std::string& host, std::int64_t port) {
    const std::string pod = "host-test-container-pod";
    std::set<std::string> found;
    for (int i = 0; i < 15; ++i) {
      found.insert(is_udp ? ask_udp(pod, host, static_cast<int>(port), "hostName")
                          : shell(pod, fmt::format("curl -g -q -s --max-time 15 --connect-timeout "
                                                   "1 http://{}:{}/hostName",
                                                   host, port))
                                .output);
    }
    return found;
  }

  std::vector<std::string> pods;
  std::set<std::string> names;
};

void check_node_port_update(bool is_udp) {
  Servers world;
  world.create_service("node-port-service");
  const std::string ip = world.node_ip();
  const std::int64_t port = world.node_port("node-port-service", is_udp);
  CHECK(world.wait_for([&] { return world.ask_from_node(is_udp, ip, port) == world.names; }));
  world.must("DELETE", service_path("node-port-service"));
  CHECK(world.wait_for(
      [&] { return world.ask_from_node(is_udp, ip, port) == std::set<std::string>{""}; }));
}

void check_session_affinity(std::string_view protocol) {
  Servers world;
  const std::string ip =
      world.create_service("session-affinity-service", "type: NodePort, sessionAffinity: ClientIP");
  const std::int64_t port = protocol == "udp" ? 90 : 80;
  // As soon as there are endpoints, one is kept to.
  CHECK(world.wait_for(
      [&] { return !world.dial_from_pod(protocol, ip, port, "hostname", 1).contains("failed"); }));
  const std::set<std::string> found = world.dial_from_pod(protocol, ip, port);
  CHECK(found.size() == 1);
  CHECK(world.names.contains(*found.begin()));
  CHECK(world.dial_from_pod(protocol, ip, port) == found);
}

void check_large_request(std::string_view protocol) {
  Servers world;
  const std::string ip = world.create_service("node-port-service");
  const bool is_udp = protocol == "udp";
  std::string message = is_udp ? "n" : "";
  while (message.size() < 2000) message += is_udp ? "o" : "42";
  const std::string request = (is_udp ? "echo%20" : "echo%3Fmsg%3D") + message;
  CHECK(world.wait_for([&] {
    return world.dial_from_pod(protocol, ip, is_udp ? 90 : 80, request, 5) ==
           std::set<std::string>{message};
  }));
}

TEST_CASE("[sig-network] Networking Granular Checks: Services should update nodePort: http") {
  check_node_port_update(false);
}

TEST_CASE("[sig-network] Networking Granular Checks: Services should update nodePort: udp") {
  check_node_port_update(true);
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for client IP based "
    "session affinity: http [LinuxOnly]") {
  check_session_affinity("http");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for client IP based "
    "session affinity: udp [LinuxOnly]") {
  check_session_affinity("udp");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should be able to handle large requests: "
    "http") {
  check_large_request("http");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should be able to handle large requests: "
    "udp") {
  check_large_request("udp");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for multiple "
    "endpoint-Services with same selector") {
  Servers world;
  const std::string one = world.create_service("node-port-service");
  const std::string two = world.create_service("second-node-port-service");
  const auto finds_all = [&](const std::string& ip) {
    return world.wait_for([&] {
      return world.dial_from_pod("http", ip, 80) == world.names &&
             world.dial_from_pod("udp", ip, 90) == world.names;
    });
  };
  CHECK(finds_all(one));
  CHECK(finds_all(two));
  world.must("DELETE", service_path("second-node-port-service"));
  CHECK(world.wait_for([&] {
    return world.dial_from_pod("http", two, 80, "hostname", 1) == std::set<std::string>{"failed"};
  }));
  CHECK(finds_all(one));
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for service endpoints "
    "using hostNetwork") {
  Servers world{true};
  const std::string ip = world.create_service("node-port-service");
  const std::string node = world.node_ip();
  for (const bool is_udp : {false, true}) {
    CAPTURE(is_udp);
    const std::string_view protocol = is_udp ? "udp" : "http";
    const std::int64_t port = is_udp ? 90 : 80;
    const std::int64_t node_port = world.node_port("node-port-service", is_udp);
    CHECK(world.wait_for([&] { return world.dial_from_pod(protocol, ip, port) == world.names; }));
    CHECK(world.wait_for(
        [&] { return world.dial_from_pod(protocol, node, node_port) == world.names; }));
    CHECK(world.wait_for([&] { return world.ask_from_node(is_udp, ip, port) == world.names; }));
    CHECK(world.wait_for(
        [&] { return world.ask_from_node(is_udp, node, node_port) == world.names; }));
    CHECK(world.wait_for([&] {
      return world.dial(world.pod_ip("netserver-1") + ":8083", protocol, ip, port) == world.names;
    }));
  }
}

// Two servers and a Service without a selector; what its slices say is told by the test.
class HandMade : public World {
 public:
  HandMade() {
    for (const char* name : {"pod1", "pod2"}) {
      start_agnhost(name, "{}", "[netexec, --http-port=8090]", "[{containerPort: 8090}]");
    }
    start_agnhost("pause-pod-0", "{}", "[netexec]");
    wait_ready({"pod1", "pod2", "pause-pod-0"});
    const doc::Value service = create(kServices,
                                      "{metadata: {name: example-custom-endpoints}, spec: {ports: "
                                      "[{name: portname1, port: 80, targetPort: 8090}, "
                                      "{name: portname2, port: 81, targetPort: 8090}]}}");
    ip = text_at(service, {"spec", "clusterIP"});
  }
  void create_slice(std::string_view name, std::string_view endpoints, std::string_view ports) {
    create(kSlices, fmt::format("{{metadata: {{name: {}, labels: {{kubernetes.io/service-name: "
                                "example-custom-endpoints, endpointslice.kubernetes.io/managed-by: "
                                "e2e-test}}}}, addressType: IPv4, endpoints: {}, ports: {}}}",
                                name, endpoints, ports));
  }
  bool is_served(int port, const std::set<std::string>& names) {
    return is_served_by(fmt::format("http://{}:{}/hostName", ip, port), "pause-pod-0", names);
  }
  std::string ip;
};

TEST_CASE(
    "[sig-network] EndpointSlice should support a Service with multiple endpoint IPs specified in "
    "multiple EndpointSlices") {
  HandMade world;
  constexpr std::string_view kPorts =
      "[{name: portname1, port: 8090}, {name: portname2, port: 8090}]";
  world.create_slice("custom-slice-1", fmt::format("[{{addresses: [{}]}}]", world.pod_ip("pod1")),
                     kPorts);
  CHECK(world.is_served(80, {"pod1"}));
  world.create_slice("custom-slice-2", fmt::format("[{{addresses: [{}]}}]", world.pod_ip("pod2")),
                     kPorts);
  CHECK(world.is_served(80, {"pod1", "pod2"}));
  CHECK(world.is_served(81, {"pod1", "pod2"}));
}

TEST_CASE(
    "[sig-network] EndpointSlice should support a Service with multiple ports specified in "
    "multiple EndpointSlices") {
  HandMade world;
  world.create_slice("custom-slice-1", fmt::format("[{{addresses: [{}]}}]", world.pod_ip("pod1")),
                     "[{name: portname1, port: 8090}]");
  world.create_slice("custom-slice-2", fmt::format("[{{addresses: [{}]}}]", world.pod_ip("pod2")),
                     "[{name: portname2, port: 8090}]");
  CHECK(world.is_served(80, {"pod1"}));
  CHECK(world.is_served(81, {"pod2"}));
}

}  // namespace
}  // namespace rockpool::conformance
