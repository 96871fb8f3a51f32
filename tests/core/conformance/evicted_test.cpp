// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <fmt/format.h>
#include "tests/core/conformance/world.h"

// The test of test/e2e/network/service.go whose Pod writes more than it may.
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

constexpr std::string_view kEvicted = R"(
apiVersion: v1
kind: Pod
metadata: {name: evicted-pod, labels: {app: evicted}}
spec:
  nodeName: node-1
  containers:
  - name: evicted-pod
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    command: [/bin/sh, -c, sleep 10; dd if=/dev/zero of=file bs=1M count=10; sleep 10000]
    resources: {limits: {ephemeral-storage: 5Mi}}
)";

TEST_CASE("[sig-network] Services should be rejected for evicted pods (no endpoints exist)") {
  for (const ModeKind mode :
       {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    // As upstream's: endpoints are published whether they are ready or not.
    world.create("/api/v1/namespaces/default/services",
                 "{metadata: {name: evicted-pods}, spec: {publishNotReadyAddresses: true, "
                 "selector: {app: evicted}, ports: [{port: 80}]}}");
    world.apply(kEvicted);
    const std::string path = "/api/v1/namespaces/default/pods/evicted-pod";
    REQUIRE(world.wait_for([&] {
      return text_at(world.get(path), {"status", "phase"}) == "Running" &&
             world.get(slices_path("evicted-pods"))["items"].at(0)["endpoints"].size() == 1;
    }));
    REQUIRE(world.wait_for(
        [&] { return text_at(world.get(path), {"status", "reason"}) == "Evicted"; }));
    const doc::Value pod = world.get(path);
    CHECK(text_at(pod, {"status", "phase"}) == "Failed");
    CHECK(text_at(pod, {"status", "message"}) ==
          "Pod ephemeral local storage usage exceeds the total limit of containers 5Mi. ");
    CHECK(pod["status"]["containerStatuses"].at(0)["state"]["terminated"]["exitCode"].as_int() ==
          137);
    CHECK(world.wait_for([&] {
      return world.get(slices_path("evicted-pods"))["items"].at(0)["endpoints"].size() == 0;
    }));
    world.start_agnhost("execpod-evictedpods", "{}", "[pause]", "[]", "{nodeName: node-2}");
    world.wait_ready({"execpod-evictedpods"});
    Executed connected;
    const bool refused = world.wait_for(
        [&] {
          connected = world.exec("execpod-evictedpods",
                                 {"/agnhost", "connect", "--timeout=3s", "evicted-pods:80"});
          return connected.errors == "REFUSED\n";
        },
        30s);
    CHECK_MESSAGE(refused, connected.errors);
    CHECK(connected.code == 1);
  }
}

}  // namespace
}  // namespace rockpool::conformance
