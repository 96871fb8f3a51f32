// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// Tests of test/e2e/network/service.go that restart parts of the cluster.
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

const std::string kServices = "/api/v1/namespaces/default/services";
constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

// A fault in its document form.
api::Result<void> inject(World& world, const std::string& document) {
  const auto fault = cluster::Fault::parse(doc::parse_json(document).value());
  if (!fault) return std::unexpected{fault.error()};
  return world.cluster().fault(*fault);
}

// A Service of three Pods, as upstream's StartServeHostnameService; returns its address.
std::string start_service(World& world, const std::string& name) {
  for (int i = 1; i <= 3; ++i) {
    world.start_agnhost(fmt::format("{}-{}", name, i), fmt::format("{{app: {}}}", name),
                        "[netexec, --http-port=9376]");
  }
  world.wait_ready({name + "-1", name + "-2", name + "-3"});
  const doc::Value service =
      world.create(kServices, fmt::format("{{metadata: {{name: {0}}}, spec: {{selector: {{app: "
                                          "{0}}}, ports: [{{port: 80, targetPort: 9376}}]}}}}",
                                          name));
  return text_at(service, {"spec", "clusterIP"});
}

// That the Service is up, from a node and from a Pod.
void check_up(World& world, const std::string& name, const std::string& address) {
  CAPTURE(name);
  const std::set<std::string> pods{name + "-1", name + "-2", name + "-3"};
  const std::string url = "http://" + address + "/hostname";
  CHECK(world.is_served_by(url, "node/node-1", pods));
  CHECK(world.is_served_by(url, "client", pods));
}

void start_client(World& world) {
  world.start_agnhost("client", "{}", "[pause]", "[]", "{nodeName: node-2}");
  world.wait_ready({"client"});
}

TEST_CASE("[sig-network] Services should work after restarting kube-proxy [Disruptive]") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_client(world);
    const std::string first = start_service(world, "restart-proxy-1");
    const std::string second = start_service(world, "restart-proxy-2");
    check_up(world, "restart-proxy-1", first);
    check_up(world, "restart-proxy-2", second);
    for (const char* node : {"node-1", "node-2", "node-3"}) {
      REQUIRE(inject(world, fmt::format(R"({{"restart":"proxy/{}"}})", node)));
    }
    // Only where a process relays is anything to be seen of it meanwhile.
    const std::string meanwhile = world.fetch("http://" + first + "/hostname", "client");
    CHECK((meanwhile == "failed: connection_refused") == (mode == ModeKind::userspace));
    check_up(world, "restart-proxy-1", first);
    check_up(world, "restart-proxy-2", second);
  }
}

TEST_CASE("[sig-network] Services should work after restarting apiserver [Disruptive]") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_client(world);
    const std::string first = start_service(world, "restart-apiserver-1");
    check_up(world, "restart-apiserver-1", first);
    REQUIRE(inject(world, R"({"restart":"component/kube-apiserver"})"));
    CHECK(world.request("GET", "/readyz").status == 503);
    check_up(world, "restart-apiserver-1", first);
    REQUIRE(world.wait_for([&] { return world.request("GET", "/readyz").status == 200; }));
    check_up(world, "restart-apiserver-1", first);
    const std::string second = start_service(world, "restart-apiserver-2");
    CHECK(first != second);
    check_up(world, "restart-apiserver-2", second);
  }
}

}  // namespace
}  // namespace rockpool::conformance
