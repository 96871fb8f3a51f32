// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <fmt/format.h>
#include "tests/core/conformance/world.h"

// The tests of test/e2e/network/conntrack.go: a client that sends datagrams from the same port
// again and again, so that the kernel never forgets it.
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

doc::Value create_service(World& world, std::string_view type) {
  return world.create("/api/v1/namespaces/default/services",
                      fmt::format("{{metadata: {{name: svc-udp}}, spec: {{type: {}, selector: "
                                  "{{app: svc-udp}}, ports: [{{name: udp, port: 80, protocol: UDP, "
                                  "targetPort: 80}}]}}}}",
                                  type));
}

// Upstream's own script.
void start_client(World& world, const std::string& address, std::int64_t port) {
  world.apply(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: pod-client}}
spec:
  nodeName: node-1
  containers:
  - name: pod-client
    image: {}
    command: [/bin/sh, -c]
    args:
    - 'date; for i in $(seq 1 3000); do echo "$(date) Try: ${{i}}"; echo hostname | nc -u -w 5 -p 12345 {} {}; echo; done'
)",
                          kAgnhost, address, port));
  world.wait_ready({"pod-client"});
}

void start_server(World& world, std::string_view name, std::string_view init = "") {
  world.start_agnhost(name, "{app: svc-udp}", "[netexec, --udp-port=80]",
                      "[{containerPort: 80, protocol: UDP}]",
                      fmt::format("{{nodeName: node-2{}}}", init));
  world.wait_ready({std::string{name}});
}

std::string client_log(World& world) {
  return world.cluster()
      .request(apiserver::make_request("GET", "/api/v1/namespaces/default/pods/pod-client/log"))
      .body;
}

bool comes_to_hear(World& world, const std::string& pod) {
  return world.wait_for([&] { return client_log(world).find(pod) != std::string::npos; }, 1min);
}

void cycle_servers(std::string_view type) {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const doc::Value service = create_service(world, type);
    if (type == "NodePort") {
      const doc::Value node = world.get("/api/v1/nodes/node-2");
      start_client(world, text_at(node["status"]["addresses"].at(0), {"address"}),
                   service["spec"]["ports"].at(0)["nodePort"].as_int());
    } else {
      start_client(world, text_at(service, {"spec", "clusterIP"}), 80);
    }
    start_server(world, "pod-server-1");
    CHECK(comes_to_hear(world, "pod-server-1"));
    start_server(world, "pod-server-2");
    world.must("DELETE", "/api/v1/namespaces/default/pods/pod-server-1");
    CHECK(comes_to_hear(world, "pod-server-2"));
  }
}

TEST_CASE(
    "[sig-network] Conntrack should be able to preserve UDP traffic when server pod cycles for a "
    "NodePort service") {
  cycle_servers("NodePort");
}

TEST_CASE(
    "[sig-network] Conntrack should be able to preserve UDP traffic when server pod cycles for a "
    "ClusterIP service") {
  cycle_servers("ClusterIP");
}

TEST_CASE(
    "[sig-network] Conntrack should be able to preserve UDP traffic when initial unready "
    "endpoints get ready") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_client(world, text_at(create_service(world, "ClusterIP"), {"spec", "clusterIP"}), 80);
    start_server(world, "pod-server-1",
                 ", initContainers: [{name: init, image: 'busybox:1.36', command: [/bin/sh, -c, "
                 "'echo Pausing start. && sleep 15']}]");
    CHECK(comes_to_hear(world, "pod-server-1"));
  }
}

TEST_CASE(
    "[sig-network] Networking should provide unchanging, static URL paths for kubernetes api "
    "services") {
  World world;
  for (const char* path : {"/healthz", "/api", "/apis", "/metrics", "/openapi/v2", "/version"}) {
    CAPTURE(path);
    const auto response = world.cluster().request(apiserver::make_request("GET", path));
    CHECK(response.status == 200);
    CHECK_FALSE(response.body.empty());
  }
}

TEST_CASE("[sig-network] Networking should check kube-proxy urls") {
  for (const ModeKind mode : kModes) {
    World world{{.proxy_mode = mode}};
    world.start_agnhost("host-test", "{}", "[pause]", "[]", "{hostNetwork: true}");
    world.wait_ready({"host-test"});
    const std::string healthz =
        world.shell("host-test", "curl -i -q -s --connect-timeout 1 http://localhost:10256/healthz")
            .output;
    CHECK(healthz.find("200 OK") != std::string::npos);
    CHECK(healthz.find("lastUpdated") != std::string::npos);
    const std::string proxy_mode =
        world
            .shell("host-test",
                   "curl -i -q -s --connect-timeout 1 http://localhost:10249/proxyMode")
            .output;
    CHECK(proxy_mode.find("200 OK") != std::string::npos);
    CHECK(proxy_mode.ends_with(net::proxy::mode_kind_name(mode)));
  }
}

}  // namespace
}  // namespace rockpool::conformance
