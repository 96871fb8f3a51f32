// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include "core/net/address.h"
#include "tests/core/conformance/granular.h"

// test/e2e/network/dual_stack.go.
namespace rockpool::conformance {
namespace {

ClusterOptions dual_stack() {
  ClusterOptions options;
  options.ip_families = {net::Family::ipv4, net::Family::ipv6};
  return options;
}

std::string family_of(std::string_view text) {
  const auto address = net::IpAddress::parse(text);
  return address ? std::string{net::family_name(address->family())} : std::string{};
}

std::vector<std::string> families_of(const doc::Value& texts) {
  std::vector<std::string> families;
  for (const doc::Value& text : texts.items()) families.push_back(family_of(text.as_string()));
  return families;
}

// The first Pods in `default` are asked at each of their addresses.
std::vector<std::string> pod_ips(World& world, const std::string& pod) {
  std::vector<std::string> ips;
  const doc::Value object = world.get("/api/v1/namespaces/default/pods/" + pod);
  for (const doc::Value& entry : object["status"]["podIPs"].items()) {
    ips.push_back(text_at(entry, {"ip"}));
  }
  return ips;
}

std::string at(std::string_view ip, int port, std::string_view rest) {
  return fmt::format("http://{}{}", net::join_host_port(ip, static_cast<std::uint16_t>(port)),
                     rest);
}

TEST_CASE("[sig-network] [Feature:IPv6DualStack] should have ipv4 and ipv6 internal node ip") {
  World world{dual_stack()};
  const doc::Value nodes = world.get("/api/v1/nodes");
  REQUIRE(nodes["items"].size() == 3);
  for (const doc::Value& node : nodes["items"].items()) {
    std::vector<std::string> families;
    for (const doc::Value& address : node["status"]["addresses"].items()) {
      if (address["type"].as_string() == "InternalIP") {
        families.push_back(family_of(address["address"].as_string()));
      }
    }
    CHECK(families == std::vector<std::string>{"IPv4", "IPv6"});
    CHECK(node["spec"]["podCIDRs"].size() == 2);
  }
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] should create pod, add ipv6 and ipv4 ip to pod "
    "ips") {
  World world{dual_stack()};
  world.start_agnhost("pod-dualstack-ips", "{}", "[pause]");
  world.wait_ready({"pod-dualstack-ips"});
  const std::vector<std::string> ips = pod_ips(world, "pod-dualstack-ips");
  REQUIRE(ips.size() == 2);
  CHECK(ips[0] == world.pod_ip("pod-dualstack-ips"));
  CHECK(family_of(ips[0]) == "IPv4");
  CHECK(family_of(ips[1]) == "IPv6");
}

TEST_CASE("[sig-network] [Feature:IPv6DualStack] should be able to reach pod on ipv4 and ipv6 ip") {
  World world{dual_stack()};
  for (const std::string_view kind : {"server", "client"}) {
    for (int node = 1; node <= 2; ++node) {
      world.start_agnhost(fmt::format("dualstack-{}-{}", kind, node), "{}",
                          "[netexec, --http-port=8080]", "[]",
                          fmt::format("{{nodeName: node-{}}}", node));
    }
  }
  world.wait_ready(
      {"dualstack-server-1", "dualstack-server-2", "dualstack-client-1", "dualstack-client-2"});
  for (const std::string client : {"dualstack-client-1", "dualstack-client-2"}) {
    for (const std::string server : {"dualstack-server-1", "dualstack-server-2"}) {
      const std::vector<std::string> own = pod_ips(world, client);
      const std::vector<std::string> ips = pod_ips(world, server);
      REQUIRE(ips.size() == 2);
      for (std::size_t i = 0; i < 2; ++i) {
        CHECK(world.fetch(at(ips[i], 8080, "/hostname"), client) == server);
        const auto peer = net::SocketAddress::parse(
            world.shell(client, "curl -g -q -s " + at(ips[i], 8080, "/clientip")).output);
        REQUIRE(peer);
        CHECK(peer->ip.to_string() == own[i]);
      }
    }
  }
}

// Makes a Service of that policy and these families and looks at what becomes of it.
void check_service(std::string_view policy, std::string_view families,
                   const std::vector<std::string>& expected) {
  World world{dual_stack()};
  world.start_agnhost("server", "{app: dualstack}", "[netexec, --http-port=8080]");
  world.start_agnhost("client", "{}", "[netexec, --http-port=8080]");
  world.wait_ready({"server", "client"});
  const doc::Value service = world.create(
      "/api/v1/namespaces/default/services",
      fmt::format("{{metadata: {{name: web}}, spec: {{selector: {{app: dualstack}}, "
                  "ipFamilyPolicy: {}, ipFamilies: {}, ports: [{{port: 80, targetPort: 8080}}]}}}}",
                  policy, families));
  CHECK(text_at(service, {"spec", "ipFamilyPolicy"}) == policy);
  CHECK(families_of(service["spec"]["clusterIPs"]) == expected);
  CHECK(service["spec"]["clusterIPs"].at(0) == service["spec"]["clusterIP"]);
  CHECK(service["spec"]["ipFamilies"].size() == expected.size());
  // One EndpointSlice for each family, with the Pod's address of that family.
  const std::vector<std::string> ips = pod_ips(world, "server");
  CHECK(world.wait_for([&] {
    const doc::Value slices = world.get(slices_path("web"));
    std::set<std::string> seen;
    for (const doc::Value& slice : slices["items"].items()) {
      if (slice["endpoints"].size() != 1) return false;
      const std::string family = text_at(slice, {"addressType"});
      const std::string ip = slice["endpoints"].at(0)["addresses"].at(0).to_string();
      if (ip != ips[family == "IPv4" ? 0 : 1]) return false;
      seen.insert(family);
    }
    return seen == std::set<std::string>{expected.begin(), expected.end()};
  }));
  for (const doc::Value& ip : service["spec"]["clusterIPs"].items()) {
    CHECK(world.is_served_by(at(ip.as_string(), 80, "/hostname"), "client", {"server"}));
  }
  CHECK(world.fetch("http://web/hostname", "client") == "server");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] should create a single stack service with cluster "
    "ip from primary service range") {
  World world{dual_stack()};
  const doc::Value service = world.create("/api/v1/namespaces/default/services",
                                          "{metadata: {name: web}, spec: {ports: [{port: 80}]}}");
  CHECK(text_at(service, {"spec", "ipFamilyPolicy"}) == "SingleStack");
  CHECK(families_of(service["spec"]["clusterIPs"]) == std::vector<std::string>{"IPv4"});
}

