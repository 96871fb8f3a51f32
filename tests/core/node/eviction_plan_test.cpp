// SPDX-License-Identifier: Apache-2.0
#include "core/node/eviction_plan.h"

#include <doctest/doctest.h>

#include <string>

#include "core/doc/yaml.h"

namespace rockpool::node {
namespace {

constexpr std::int64_t kMi = 1 << 20;
constexpr std::int64_t kGi = 1 << 30;

doc::Value parse(const std::string& text) {
  return doc::parse_yaml(text)->front().value;
}

// A Pod of one container with that request of local storage and that priority.
doc::Value pod_of(const std::string& name, const std::string& request, int priority = 0) {
  return parse("{metadata: {name: " + name + "}, spec: {priority: " + std::to_string(priority) +
               ", containers: [{name: c, resources: {requests: {ephemeral-storage: " + request +
               ", memory: " + request + "}}}]}}");
}

PodHoldings holding(const doc::Value& pod, std::int64_t layer, std::int64_t memory = 0) {
  return {.pod = &pod,
          .containers = {{.name = "c", .layer = layer, .logs = 0, .memory = memory}},
          .empty_dirs = {}};
}

std::string order(const std::vector<PodHoldings>& pods) {
  std::string names;
  for (const PodHoldings& pod : pods) names += (*pod.pod)["metadata"]["name"].to_string();
  return names;
}

TEST_CASE("thresholds are the kubelet's defaults, percentages in single precision") {
  const auto thresholds =
      make_thresholds(16 * kGi, 16 * kGi - 50 * kMi, 100 * kGi, 100 * kGi - 10737418400);
  CHECK(thresholds[0].available == 50 * kMi);
  CHECK(thresholds[0].quantity == 100 * kMi);
  CHECK(thresholds[0].is_met());
  CHECK(thresholds[1].quantity == 16106128000);
  CHECK(thresholds[1].is_met());
  CHECK(thresholds[2].available == 10737418400);
  CHECK(thresholds[2].quantity == 10737418400);
  CHECK_FALSE(thresholds[2].is_met());
}

TEST_CASE("a Pod exceeds the size of a volume, what its containers may write, or what one may") {
  const doc::Value pod = parse(R"(
spec:
  containers:
  - {name: a, resources: {limits: {ephemeral-storage: 5Mi}}}
  - {name: b, resources: {limits: {ephemeral-storage: 3Mi}}}
  volumes: [{name: cache, emptyDir: {sizeLimit: 2Mi}}, {name: free, emptyDir: {}}]
)");
  CHECK(has_storage_limits(pod));
  PodHoldings held{.pod = &pod, .containers = {{"a"}, {"b"}}, .empty_dirs = {}};
  held.empty_dirs = {{"cache", 2 * kMi}, {"free", 0}};
  CHECK_FALSE(exceeded_storage_limit(held));
  held.empty_dirs["cache"] = 2 * kMi + 1;
  CHECK(exceeded_storage_limit(held) ==
        "Usage of EmptyDir volume \"cache\" exceeds the limit \"2Mi\". ");
  held.empty_dirs["cache"] = 0;
  held.containers[1].layer = 2 * kMi;
  held.containers[1].logs = kMi + 1;
  CHECK(exceeded_storage_limit(held) ==
        "Container b exceeded its local ephemeral storage limit \"3Mi\". ");
  // What lies in volumes counts for the Pod, not for a container.
  held.containers[1] = {"b"};
  held.empty_dirs["free"] = 8 * kMi + 1;
  CHECK(exceeded_storage_limit(held) ==
        "Pod ephemeral local storage usage exceeds the total limit of containers 8Mi. ");
}

TEST_CASE("without limits nothing is exceeded, and memory is no disk") {
  const doc::Value pod =
      parse("{spec: {containers: [{name: c}], volumes: [{name: m, emptyDir: {medium: Memory}}]}}");
  CHECK_FALSE(has_storage_limits(pod));
  PodHoldings held = holding(pod, kGi, kMi);
  held.empty_dirs["m"] = 3 * kMi;
  CHECK_FALSE(exceeded_storage_limit(held));
  CHECK(held.disk() == kGi);
  CHECK(held.memory() == 4 * kMi);
}

TEST_CASE("those go first who use more than they asked for, then the least important") {
  const doc::Value within = pod_of("a", "10Gi", -5);
  const doc::Value modest = pod_of("b", "1Gi");
  const doc::Value greedy = pod_of("c", "1Gi");
  const doc::Value important = pod_of("d", "0", 1000);
  std::vector<PodHoldings> pods{holding(within, 9 * kGi), holding(important, 50 * kGi),
                                holding(modest, 2 * kGi), holding(greedy, 3 * kGi)};
  rank_for_eviction(pods, "ephemeral-storage");
  CHECK(order(pods) == "cbda");
  std::vector<PodHoldings> by_memory{holding(within, 0, kGi), holding(greedy, 0, 2 * kGi),
                                     holding(modest, 0, 3 * kGi)};
  rank_for_eviction(by_memory, "memory");
  CHECK(order(by_memory) == "bca");
}

TEST_CASE("an evicted Pod is told which of its containers use more than they asked for") {
  const doc::Value pod = pod_of("a", "1Gi");
  const Threshold threshold{EvictionSignal::node_fs_available, 5 * kGi, 10 * kGi};
  CHECK(eviction_message(holding(pod, 3 * kGi), threshold) ==
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: "
        "5Gi. Container c was using 3Gi, request is 1Gi, has larger consumption of "
        "ephemeral-storage. ");
  CHECK(eviction_message(holding(pod, kGi), threshold) ==
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: "
        "5Gi. ");
}

}  // namespace
}  // namespace rockpool::node
