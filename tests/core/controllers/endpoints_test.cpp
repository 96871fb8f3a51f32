// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpoints.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/api/views/endpoints.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kServices = api::ResourceId::services;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kEndpoints = api::ResourceId::endpoints;

struct Addressed : World {
  Addressed() : World{"endpoints-controller"} { run_pods(); }
  void add_service() {
    create(
        "{apiVersion: v1, kind: Service, metadata: {name: web, labels: {team: blue}}, "
        "spec: {selector: {app: web}, ports: [{port: 80}]}}");
  }
  void add_pod(std::string_view name) {
    create(
        fmt::format("{{apiVersion: v1, kind: Pod, metadata: {{name: {}, labels: {{app: web}}}}, "
                    "spec: {{containers: [{{name: web, image: nginx}}]}}}}",
                    name));
  }
  api::Endpoints web() const { return api::Endpoints{get(kEndpoints, "web")}; }
};

TEST_CASE("ready Pods are addresses, others notReadyAddresses") {
  Addressed world;
  world.add_service();
  world.run();
  CHECK_FALSE(world.web().value().is_null());
  CHECK(world.web().subsets().empty());
  CHECK(api::label(world.web().value(), "team") == "blue");
  CHECK(api::label(world.web().value(), "endpoints.kubernetes.io/managed-by") ==
        "endpoint-controller");

  world.add_pod("a");
  world.run();
  world.set_pods_ready(false);
  world.add_pod("b");
  world.run();
  REQUIRE(world.web().subsets().size() == 1);
  const api::EndpointSubset subset = world.web().subsets()[0];
  CHECK(subset.ports()[0].port() == 80);
  REQUIRE(subset.addresses().size() == 1);
  CHECK(subset.addresses().at(0)["targetRef"_key]["name"_key].as_string() == "a");
  REQUIRE(subset.not_ready_addresses().size() == 1);
  CHECK(subset.not_ready_addresses().at(0)["targetRef"_key]["name"_key].as_string() == "b");
}

TEST_CASE("a Pod being deleted is no address any more") {
  Addressed world;
  world.add_service();
  world.add_pod("a");
  world.run();
  REQUIRE(world.web().subsets().size() == 1);
  world.set_pods_end(false);
  world.remove(kPods, "a");
  world.run();
  CHECK(world.web().subsets().empty());
}

TEST_CASE("the object goes with its Service, and comes back if removed alone") {
  Addressed world;
  world.add_service();
  world.add_pod("a");
  world.run();
  world.remove(kEndpoints, "web");
  world.run();
  CHECK(world.web().subsets().size() == 1);
  world.remove(kServices, "web");
  world.run();
  CHECK(world.web().value().is_null());
}

TEST_CASE("the endpoints of a Service without selector belong to somebody else") {
  Addressed world;
  world.create(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}");
  world.create(
      "{apiVersion: v1, kind: Endpoints, metadata: {name: web}, "
      "subsets: [{addresses: [{ip: 1.2.3.4}], ports: [{port: 80}]}]}");
  world.run();
  CHECK(world.web().subsets()[0].addresses().at(0)["ip"_key].as_string() == "1.2.3.4");
  CHECK_FALSE(world.get(kEndpoints, "kubernetes").is_null());
}

TEST_CASE("more than a thousand addresses are cut, and the object says so") {
  Addressed world;
  world.add_service();
  for (int index = 0; index < 1005; ++index) world.add_pod(fmt::format("pod-{}", index));
  world.run(3s);
  CHECK(world.web().subsets()[0].addresses().size() == 1000);
  CHECK(api::annotation(world.web().value(), "endpoints.kubernetes.io/over-capacity") ==
        "truncated");
  for (int index = 0; index < 10; ++index) world.remove(kPods, fmt::format("pod-{}", index));
  world.run(3s);
  CHECK(world.web().subsets()[0].addresses().size() == 995);
  CHECK(api::annotation(world.web().value(), "endpoints.kubernetes.io/over-capacity").empty());
}

}  // namespace
}  // namespace rockpool::controllers
