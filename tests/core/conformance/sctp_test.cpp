// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/core/conformance/granular.h"

// The checks of SCTP in test/e2e/network/networking.go, in each mode of the proxies that knows it.
namespace rockpool::conformance {
namespace {

constexpr net::proxy::ModeKind kModes[] = {
    net::proxy::ModeKind::iptables, net::proxy::ModeKind::ipvs, net::proxy::ModeKind::nftables};

ClusterOptions in_mode(net::proxy::ModeKind mode) {
  ClusterOptions options;
  options.proxy_mode = mode;
  return options;
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for pod-Service: sctp") {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Granular world{"sctp", in_mode(mode)};
    CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip(), world.servers));
    CHECK(world.dial_finds("test-container-pod", world.at_node(), world.servers));
  }
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for node-Service: sctp") {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Granular world{"sctp", in_mode(mode)};
    world.start_agnhost("host-dialler", "{}",
                        "[netexec, --http-port=8080, --udp-port=8081, --sctp-port=8083]", "[]",
                        "{hostNetwork: true, nodeName: node-1}");
    world.wait_ready({"host-dialler"});
    CHECK(world.dial_finds("host-dialler", world.at_cluster_ip(), world.servers));
    CHECK(world.dial_finds("host-dialler", world.at_node(), world.servers));
  }
}

TEST_CASE(
    "[sig-network] Networking Granular Checks: Services should function for endpoint-Service: "
    "sctp") {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Granular world{"sctp", in_mode(mode)};
    CHECK(world.dial_finds("netserver-1", world.at_cluster_ip(), world.servers));
    CHECK(world.dial_finds("netserver-1", world.at_node(), world.servers));
  }
}

}  // namespace
}  // namespace rockpool::conformance
