// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <set>
#include <string>

#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/{topology_hints,traffic_distribution}.go. The nodes are in the zones zone-a,
// zone-b and zone-c in turn.
namespace rockpool::conformance {
namespace {

using net::proxy::mode_kind_name;
using net::proxy::ModeKind;

void start_server(World& world, const std::string& name, int node) {
  world.start_agnhost(name, "{app: web}", "[netexec, --http-port=8080]", "[{containerPort: 8080}]",
                      fmt::format("{{nodeName: node-{}}}", node));
  world.wait_ready({name});
}

void start_client(World& world, const std::string& name, int node) {
  world.start_agnhost(name, "{}", "[pause]", "[]", fmt::format("{{nodeName: node-{}}}", node));
  world.wait_ready({name});
}

void create_service(World& world, const std::string& metadata, const std::string& fields) {
  world.create(kServices,
               fmt::format("{{metadata: {{name: svc{}}}, spec: {{{}selector: {{app: web}}, ports: "
                           "[{{port: 80, targetPort: 8080}}]}}}}",
                           metadata, fields));
}

// The zone that each Pod's endpoint is hinted for.
std::map<std::string, std::string> hinted_zones(World& world) {
  std::map<std::string, std::string> zones;
  const doc::Value slices = world.get(slices_path("svc"));
  for (const doc::Value& slice : slices["items"].items()) {
    for (const doc::Value& endpoint : slice["endpoints"].items()) {
      zones[text_at(endpoint, {"targetRef", "name"})] =
          endpoint["hints"]["forZones"].at(0)["name"].to_string();
    }
  }
  return zones;
}

TEST_CASE("[sig-network] Topology Hints should distribute endpoints evenly") {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    create_service(world, ", annotations: {service.kubernetes.io/topology-mode: Auto}", "");
    for (int node = 1; node <= 3; ++node) {
      start_server(world, fmt::format("server-{}", node), node);
      start_client(world, fmt::format("client-{}", node), node);
    }
    CHECK(world.wait_for([&] {
      return hinted_zones(world) == std::map<std::string, std::string>{{"server-1", "zone-a"},
                                                                       {"server-2", "zone-b"},
                                                                       {"server-3", "zone-c"}};
    }));
    world.cluster().run_for(1s);
    // Everybody is served in their own zone.
    for (int node = 1; node <= 3; ++node) {
      const std::string client = fmt::format("client-{}", node);
      CHECK(world.fetch_all("http://svc/hostname", client, 10) ==
            std::set<std::string>{fmt::format("server-{}", node)});
    }
    // With fewer endpoints than zones nobody is left without.
    world.must("DELETE", "/api/v1/namespaces/default/pods/server-3");
    CHECK(world.is_served_by("http://svc/hostname", "client-3", {"server-1", "server-2"}));
    CHECK(world.is_served_by("http://svc/hostname", "client-1", {"server-1", "server-2"}));
  }
}

TEST_CASE(
    "[sig-network] Traffic Distribution should route traffic to an endpoint in the same zone when "
    "using PreferClose") {
  World world{{.nodes = 6}};
  create_service(world, "", "trafficDistribution: PreferClose, ");
  // Two in zone-a, of which one is on the client's node, and one in zone-b.
  start_server(world, "near", 1);
  start_server(world, "same-zone", 4);
  start_server(world, "far", 2);
  start_client(world, "client-a", 1);
  start_client(world, "client-b", 5);
  start_client(world, "client-c", 3);
  CHECK(world.is_served_by("http://svc/hostname", "client-a", {"near", "same-zone"}));
  CHECK(world.is_served_by("http://svc/hostname", "client-b", {"far"}));
  // A zone without an endpoint uses all.
  CHECK(world.is_served_by("http://svc/hostname", "client-c", {"near", "same-zone", "far"}));
}

TEST_CASE(
    "[sig-network] Traffic Distribution should route traffic to an endpoint on the same node or "
    "fall back to same zone when using PreferSameNode") {
  World world{{.nodes = 6}};
  create_service(world, "", "trafficDistribution: PreferSameNode, ");
  start_server(world, "near", 1);
  start_server(world, "same-zone", 4);
  start_server(world, "far", 2);
  start_client(world, "client-a", 1);
  start_client(world, "client-b", 5);
  start_client(world, "client-c", 3);
  CHECK(world.is_served_by("http://svc/hostname", "client-a", {"near"}));
  CHECK(world.is_served_by("http://svc/hostname", "client-b", {"far"}));
  CHECK(world.is_served_by("http://svc/hostname", "client-c", {"near", "same-zone", "far"}));
  world.must("DELETE", "/api/v1/namespaces/default/pods/near");
  CHECK(world.is_served_by("http://svc/hostname", "client-a", {"same-zone"}));
}

}  // namespace
}  // namespace rockpool::conformance