TEST_CASE("[sig-network] [Feature:IPv6DualStack] should create service with ipv4 cluster ip") {
  check_service("SingleStack", "[IPv4]", {"IPv4"});
}

TEST_CASE("[sig-network] [Feature:IPv6DualStack] should create service with ipv6 cluster ip") {
  check_service("SingleStack", "[IPv6]", {"IPv6"});
}

TEST_CASE("[sig-network] [Feature:IPv6DualStack] should create service with ipv4,v6 cluster ip") {
  check_service("RequireDualStack", "[IPv4, IPv6]", {"IPv4", "IPv6"});
}

TEST_CASE("[sig-network] [Feature:IPv6DualStack] should create service with ipv6,v4 cluster ip") {
  check_service("RequireDualStack", "[IPv6, IPv4]", {"IPv6", "IPv4"});
}

// Granular Checks: Services Secondary IP Family. SCTP needs a mode of the proxies that knows it.
ClusterOptions options_for(std::string_view protocol) {
  ClusterOptions options = dual_stack();
  if (protocol == "sctp") options.proxy_mode = net::proxy::ModeKind::iptables;
  return options;
}

void check_from_pod(std::string_view protocol, const std::string& pod) {
  Granular world{protocol, options_for(protocol)};
  for (const std::string_view family : {"IPv4", "IPv6"}) {
    CAPTURE(family);
    CHECK(world.dial_finds(pod, world.at_cluster_ip(family), world.servers));
    CHECK(world.dial_finds(pod, world.at_node(family), world.servers));
  }
}

