// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/apiserver/watch.h"
#include "core/doc/json.h"
#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// What the API does with Services and Endpoints, in test/e2e/network/service.go.
namespace rockpool::conformance {
namespace {

TEST_CASE("[sig-network] Services should delete a collection of services") {
  World world;
  const auto create = [&](std::string_view name, std::string_view label) {
    world.create(kServices, fmt::format("{{metadata: {{name: {}, labels: {{{}}}}}, spec: {{ports: "
                                        "[{{port: 80, targetPort: 9376}}]}}}}",
                                        name, label));
  };
  create("e2e-svc-a", "e2e-test-service: delete");
  create("e2e-svc-b", "e2e-test-service: delete");
  create("e2e-svc-c", "e2e-test-service: keep");
  const std::string selector = "?labelSelector=e2e-test-service%3Ddelete";
  world.must("DELETE", std::string{kServices} + selector);
  world.cluster().run_for(5s);
  CHECK(world.get(std::string{kServices} + selector)["items"].size() == 0);
  const doc::Value left = world.get(std::string{kServices} + "?labelSelector=e2e-test-service");
  REQUIRE(left["items"].size() == 1);
  CHECK(text_at(left["items"].at(0), {"metadata", "name"}) == "e2e-svc-c");
}

// Follows a collection, and keeps what it is told.
class Watcher {
 public:
  Watcher(World& world, const std::string& target) {
    response_ = world.cluster().request(apiserver::make_request("GET", target));
    REQUIRE(response_.watch);
    response_.watch->on_event([this](const apiserver::WatchEvent& event) {
      told_.emplace_back(apiserver::watch_event_type(event.kind), event.object);
    });
  }

  // Whether an event of that kind has told of an object for which `holds`.
  template <typename Holds>
  bool was_told(World& world, std::string_view kind, Holds holds) {
    world.cluster().run_for(1s);
    return std::ranges::any_of(
        told_, [&](const auto& event) { return event.first == kind && holds(event.second); });
  }

 private:
  apiserver::Response response_;
  std::vector<std::pair<std::string, doc::Value>> told_;
};

TEST_CASE("[sig-network] Services should complete a service status lifecycle") {
  World world;
  const std::string place = service_path("test-service");
  Watcher watcher{world,
                  std::string{kServices} + "?watch=true&labelSelector=test-service-static%3Dtrue"};
  world.create(kServices,
               "{metadata: {name: test-service, labels: {test-service-static: 'true'}}, "
               "spec: {type: LoadBalancer, loadBalancerClass: example.com/internal-vip, "
               "ports: [{name: http, protocol: TCP, port: 80, targetPort: 80}]}}");
  const auto is_any = [](const doc::Value&) { return true; };
  CHECK(watcher.was_told(world, "ADDED", is_any));
  CHECK(world.get("/api/v1/services?labelSelector=test-service-static%3Dtrue")["items"].size() ==
        1);

  CHECK(world.get(place + "/status")["status"]["loadBalancer"].size() == 0);
  const auto ingress = [](const doc::Value& service) {
    return text_at(service["status"]["loadBalancer"]["ingress"].at(0), {"ip"});
  };
  world.patch(place + "/status",
              "{metadata: {annotations: {patchedstatus: 'true'}}, "
              "status: {loadBalancer: {ingress: [{ip: 203.0.113.1}]}}}");
  CHECK(watcher.was_told(world, "MODIFIED", [&](const doc::Value& service) {
    return ingress(service) == "203.0.113.1" &&
           text_at(service, {"metadata", "annotations", "patchedstatus"}) == "true";
  }));

  doc::Value service = world.get(place + "/status");
  service.edit("status").set(
      "conditions",
      doc::Value::array({doc::Value::map({{"type", "StatusUpdate"},
                                          {"status", "True"},
                                          {"reason", "E2E"},
                                          {"message", "Set from e2e test"},
                                          {"lastTransitionTime", "2025-01-01T00:00:00Z"}})}));
  world.must("PUT", place + "/status", doc::to_json(service));
  CHECK(watcher.was_told(world, "MODIFIED", [&](const doc::Value& object) {
    return text_at(object["status"]["conditions"].at(0), {"message"}) == "Set from e2e test" &&
           ingress(object) == "203.0.113.1";
  }));

  world.must("PATCH", place, R"({"metadata":{"labels":{"test-service":"patched"}}})",
             "application/strategic-merge-patch+json");
  CHECK(watcher.was_told(world, "MODIFIED", [](const doc::Value& object) {
    return text_at(object, {"metadata", "labels", "test-service"}) == "patched";
  }));
  world.must("DELETE", place);
  CHECK(watcher.was_told(world, "DELETED", is_any));
  CHECK(world.request("GET", place).status == 404);
}

TEST_CASE("[sig-network] Services should test the lifecycle of an Endpoint") {
  World world;
  const std::string place = endpoints_path("testservice");
  const std::string selector = "labelSelector=test-endpoint-static%3Dtrue";
  Watcher watcher{world, std::string{kAllEndpoints} + "?watch=true&" + selector};
  world.create(kAllEndpoints,
               "{metadata: {name: testservice, labels: {test-endpoint-static: 'true'}}, subsets: "
               "[{addresses: [{ip: 10.0.0.24}], ports: [{name: http, port: 80, protocol: TCP}]}]}");
  const auto is_any = [](const doc::Value&) { return true; };
  CHECK(watcher.was_told(world, "ADDED", is_any));
  CHECK(world.get("/api/v1/endpoints?" + selector)["items"].size() == 1);

  doc::Value endpoints = world.get(place);
  endpoints.edit("metadata").edit("labels").set("test-service", "updated");
  world.must("PUT", place, doc::to_json(endpoints));
  CHECK(watcher.was_told(world, "MODIFIED", [](const doc::Value& object) {
    return text_at(object, {"metadata", "labels", "test-service"}) == "updated";
  }));

  world.must("PATCH", place,
             R"({"metadata":{"labels":{"test-service":"patched"}},"subsets":[{"addresses":)"
             R"([{"ip":"10.0.0.25"}],"ports":[{"name":"http-test","port":8080}]}]})",
             "application/strategic-merge-patch+json");
  CHECK(watcher.was_told(world, "MODIFIED", [](const doc::Value& object) {
    const doc::Value& subset = object["subsets"].at(0);
    return text_at(object, {"metadata", "labels", "test-service"}) == "patched" &&
           text_at(subset["addresses"].at(0), {"ip"}) == "10.0.0.25" &&
           text_at(subset["ports"].at(0), {"name"}) == "http-test" &&
           subset["ports"].at(0)["port"].as_int() == 8080;
  }));
  world.must("DELETE", std::string{kAllEndpoints} + "?" + selector);
  CHECK(watcher.was_told(world, "DELETED", is_any));
  CHECK(world.request("GET", place).status == 404);
}

}  // namespace
}  // namespace rockpool::conformance
