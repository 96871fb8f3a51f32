// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// test/e2e/common/network/networking.go
namespace rockpool::conformance {
namespace {

// A server on every node, a Pod to ask from and one on a node's own network.
class GranularWorld : public World {
 public:
  GranularWorld() {
    const doc::Value nodes = get("/api/v1/nodes");
    for (const doc::Value& node : nodes["items"].items()) {
      servers.push_back(fmt::format("netserver-{}", servers.size()));
      start_agnhost(servers.back(), "{}", "[netexec, --http-port=8080, --udp-port=8081]",
                    "[{containerPort: 8080}, {containerPort: 8081, protocol: UDP}]",
                    fmt::format("{{nodeName: {}}}", text_at(node, {"metadata", "name"})));
    }
    start_agnhost("test-container-pod", "{}", "[netexec, --http-port=8080, --udp-port=8081]");
    start_agnhost("host-test-container-pod", "{}", "[pause]", "[]",
                  "{hostNetwork: true, nodeName: node-1}");
    wait_ready(servers);
    wait_ready({"test-container-pod", "host-test-container-pod"});
  }

  // What the test Pod's /dial is answered by one server.
  std::string dial(const std::string& protocol, const std::string& server, int port) {
    const Executed run =
        shell("test-container-pod",
              fmt::format(
                  "curl -g -q -s 'http://{}:8080/dial?request=hostname&protocol={}&host={}&port={}"
                  "&tries=1'",
                  pod_ip("test-container-pod"), protocol, pod_ip(server), port));
    const auto answer = doc::parse_json(run.output);
    REQUIRE_MESSAGE(answer, run.output);
    CHECK((*answer)["errors"].size() == 0);
    return (*answer)["responses"].at(0).to_string();
  }

  std::vector<std::string> servers;
};

TEST_CASE(
    "[sig-network] Networking Granular Checks: Pods should function for intra-pod communication: "
    "http [NodeConformance]") {
  GranularWorld world;
  REQUIRE(world.servers.size() == 3);
  for (const std::string& server : world.servers) {
    CHECK(world.dial("http", server, 8080) == server);
  }
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Pods should function for intra-pod communication: "
    "udp [NodeConformance]") {
  GranularWorld world;
  REQUIRE(world.servers.size() == 3);
  for (const std::string& server : world.servers) {
    CHECK(world.dial("udp", server, 8081) == server);
  }
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Pods should function for node-pod communication: "
    "http [LinuxOnly] [NodeConformance]") {
  GranularWorld world;
  REQUIRE(world.servers.size() == 3);
  for (const std::string& server : world.servers) {
    const Executed run = world.shell("host-test-container-pod",
                                     fmt::format("curl -g -q -s --max-time 15 --connect-timeout 1 "
                                                 "http://{}:8080/hostName",
                                                 world.pod_ip(server)));
    CHECK(run.code == 0);
    CHECK(run.output == server);
  }
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Pods should function for node-pod communication: "
    "udp [LinuxOnly] [NodeConformance]") {
  GranularWorld world;
  REQUIRE(world.servers.size() == 3);
  for (const std::string& server : world.servers) {
    CHECK(world.ask_udp("host-test-container-pod", world.pod_ip(server), 8081, "hostName") ==
          server);
  }
}

}  // namespace
}  // namespace rockpool::conformance
