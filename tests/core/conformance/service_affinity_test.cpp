// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// Session affinity in test/e2e/network/service.go.
namespace rockpool::conformance {
namespace {

using net::proxy::mode_kind_name;
using net::proxy::ModeKind;

// Whether 15 requests in a row are answered by one server (checkAffinity), as they come to be.
bool comes_to_stick(World& world, const std::string& url, bool sticks) {
  constexpr int kAffinityConfirmCount = 15;
  return world.wait_for([&] {
    const std::set<std::string> answers = world.fetch_all(url, "execpod", kAffinityConfirmCount);
    const bool has_failure = std::ranges::any_of(
        answers, [](const std::string& answer) { return answer.starts_with("failed"); });
    return !has_failure && (answers.size() == 1) == sticks;
  });
}

void check_affinity(std::string_view type, bool switches) {
  for (const ModeKind mode : kModes) {
    CAPTURE(mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_servers(world, "affinity", 3);
    const doc::Value service = world.create(
        kServices,
        fmt::format("{{metadata: {{name: affinity}}, spec: {{type: {}, selector: {{name: "
                    "affinity}}, sessionAffinity: ClientIP, "
                    "ports: [{{port: 80, targetPort: 9376}}]}}}}",
                    type));
    start_client(world);
    const std::string url =
        type == "NodePort"
            ? fmt::format("http://{}:{}/", node_addresses(world).front(), node_port(service))
            : fmt::format("http://{}:80/", text_at(service, {"spec", "clusterIP"}));
    CHECK(comes_to_stick(world, url, true));
    if (!switches) {
      // It holds for as long as nothing changes.
      world.cluster().run_for(30s);
      CHECK(world.fetch_all(url, "execpod", 30).size() == 1);
      continue;
    }
    world.patch(service_path("affinity"), "{spec: {sessionAffinity: None}}");
    CHECK(comes_to_stick(world, url, false));
    world.patch(service_path("affinity"), "{spec: {sessionAffinity: ClientIP}}");
    CHECK(comes_to_stick(world, url, true));
  }
}

TEST_CASE(
    "[sig-network] Services should have session affinity work for service with type clusterIP "
    "[LinuxOnly]") {
  check_affinity("ClusterIP", false);
}

TEST_CASE(
    "[sig-network] Services should be able to switch session affinity for service with type "
    "clusterIP [LinuxOnly]") {
  check_affinity("ClusterIP", true);
}

TEST_CASE(
    "[sig-network] Services should have session affinity work for NodePort service [LinuxOnly]") {
  check_affinity("NodePort", false);
}

TEST_CASE(
    "[sig-network] Services should be able to switch session affinity for NodePort service "
    "[LinuxOnly]") {
  check_affinity("NodePort", true);
}

}  // namespace
}  // namespace rockpool::conformance
