// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <fmt/format.h>
#include "tests/core/conformance/world.h"

// test/e2e/network/hostport.go
namespace rockpool::conformance {
namespace {

TEST_CASE(
    "[sig-network] HostPort validates that there is no conflict between pods with same hostPort "
    "but different hostIP and protocol [LinuxOnly]") {
  for (const auto mode : {net::proxy::ModeKind::userspace, net::proxy::ModeKind::iptables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const doc::Value node = world.get("/api/v1/nodes/node-1");
    const std::string host_ip = text_at(node["status"]["addresses"].at(0), {"address"});
    const auto start = [&](const std::string& name, const std::string& address,
                           std::string_view protocol) {
      world.start_agnhost(name, "{}", "[netexec, --http-port=8080, --udp-port=8080]",
                          fmt::format("[{{hostPort: 54323, containerPort: 8080, protocol: {}, "
                                      "hostIP: {}}}]",
                                      protocol, address),
                          "{nodeSelector: {kubernetes.io/hostname: node-1}}");
      world.wait_ready({name});
    };
    start("pod1", "127.0.0.1", "TCP");
    start("pod2", host_ip, "TCP");
    start("pod3", host_ip, "UDP");
    world.start_agnhost("e2e-host-exec", "{}", "[pause]", "[]",
                        "{hostNetwork: true, nodeName: node-1}");
    world.wait_ready({"e2e-host-exec"});
    const auto curl = [&](const std::string& address) {
      return world
          .shell("e2e-host-exec",
                 "curl -s -g --connect-timeout 5 http://" + address + ":54323/hostname")
          .output;
    };
    CHECK(curl("127.0.0.1") == "pod1");
    CHECK(curl(host_ip) == "pod2");
    CHECK(world.shell("e2e-host-exec", "nc -vuz -w 5 " + host_ip + " 54323").code == 0);
    CHECK(world.ask_udp("e2e-host-exec", host_ip, 54323, "hostname") == "pod3");
    // From elsewhere, the node's own loopback address is out of reach.
    CHECK(world.fetch("http://" + host_ip + ":54323/hostname", "external") == "pod2");
    CHECK(world.fetch("http://" + host_ip + ":54323/hostname", "node/node-2") == "pod2");
    CHECK(world.fetch("http://127.0.0.1:54323/hostname", "node/node-2") ==
          "failed: connection_refused");

    // One more of the first kind has no place there.
    world.start_agnhost("pod4", "{}", "[netexec]",
                        "[{hostPort: 54323, containerPort: 8080, hostIP: 127.0.0.1}]",
                        "{nodeSelector: {kubernetes.io/hostname: node-1}}");
    world.cluster().run_for(10s);
    CHECK(text_at(world.get("/api/v1/namespaces/default/pods/pod4"), {"status", "phase"}) ==
          "Pending");
    world.must("DELETE", "/api/v1/namespaces/default/pods/pod2");
    CHECK(world.wait_for([&] { return curl(host_ip).empty(); }));
    CHECK(curl("127.0.0.1") == "pod1");
  }
}

}  // namespace
}  // namespace rockpool::conformance
