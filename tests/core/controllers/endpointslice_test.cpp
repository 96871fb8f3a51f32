// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "core/api/views/endpoints.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kServices = api::ResourceId::services;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kSlices = api::ResourceId::endpointslices;

constexpr std::string_view kService = R"(
apiVersion: v1
kind: Service
metadata: {name: web, labels: {team: blue}}
spec:
  selector: {app: web}
  ports: [{name: main, port: 80, targetPort: http, appProtocol: kubernetes.io/h2c}]
)";

struct Sliced : World {
  explicit Sliced(const Options& options = {}) : World{{"endpointslice-controller"}, options} {
    add_node("node-1", "metadata: {labels: {topology.kubernetes.io/zone: east}}");
    run_pods("node-1");
  }

  void add_pod(std::string_view name, int port = 8080, std::string_view more = {}) {
    create(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: {}, labels: {{app: web}}}}
spec: {{containers: [{{name: web, image: nginx, ports: [{{name: http, containerPort: {}}}]}}] {}}}
)",
                       name, port, more));
  }
  std::vector<api::EndpointSlice> slices() const {
    std::vector<api::EndpointSlice> found;
    for (const doc::Value& slice : list(kSlices, "kubernetes.io/service-name=web")) {
      found.emplace_back(slice);
    }
    return found;
  }
  // All endpoints by the name of their Pod; fails if one is there twice.
  std::map<std::string, api::Endpoint> endpoints() const {
    std::map<std::string, api::Endpoint> found;
    for (const api::EndpointSlice& slice : slices()) {
      for (const api::Endpoint endpoint : slice.endpoints()) {
        const bool is_new =
            found.emplace(endpoint.target_ref()["name"_key].to_string(), endpoint).second;
        CHECK(is_new);
      }
    }
    return found;
  }
};

TEST_CASE("a Service without Pods has one slice without endpoints and ports") {
  Sliced world;
  world.create(kService);
  world.run();
  const auto slices = world.slices();
  REQUIRE(slices.size() == 1);
  CHECK(slices[0].name().starts_with("web-"));
  CHECK(slices[0].endpoints().empty());
  CHECK(slices[0].ports().empty());
  CHECK(slices[0].address_type() == "IPv4");
  CHECK(api::label(slices[0].value(), "team") == "blue");
  CHECK(api::label(slices[0].value(), "endpointslice.kubernetes.io/managed-by") ==
        "endpointslice-controller.k8s.io");
  CHECK(api::is_controlled_by(slices[0].value(), api::uid(world.get(kServices, "web"))));

  // The placeholder becomes the first real slice.
  world.add_pod("a");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(world.slices()[0].name() == slices[0].name());
  CHECK(world.slices()[0].endpoints().size() == 1);
  world.remove(kPods, "a");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(world.slices()[0].endpoints().empty());
}

TEST_CASE("an endpoint tells where its Pod is and how it is") {
  Sliced world;
  world.create(kService);
  world.add_pod("a");
  world.run();
  const api::Endpoint endpoint = world.endpoints().at("a");
  CHECK(endpoint.address() == api::Pod{world.get(kPods, "a")}.ip());
  CHECK(endpoint.is_ready());
  CHECK(endpoint.is_serving());
  CHECK_FALSE(endpoint.is_terminating());
  CHECK(endpoint.node_name() == "node-1");
  CHECK(endpoint.zone() == "east");
  CHECK(endpoint.target_ref()["uid"_key].as_string() == api::uid(world.get(kPods, "a")));
  const api::EndpointPort port = world.slices()[0].ports()[0];
  CHECK(port.port() == 8080);
  CHECK(port.name() == "main");
  CHECK(port.app_protocol() == "kubernetes.io/h2c");
  CHECK(api::annotation(world.slices()[0].value(),
                        "endpoints.kubernetes.io/last-change-trigger-time") != "");
}

TEST_CASE("an endpoint follows its Pod through not ready, terminating, finished and gone") {
  Sliced world;
  world.create(kService);
  world.add_pod("a");
  world.add_pod("b");
  world.run();
  world.patch_status(kPods, "a", "status: {conditions: [{type: Ready, status: 'False'}]}");
  world.run();
  CHECK_FALSE(world.endpoints().at("a").is_ready());
  CHECK_FALSE(world.endpoints().at("a").is_serving());
  CHECK(world.endpoints().at("b").is_ready());

  world.set_pods_end(false);
  world.remove(kPods, "b");
  world.run();
  CHECK_FALSE(world.endpoints().at("b").is_ready());
  CHECK(world.endpoints().at("b").is_serving());
  CHECK(world.endpoints().at("b").is_terminating());

  world.patch_status(kPods, "a", "status: {phase: Succeeded}");
  world.run();
  CHECK_FALSE(world.endpoints().contains("a"));
  world.remove_now(kPods, "b");
  world.run();
  CHECK(world.endpoints().empty());
}

TEST_CASE("publishNotReadyAddresses makes all endpoints ready") {
  Sliced world;
  world.create(kService);
  world.patch(kServices, "web", "spec: {publishNotReadyAddresses: true}");
  world.set_pods_ready(false);
  world.add_pod("a");
  world.run();
  CHECK(world.endpoints().at("a").is_ready());
  CHECK_FALSE(world.endpoints().at("a").is_serving());
}

TEST_CASE("Pods whose named ports differ are in different slices") {
  Sliced world;
  world.create(kService);
  world.add_pod("a", 8080);
  world.add_pod("b", 9090);
  world.run();
  REQUIRE(world.slices().size() == 2);
  std::set<std::int64_t> ports;
  for (const api::EndpointSlice& slice : world.slices()) {
    CHECK(slice.endpoints().size() == 1);
    ports.insert(slice.ports()[0].port());
  }
  CHECK(ports == std::set<std::int64_t>{8080, 9090});
}

