// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/apiserver/watch.h"
#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/service_latency.go
namespace rockpool::conformance {
namespace {

TEST_CASE("[sig-network] Service endpoints latency should not be very high") {
  constexpr std::size_t kCount = 100;
  World world;
  world.apply(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: svc-latency-rc}
spec:
  replicas: 1
  selector: {matchLabels: {name: svc-latency-rc}}
  template:
    metadata: {labels: {name: svc-latency-rc}}
    spec:
      containers: [{name: svc-latency-rc, image: 'registry.k8s.io/pause:3.10'}]
)");
  const std::string pods = "/api/v1/namespaces/default/pods?labelSelector=name%3Dsvc-latency-rc";
  REQUIRE(world.wait_for([&] {
    const doc::Value list = world.get(pods);
    return text_at(list["items"].at(0), {"status", "phase"}) == "Running";
  }));
  std::map<std::string, sim::Time> created;
  std::map<std::string, sim::Duration> latencies;
  const auto watching = world.cluster().request(
      apiserver::make_request("GET", std::string{kAllEndpoints} + "?watch=true"));
  REQUIRE(watching.watch);
  watching.watch->on_event([&](const apiserver::WatchEvent& event) {
    const std::string name = text_at(event.object, {"metadata", "name"});
    const auto begun = created.find(name);
    if (begun == created.end() || event.object["subsets"].at(0)["addresses"].size() == 0) return;
    latencies.emplace(name, world.cluster().now() - begun->second);
  });
  for (std::size_t i = 0; i < kCount; ++i) {
    const doc::Value service =
        world.create(kServices,
                     "{metadata: {generateName: latency-svc-}, spec: {selector: {name: "
                     "svc-latency-rc}, type: ClusterIP, sessionAffinity: None, "
                     "ports: [{protocol: TCP, port: 80}]}}");
    created.emplace(text_at(service, {"metadata", "name"}), world.cluster().now());
    world.cluster().run_for(20ms);
  }
  CHECK(world.wait_for([&] { return latencies.size() == kCount; }));
  REQUIRE(latencies.size() == kCount);
  std::vector<sim::Duration> sorted;
  for (const auto& [name, latency] : latencies) sorted.push_back(latency);
  std::ranges::sort(sorted);
  CHECK(sorted[kCount / 2] < 20s);
  CHECK(sorted[kCount * 9 / 10] < 50s);
}

}  // namespace
}  // namespace rockpool::conformance
