// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string_view>

#include "tests/core/conformance/granular.h"

// The granular checks of Services in test/e2e/network/networking.go, which conformance does not ask
// for.
namespace rockpool::conformance {
namespace {

void check_pod_service(std::string_view protocol) {
  Granular world{protocol};
  CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip(), world.servers));
  CHECK(world.dial_finds("test-container-pod", world.at_node(), world.servers));
}

void check_node_service(std::string_view protocol) {
  Granular world{protocol};
  CHECK(world.node_finds(world.at_cluster_ip(), world.servers));
  CHECK(world.node_finds(world.at_node(), world.servers));
}

void check_endpoint_service(std::string_view protocol) {
  Granular world{protocol};
  CHECK(world.dial_finds("netserver-1", world.at_cluster_ip(), world.servers));
  CHECK(world.dial_finds("netserver-1", world.at_node(), world.servers));
}

void check_endpoint_update(std::string_view protocol) {
  Granular world{protocol};
  CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip(), world.servers));
  world.must("DELETE", "/api/v1/namespaces/default/pods/netserver-1");
  world.servers.erase("netserver-1");
  CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip(), world.servers));
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