TEST_CASE("a Pod that has no port of that name is an endpoint without ports") {
  Sliced world;
  world.create(kService);
  world.create(R"(
apiVersion: v1
kind: Pod
metadata: {name: portless, labels: {app: web}}
spec: {containers: [{name: web, image: nginx}]}
)");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(world.slices()[0].ports().empty());
  CHECK(world.endpoints().contains("portless"));
}

TEST_CASE("slices hold a hundred endpoints, and freed places are used first") {
  Sliced world;
  world.create(kService);
  for (int index = 0; index < 250; ++index) world.add_pod(fmt::format("pod-{:03}", index));
  world.run();
  auto sizes = [&] {
    std::multiset<std::size_t> result;
    for (const api::EndpointSlice& slice : world.slices()) result.insert(slice.endpoints().size());
    return result;
  };
  CHECK(sizes() == std::multiset<std::size_t>{50, 100, 100});
  CHECK(world.endpoints().size() == 250);

  for (int index = 0; index < 5; ++index) world.remove(kPods, fmt::format("pod-{:03}", index));
  for (int index = 0; index < 5; ++index) world.add_pod(fmt::format("new-{}", index));
  world.run();
  CHECK(world.endpoints().size() == 250);
  CHECK(world.slices().size() == 3);
}

TEST_CASE("a slice removed or changed by hand is put right") {
  Sliced world;
  world.create(kService);
  world.add_pod("a");
  world.run();
  world.remove(kSlices, world.slices()[0].name());
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(world.endpoints().contains("a"));
  world.patch(kSlices, world.slices()[0].name(), "endpoints: []");
  world.run();
  CHECK(world.endpoints().contains("a"));
  world.patch(kSlices, world.slices()[0].name(), "metadata: {labels: {team: red}}");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(api::label(world.slices()[0].value(), "team") == "blue");
}

TEST_CASE("slices follow changes of the Service") {
  Sliced world;
  world.create(kService);
  world.add_pod("a");
  world.run();
  world.patch(kServices, "web",
              "spec: {ports: [{name: main, port: 80, targetPort: 1234, protocol: TCP}]}");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(world.slices()[0].ports()[0].port() == 1234);
  world.patch(kServices, "web", "spec: {selector: {app: wbe}}");
  world.run();
  CHECK(world.endpoints().empty());
  CHECK(world.slices().size() == 1);
}

TEST_CASE("headless Services give their Pods' hostnames") {
  Sliced world;
  world.create(R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}}
)");
  world.add_pod("a", 8080, ", hostname: one, subdomain: web");
  world.add_pod("b", 8080, ", hostname: two, subdomain: other");
  world.run();
  CHECK(world.endpoints().at("a").hostname() == "one");
  CHECK(world.endpoints().at("b").hostname() == "");
  CHECK(api::labels(world.slices()[0].value()).contains("service.kubernetes.io/headless"));
}

TEST_CASE("a Pod comes in when its node shows") {
  Sliced world;
  world.create(kService);
  world.run_pods("node-2");
  world.add_pod("a");
  world.run(10s);
  CHECK(world.endpoints().empty());
  world.add_node("node-2");
  world.run();
  CHECK(world.endpoints().contains("a"));
}

TEST_CASE("Services without selector, and ExternalName ones, are left alone") {
  Sliced world;
  world.create(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}");
  world.add_pod("a");
  world.run();
  CHECK(world.slices().empty());
}

TEST_CASE("after a restart the slices are the same") {
  Sliced world;
  world.create(kService);
  for (int index = 0; index < 120; ++index) world.add_pod(fmt::format("pod-{}", index));
  world.run();
  Controller& controller = world.controller("endpointslice-controller");
  controller.stop();
  world.remove(kPods, "pod-7");
  world.run();
  CHECK(world.endpoints().contains("pod-7"));
  controller.start();
  world.run();
  CHECK(world.slices().size() == 2);
  CHECK(world.endpoints().size() == 119);
}

TEST_CASE("endpoints of Services that prefer close ones are meant for their own zone") {
  Sliced world;
  world.create(kService);
  world.patch(kServices, "web", "spec: {trafficDistribution: PreferClose}");
  world.add_pod("a");
  world.run();
  CHECK(world.endpoints().at("a").zone_hints().at(0)["name"_key].as_string() == "east");
}

TEST_CASE("endpoints say where they are preferred") {
  World world{"endpointslice-controller"};
  world.add_node("node-1", "metadata: {labels: {topology.kubernetes.io/zone: a}}");
  world.run_pods();
  world.create(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, "
      "trafficDistribution: PreferSameNode, ports: [{port: 80}]}}");
  world.create(
      "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: web}}, "
      "spec: {containers: [{name: web, image: nginx}]}}");
  world.run();
  const auto hints = [&] {
    return world.list(kSlices, "kubernetes.io/service-name=web")[0]["endpoints"_key].at(
        0)["hints"_key];
  };
  CHECK(hints()["forNodes"_key].at(0)["name"_key].as_string() == "node-1");
  CHECK(hints()["forZones"_key].at(0)["name"_key].as_string() == "a");
  world.patch(kServices, "web", "spec: {trafficDistribution: PreferSameZone}");
  world.run();
  CHECK(hints()["forNodes"_key].is_null());
  CHECK(hints()["forZones"_key].size() == 1);
  world.patch(kServices, "web", "spec: {trafficDistribution: null}");
  world.run();
  CHECK(hints().is_null());
}

}  // namespace
}  // namespace rockpool::controllers
