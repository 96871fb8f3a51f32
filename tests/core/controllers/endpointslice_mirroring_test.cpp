// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/endpointslice_mirroring.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/api/views/endpoints.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr auto kServices = api::ResourceId::services;
constexpr auto kEndpoints = api::ResourceId::endpoints;
constexpr auto kSlices = api::ResourceId::endpointslices;

struct Mirrored : World {
  Mirrored()
      : World{"endpointslice-mirroring-controller", "endpointslice-controller",
              "endpoints-controller"} {
    create("{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{port: 80}]}}");
  }
  void add_endpoints(std::string_view subsets, std::string_view metadata = {}) {
    create(fmt::format("{{apiVersion: v1, kind: Endpoints, metadata: {{name: db{}}}, subsets: {}}}",
                       metadata, subsets));
    run();
  }
  std::vector<doc::Value> slices() const { return list(kSlices, "kubernetes.io/service-name=db"); }
};

constexpr std::string_view kOne = "[{addresses: [{ip: 192.0.2.42}], ports: [{port: 9376}]}]";

TEST_CASE("hand-made Endpoints of a Service without selector are mirrored") {
  Mirrored world;
  world.add_endpoints(
      "[{addresses: [{ip: 192.0.2.42, hostname: one}], notReadyAddresses: [{ip: 192.0.2.43}], "
      "ports: [{name: http, port: 9376, appProtocol: example.com/x}]}]",
      ", labels: {team: blue}, annotations: {note: kept, "
      "endpoints.kubernetes.io/last-change-trigger-time: '2026-01-01T00:00:00Z'}");
  REQUIRE(world.slices().size() == 1);
  const doc::Value slice = world.slices()[0];
  CHECK(api::name(slice).starts_with("db-"));
  CHECK(api::label(slice, "kubernetes.io/service-name") == "db");
  CHECK(api::label(slice, "endpointslice.kubernetes.io/managed-by") ==
        "endpointslicemirroring-controller.k8s.io");
  CHECK(api::label(slice, "team") == "blue");
  CHECK(api::annotations(slice).size() == 1);
  CHECK(api::annotation(slice, "note") == "kept");
  CHECK(api::controller_of(slice)->kind == "Endpoints");
  CHECK(slice["addressType"_key].as_string() == "IPv4");
  CHECK(slice["ports"_key].at(0)["name"_key].as_string() == "http");
  CHECK(slice["ports"_key].at(0)["appProtocol"_key].as_string() == "example.com/x");
  REQUIRE(slice["endpoints"_key].size() == 2);
  const api::Endpoint ready{slice["endpoints"_key].at(0)};
  CHECK(ready.address() == "192.0.2.42");
  CHECK(ready.is_ready());
  CHECK(ready.hostname() == "one");
  CHECK_FALSE(api::Endpoint{slice["endpoints"_key].at(1)}.is_ready());
}

TEST_CASE("the mirror follows changes and goes with its original") {
  Mirrored world;
  world.add_endpoints(kOne);
  REQUIRE(world.slices().size() == 1);
  const std::string name{api::name(world.slices()[0])};
  world.patch(kEndpoints, "db",
              "subsets: [{addresses: [{ip: 192.0.2.50}], ports: [{port: 9376}]}]");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(api::name(world.slices()[0]) == name);
  CHECK(api::Endpoint{world.slices()[0]["endpoints"_key].at(0)}.address() == "192.0.2.50");
  // One that somebody deletes comes back.
  world.remove(kSlices, name);
  world.run();
  CHECK(world.slices().size() == 1);
  world.remove(kEndpoints, "db");
  world.run();
  CHECK(world.slices().empty());
}

TEST_CASE("each subset's ports and each family have a slice of their own") {
  Mirrored world;
  world.add_endpoints(
      "[{addresses: [{ip: 192.0.2.1}, {ip: '2001:db8::1'}], ports: [{name: a, port: 80}]}, "
      "{addresses: [{ip: 192.0.2.1}], ports: [{name: b, port: 81}]}, "
      "{addresses: [{ip: 192.0.2.2}], ports: [{name: a, port: 80}]}]");
  std::vector<std::string> found;
  for (const doc::Value& slice : world.slices()) {
    found.push_back(fmt::format("{} {} {}", slice["addressType"_key].as_string(),
                                slice["ports"_key].at(0)["name"_key].as_string(),
                                slice["endpoints"_key].size()));
  }
  std::ranges::sort(found);
  CHECK(found == std::vector<std::string>{"IPv4 a 2", "IPv4 b 1", "IPv6 a 1"});
}

TEST_CASE("what is not to be mirrored is not, and no longer") {
  Mirrored world;
  world.add_endpoints(kOne);
  CHECK(world.slices().size() == 1);
  world.patch(kEndpoints, "db",
              "metadata: {labels: {endpointslice.kubernetes.io/skip-mirror: 'true'}}");
  world.run();
  CHECK(world.slices().empty());
  world.patch(kEndpoints, "db",
              "metadata: {labels: {endpointslice.kubernetes.io/skip-mirror: null}}");
  world.run();
  CHECK(world.slices().size() == 1);
  world.patch(kEndpoints, "db",
              "metadata: {annotations: {control-plane.alpha.kubernetes.io/leader: '{}'}}");
  world.run();
  CHECK(world.slices().empty());
  // A Service that selects Pods has slices made of them instead.
  world.patch(kEndpoints, "db",
              "metadata: {annotations: {control-plane.alpha.kubernetes.io/leader: null}}");
  world.run();
  CHECK(world.slices().size() == 1);
  world.patch(kServices, "db", "spec: {selector: {app: db}}");
  world.run();
  REQUIRE(world.slices().size() == 1);
  CHECK(api::label(world.slices()[0], "endpointslice.kubernetes.io/managed-by") ==
        "endpointslice-controller.k8s.io");
}

TEST_CASE("without its Service nothing is mirrored") {
  World world{"endpointslice-mirroring-controller"};
  world.create(
      "{apiVersion: v1, kind: Endpoints, metadata: {name: db}, "
      "subsets: [{addresses: [{ip: 192.0.2.42}], ports: [{port: 9376}]}]}");
  world.run();
  CHECK(world.list(kSlices, "kubernetes.io/service-name=db").empty());
  world.create(
      "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{port: 80}]}}");
  world.run();
  CHECK(world.list(kSlices, "kubernetes.io/service-name=db").size() == 1);
  world.remove(kServices, "db");
  world.run();
  CHECK(world.list(kSlices, "kubernetes.io/service-name=db").empty());
}

TEST_CASE("a subset's addresses beyond the limit are left out, with a warning") {
  Mirrored world;
  std::string addresses;
  for (int i = 0; i < 1001; ++i) {
    addresses += fmt::format("{}{{ip: 10.1.{}.{}}}", i == 0 ? "" : ", ", i / 250, i % 250 + 1);
  }
  world.add_endpoints(fmt::format("[{{addresses: [{}], ports: [{{port: 80}}]}}]", addresses));
  REQUIRE(world.slices().size() == 1);
  CHECK(world.slices()[0]["endpoints"_key].size() == 1000);
  CHECK(world.events("TooManyAddressesToMirror") ==
        std::vector<std::string>{"A max of 1000 addresses can be mirrored to EndpointSlices per "
                                 "Endpoints subset. 1 addresses were skipped"});
}

}  // namespace
}  // namespace rockpool::controllers