void check_from_node(std::string_view protocol) {
  Granular world{protocol, options_for(protocol)};
  for (const std::string_view family : {"IPv4", "IPv6"}) {
    CAPTURE(family);
    CHECK(world.node_finds(world.at_cluster_ip(family), world.servers));
    CHECK(world.node_finds(world.at_node(family), world.servers));
  }
}

void check_endpoint_update(std::string_view protocol) {
  Granular world{protocol, options_for(protocol)};
  world.must("DELETE", "/api/v1/namespaces/default/pods/netserver-1");
  world.servers.erase("netserver-1");
  for (const std::string_view family : {"IPv4", "IPv6"}) {
    CAPTURE(family);
    CHECK(world.dial_finds("test-container-pod", world.at_cluster_ip(family), world.servers));
  }
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for pod-Service: http") {
  check_from_pod("http", "test-container-pod");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for pod-Service: udp") {
  check_from_pod("udp", "test-container-pod");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for pod-Service: sctp") {
  check_from_pod("sctp", "test-container-pod");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for node-Service: http") {
  check_from_node("http");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for node-Service: udp") {
  check_from_node("udp");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for endpoint-Service: http") {
  check_from_pod("http", "netserver-1");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for endpoint-Service: udp") {
  check_from_pod("udp", "netserver-1");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for endpoint-Service: sctp") {
  check_from_pod("sctp", "netserver-1");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should update endpoints: http") {
  check_endpoint_update("http");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should update endpoints: udp") {
  check_endpoint_update("udp");
}

void check_node_port_update(std::string_view protocol) {
  Granular world{protocol, options_for(protocol)};
  const Granular::Place place = world.at_node("IPv6");
  CHECK(world.dial_finds("test-container-pod", place, world.servers));
  world.must("DELETE", service_path("node-port-service"));
  CHECK(world.wait_for(
      [&] { return world.dial("test-container-pod", place, "hostname", 3).empty(); }));
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should update nodePort: http") {
  check_node_port_update("http");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should update nodePort: udp") {
  check_node_port_update("udp");
}

void check_affinity(std::string_view protocol) {
  Granular world{protocol, options_for(protocol)};
  world.patch(service_path("node-port-service"), "{spec: {sessionAffinity: ClientIP}}");
  world.cluster().run_for(2s);
  for (const std::string_view family : {"IPv4", "IPv6"}) {
    CAPTURE(family);
    std::set<std::string> seen;
    for (int round = 0; round < 5; ++round) {
      for (const std::string& name :
           world.dial("test-container-pod", world.at_cluster_ip(family), "hostname", 10)) {
        seen.insert(name);
      }
    }
    CHECK(seen.size() == 1);
  }
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for client IP based session affinity: http") {
  check_affinity("http");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should function for client IP based session affinity: udp") {
  check_affinity("udp");
}

void check_large_requests(std::string_view protocol) {
  Granular world{protocol, options_for(protocol)};
  std::string message;
  for (int i = 0; i < 1000; ++i) message += "42";
  const std::string request = (protocol == "http" ? "echo%3Fmsg%3D" : "echo%20") + message;
  for (const std::string_view family : {"IPv4", "IPv6"}) {
    CAPTURE(family);
    CHECK(world.dial("test-container-pod", world.at_cluster_ip(family), request, 2) ==
          std::vector<std::string>{message, message});
  }
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should be able to handle large requests: http") {
  check_large_requests("http");
}

TEST_CASE(
    "[sig-network] [Feature:IPv6DualStack] Granular Checks: Services Secondary IP Family "
    "[LinuxOnly] should be able to handle large requests: udp") {
  check_large_requests("udp");
}

}  // namespace
}  // namespace rockpool::conformance
