// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// The granular checks of Services in test/e2e/network/networking.go, which conformance does not ask
// for.
namespace rockpool::conformance {
namespace {

// A server on every node behind a NodePort Service, a Pod to ask from and one on a node's network.
class GranularServices : public World {
 public:
  explicit GranularServices(std::string_view protocol) : is_udp{protocol == "udp"} {
    for (int node = 1; node <= 3; ++node) {
      servers.insert(fmt::format("netserver-{}", node));
      start_agnhost(fmt::format("netserver-{}", node), "{selector: netserver}",
                    "[netexec, --http-port=8080, --udp-port=8081]",
                    "[{containerPort: 8080}, {containerPort: 8081, protocol: UDP}]",
                    fmt::format("{{nodeName: node-{}}}", node));
    }
    start_agnhost("test-container-pod", "{}", "[netexec, --http-port=8080, --udp-port=8081]");
    start_agnhost("host-test-container-pod", "{}", "[pause]", "[]",
                  "{hostNetwork: true, nodeName: node-1}");
    const doc::Value service =
        create("/api/v1/namespaces/default/services",
               "{metadata: {name: node-port-service}, spec: {type: NodePort, selector: {selector: "
               "netserver}, ports: [{name: http, port: 80, targetPort: 8080}, "
               "{name: udp, port: 90, protocol: UDP, targetPort: 8081}]}}");
    wait_ready({servers.begin(), servers.end()});
    wait_ready({"test-container-pod", "host-test-container-pod"});
    const doc::Value& port = service["spec"]["ports"].at(is_udp ? 1 : 0);
    const doc::Value node = get("/api/v1/nodes/node-2");
    at_cluster_ip = {text_at(service, {"spec", "clusterIP"}), port["port"].as_int()};
    at_node = {text_at(node["status"]["addresses"].at(0), {"address"}), port["nodePort"].as_int()};
  }

  using Place = std::pair<std::string, std::int64_t>;

  // Whether the /dial of that Pod comes to find exactly these servers.
  bool dial_finds(const std::string& pod, const Place& place,
                  const std::set<std::string>& expected) {
    return wait_for([&] {
      const Executed run =
          shell(pod, fmt::format("curl -g -q -s 'http://{}:8080/dial?request=hostname&protocol={}"
                                 "&host={}&port={}&tries=30'",
                                 pod_ip(pod), is_udp ? "udp" : "http", place.first, place.second));
      const auto answer = doc::parse_json(run.output);
      if (!answer || (*answer)["errors"].size() > 0) return false;
      std::set<std::string> found;
      for (const doc::Value& name : (*answer)["responses"].items()) found.insert(name.to_string());
      return found == expected;
    });
  }

  // The same from the node's own network.
  bool node_finds(const Place& place, const std::set<std::string>& expected) {
    const std::string pod = "host-test-container-pod";
    return wait_for([&] {
      std::set<std::string> found;
      for (int i = 0; i < 15; ++i) {
        found.insert(is_udp ? ask_udp(pod, place.first, static_cast<int>(place.second), "hostName")
                            : shell(pod, fmt::format("curl -g -q -s --max-time 15 "
                                                     "--connect-timeout 1 http://{}:{}/hostName",
                                                     place.first, place.second))
                                  .output);
      }
      return found == expected;
    });
  }

  bool is_udp;
  std::set<std::string> servers;
  Place at_cluster_ip;
  Place at_node;
};

void check_pod_service(std::string_view protocol) {
  GranularServices world{protocol};
  CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip, world.servers));
  CHECK(world.dial_finds("test-container-pod", world.at_node, world.servers));
}

void check_node_service(std::string_view protocol) {
  GranularServices world{protocol};
  CHECK(world.node_finds(world.at_cluster_ip, world.servers));
  CHECK(world.node_finds(world.at_node, world.servers));
}

void check_endpoint_service(std::string_view protocol) {
  GranularServices world{protocol};
  CHECK(world.dial_finds("netserver-1", world.at_cluster_ip, world.servers));
  CHECK(world.dial_finds("netserver-1", world.at_node, world.servers));
}

void check_endpoint_update(std::string_view protocol) {
  GranularServices world{protocol};
  CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip, world.servers));
  world.must("DELETE", "/api/v1/namespaces/default/pods/netserver-1");
  world.servers.erase("netserver-1");
  CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip, world.servers));
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for pod-Service: http") {
  check_pod_service("http");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for pod-Service: udp") {
  check_pod_service("udp");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for node-Service: http") {
  check_node_service("http");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for node-Service: udp") {
  check_node_service("udp");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for endpoint-Service: "
    "http") {
  check_endpoint_service("http");
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for endpoint-Service: "
    "udp") {
  check_endpoint_service("udp");
}

TEST_CASE("[sig-network] Networking Granular Checks: Services should update endpoints: http") {
  check_endpoint_update("http");
}

TEST_CASE("[sig-network] Networking Granular Checks: Services should update endpoints: udp") {
  check_endpoint_update("udp");
}

}  // namespace
}  // namespace rockpool::conformance
