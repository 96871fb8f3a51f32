// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/api_operations.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/{endpointslice,endpointslicemirroring}.go
namespace rockpool::conformance {
namespace {

constexpr std::string_view kServices = "/api/v1/namespaces/default/services";
constexpr std::string_view kAllEndpoints = "/api/v1/namespaces/default/endpoints";
const std::string kAllSlices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

// Each Pod and its port, once for each address found.
using Targets = std::multiset<std::pair<std::string, std::int64_t>>;

// "pod1" of a reference to that very Pod; a text that no Pod has otherwise.
std::string target_of(World& world, const doc::Value& reference, const std::string& address) {
  const std::string name = text_at(reference, {"name"});
  if (text_at(reference, {"kind"}) != "Pod" || text_at(reference, {"namespace"}) != "default") {
    return "not a Pod";
  }
  const doc::Value pod = world.get("/api/v1/namespaces/default/pods/" + name);
  const bool is_it = text_at(reference, {"uid"}) == text_at(pod, {"metadata", "uid"}) &&
                     address == text_at(pod, {"status", "podIP"});
  return is_it ? name : "another Pod";
}

Targets targets_in_slices(World& world, std::string_view service) {
  Targets targets;
  const doc::Value slices = world.get(slices_path(service));
  for (const doc::Value& slice : slices["items"].items()) {
    for (const doc::Value& endpoint : slice["endpoints"].items()) {
      REQUIRE(slice["ports"].size() == 1);
      targets.emplace(
          target_of(world, endpoint["targetRef"], endpoint["addresses"].at(0).to_string()),
          slice["ports"].at(0)["port"].as_int());
    }
  }
  return targets;
}

Targets targets_in_endpoints(World& world, std::string_view service) {
  Targets targets;
  const doc::Value endpoints = world.get(endpoints_path(service));
  for (const doc::Value& subset : endpoints["subsets"].items()) {
    REQUIRE(subset["ports"].size() == 1);
    for (const char* list : {"addresses", "notReadyAddresses"}) {
      for (const doc::Value& address : subset[list].items()) {
        targets.emplace(target_of(world, address["targetRef"], text_at(address, {"ip"})),
                        subset["ports"].at(0)["port"].as_int());
      }
    }
  }
  return targets;
}

void check_targets(World& world, std::string_view service, const Targets& expected,
                   std::size_t slices, std::string_view port_name) {
  REQUIRE(world.wait_for([&] {
    return world.request("GET", endpoints_path(service)).status == 200 &&
           targets_in_slices(world, service) == expected &&
           targets_in_endpoints(world, service) == expected;
  }));
  const doc::Value found = world.get(slices_path(service));
  CHECK(found["items"].size() == slices);
  for (const doc::Value& slice : found["items"].items()) {
    if (expected.empty()) {
      CHECK(slice["ports"].size() == 0);
    } else {
      CHECK(text_at(slice["ports"].at(0), {"name"}) == port_name);
      CHECK(text_at(slice["ports"].at(0), {"protocol"}) == "TCP");
    }
  }
}

TEST_CASE(
    "[sig-network] EndpointSlice should have Endpoints and EndpointSlices pointing to API Server") {
  World world;
  world.get(service_path("kubernetes"));
  std::set<std::pair<std::string, std::int64_t>> in_endpoints;
  const doc::Value endpoints = world.get(endpoints_path("kubernetes"));
  for (const doc::Value& subset : endpoints["subsets"].items()) {
    for (const doc::Value& address : subset["addresses"].items()) {
      for (const doc::Value& port : subset["ports"].items()) {
        in_endpoints.emplace(text_at(address, {"ip"}), port["port"].as_int());
      }
    }
  }
  std::set<std::pair<std::string, std::int64_t>> in_slices;
  const doc::Value slices = world.get(slices_path("kubernetes"));
  for (const doc::Value& slice : slices["items"].items()) {
    CHECK(text_at(slice, {"addressType"}) == "IPv4");
    for (const doc::Value& endpoint : slice["endpoints"].items()) {
      for (const doc::Value& port : slice["ports"].items()) {
        in_slices.emplace(endpoint["addresses"].at(0).to_string(), port["port"].as_int());
      }
    }
  }
  CHECK_FALSE(in_endpoints.empty());
  CHECK(in_slices == in_endpoints);
}

TEST_CASE(
    "[sig-network] EndpointSlice should create and delete Endpoints and EndpointSlices for a "
    "Service with a selector specified") {
  World world;
  const std::string name = "example-empty-selector";
  world.create(kServices,
               "{metadata: {name: example-empty-selector}, spec: {selector: "
               "{does-not-match-anything: endpoints-and-endpoint-slices-should-still-be-created}, "
               "ports: [{name: example, port: 80, protocol: TCP}]}}");
  const auto slices = [&] { return world.get(slices_path(name)); };
  CHECK(world.wait_for([&] {
    return world.request("GET", endpoints_path(name)).status == 200 && slices()["items"].size() > 0;
  }));
  const doc::Value slice = slices()["items"].at(0);
  CHECK(slice["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"].to_string() ==
        "endpointslice-controller.k8s.io");
  CHECK(slice["endpoints"].size() == 0);

  world.must("DELETE", service_path(name));
  CHECK(world.wait_for([&] { return world.request("GET", endpoints_path(name)).status == 404; },
                       30s));
  CHECK(world.wait_for([&] { return slices()["items"].size() == 0; }, 90s));
}

TEST_CASE(
    "[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a "
    "Service") {
  World world;
  world.apply(R"(
apiVersion: v1
kind: Pod
metadata: {name: pod1, labels: {pod1: 'on', shared12: 'on'}}
spec:
  containers:
  - {name: container1, image: 'nginx:1.27', ports: [{name: example-name, containerPort: 3000}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pod2, labels: {pod2: 'on', shared12: 'on'}}
spec:
  containers:
  - name: container1
    image: nginx:1.27
    ports:
    - {name: example-name, containerPort: 3001}
    - {name: other-port, containerPort: 3002}
---
apiVersion: v1
kind: Service
metadata: {name: example-int-port}
spec:
  selector: {pod1: 'on'}
  publishNotReadyAddresses: true
  ports: [{name: example, port: 80, targetPort: 3000, protocol: TCP}]
---
apiVersion: v1
kind: Service
metadata: {name: example-named-port}
spec:
  selector: {shared12: 'on'}
  publishNotReadyAddresses: true
  ports: [{name: http, port: 80, targetPort: example-name, protocol: TCP}]
---
apiVersion: v1
kind: Service
metadata: {name: example-no-match}
spec:
  selector: {pod3: 'on'}
  publishNotReadyAddresses: true
  ports: [{name: example-no-match, port: 80, targetPort: 8080, protocol: TCP}]
)");
  const Targets both{{"pod1", 3000}, {"pod2", 3001}};
  check_targets(world, "example-int-port", {{"pod1", 3000}}, 1, "example");
  check_targets(world, "example-named-port", both, 2, "http");
  check_targets(world, "example-no-match", {}, 1, "");

  const doc::Value before = world.get(slices_path("example-named-port"));
  for (const doc::Value& slice : before["items"].items()) {
    world.must("DELETE", kAllSlices + "/" + text_at(slice, {"metadata", "name"}));
  }
  check_targets(world, "example-named-port", both, 2, "http");
  for (const doc::Value& slice : before["items"].items()) {
    const std::string name = text_at(slice, {"metadata", "name"});
    CHECK(world.request("GET", kAllSlices + "/" + name).status == 404);
  }
}

TEST_CASE("[sig-network] EndpointSlice should support creating EndpointSlice API operations") {
  World world;
  check_api_operations(world, {.group = "discovery.k8s.io",
                               .resource = "endpointslices",
                               .is_namespaced = true,
                               .object = "{addressType: IPv4, endpoints: "
                                         "[{addresses: [1.2.3.4, 5.6.7.8]}, "
                                         "{addresses: [2.2.3.4, 6.6.7.8]}]}"});
}

TEST_CASE(
    "[sig-network] EndpointSliceMirroring should mirror a custom Endpoints resource through create "
    "update and delete") {
  World world;
  const std::string name = "example-custom-endpoints";
  world.create(kServices,
               "{metadata: {name: example-custom-endpoints}, "
               "spec: {ports: [{name: example, port: 80, protocol: TCP}]}}");
  const auto mirrored = [&] {
    std::multiset<std::pair<std::string, std::int64_t>> found;
    const doc::Value slices = world.get(slices_path(name));
    for (const doc::Value& slice : slices["items"].items()) {
      for (const doc::Value& endpoint : slice["endpoints"].items()) {
        for (const doc::Value& address : endpoint["addresses"].items()) {
          for (const doc::Value& port : slice["ports"].items()) {
            found.emplace(address.to_string(), port["port"].as_int());
          }
        }
      }
    }
    return found;
  };
  using Mirrored = decltype(mirrored());
  const auto endpoints = [](std::string_view address) {
    return fmt::format(R"({{"metadata":{{"name":"example-custom-endpoints"}},)"
                       R"("subsets":[{{"ports":[{{"port":80}}],"addresses":[{{"ip":"{}"}}]}}]}})",
                       address);
  };
  world.must("POST", kAllEndpoints, endpoints("10.1.2.3"));
  CHECK(world.wait_for([&] { return mirrored() == Mirrored{{"10.1.2.3", 80}}; }, 12s));
  world.must("PUT", endpoints_path(name), endpoints("10.2.3.4"));
  CHECK(world.wait_for([&] { return mirrored() == Mirrored{{"10.2.3.4", 80}}; }, 12s));
  CHECK(world.get(slices_path(name))["items"].size() == 1);
  world.must("DELETE", endpoints_path(name));
  CHECK(world.wait_for([&] { return world.get(slices_path(name))["items"].size() == 0; }, 12s));
}

}  // namespace
}  // namespace rockpool::conformance
