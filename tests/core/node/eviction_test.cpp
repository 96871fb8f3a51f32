// SPDX-License-Identifier: Apache-2.0
#include "core/node/eviction.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

// A Pod that runs a shell script; `more` are further lines of its container.
void run_script(NodeWorld& world, const std::string& name, const std::string& script,
                const std::string& more = "", const std::string& spec = "") {
  world.create_pod(name, "  containers:\n  - {name: c, image: 'busybox:1.36', command: [sh, -c, '" +
                             script + "']" + more + "}\n" + spec);
}

std::string condition(const NodeWorld& world, std::string_view type) {
  const doc::Value* node = world.store.find(api::ResourceId::nodes, "", "node-1");
  const doc::Value& found = api::find_condition(*node, type);
  return found["status"].to_string() + " " + found["reason"].to_string();
}

TEST_CASE("a container that writes more than its limit gets its Pod evicted") {
  NodeWorld world;
  run_script(world, "writer", "sleep 20; dd if=/dev/zero of=/data bs=1M count=6; sleep 1000",
             ", resources: {limits: {ephemeral-storage: 5Mi}}");
  run_script(world, "modest", "dd if=/dev/zero of=/data bs=1M count=4; sleep 1000",
             ", resources: {limits: {ephemeral-storage: 5Mi}}");
  world.run(15s);
  CHECK(world.pod("writer").phase() == "Running");
  world.run(60s);
  const doc::Value status = world.pod("writer").value()["status"];
  CHECK(status["phase"].to_string() == "Failed");
  CHECK(status["reason"].to_string() == "Evicted");
  CHECK(status["message"].to_string() ==
        "Pod ephemeral local storage usage exceeds the total limit of containers 5Mi. ");
  // For a limit of its own, not for the node's sake.
  CHECK(api::find_condition(world.pod("writer").value(), "DisruptionTarget").is_null());
  CHECK(world.has_event("writer", "Evicted: Pod ephemeral local storage usage exceeds"));
  CHECK(world.has_event("writer", "Killing: Stopping container c"));
  CHECK(world.pod("modest").phase() == "Running");
  CHECK(condition(world, "DiskPressure") == "False KubeletHasNoDiskPressure");
}

TEST_CASE("a volume that outgrows its size gets its Pod evicted") {
  NodeWorld world;
  run_script(world, "cache", "fallocate -l 3M /cache/a; sleep 1000",
             ", volumeMounts: [{name: cache, mountPath: /cache}]",
             "  volumes: [{name: cache, emptyDir: {sizeLimit: 2Mi}}]\n");
  world.run(40s);
  CHECK(world.pod("cache").value()["status"]["message"].to_string() ==
        "Usage of EmptyDir volume \"cache\" exceeds the limit \"2Mi\". ");
}

TEST_CASE("what is printed counts towards a container's limit") {
  NodeWorld world;
  run_script(world, "talker", "for i in $(seq 1 300); do echo 0123456789; done; sleep 1000",
             ", resources: {limits: {ephemeral-storage: 8Ki}}");
  world.run(40s);
  CHECK(world.pod("talker").value()["status"]["reason"].to_string() == "Evicted");
}

TEST_CASE("a volume in memory holds no more than its size") {
  NodeWorld world;
  run_script(world, "memory", "dd if=/dev/zero of=/m/a bs=1M count=10; sleep 1000",
             ", volumeMounts: [{name: m, mountPath: /m}]",
             "  volumes: [{name: m, emptyDir: {medium: Memory, sizeLimit: 2Mi}}]\n");
  world.run(40s);
  CHECK(world.pod("memory").phase() == "Running");
  CHECK(world.log("memory", "c")
            .starts_with("dd: error writing '/m/a': No space left on device\n"
                         "2+0 records in\n"));
}

TEST_CASE("a full disk puts the node under pressure, and who wrote most is evicted") {
  NodeWorld world;
  run_script(world, "small", "dd if=/dev/zero of=/data bs=1M count=100; sleep 10000");
  run_script(world, "large", "sleep 30; dd if=/dev/zero of=/data bs=1G count=90; sleep 10000");
  world.run(20s);
  CHECK(condition(world, "DiskPressure") == "False KubeletHasNoDiskPressure");
  // Writing takes three minutes.
  world.run(5min);
  const doc::Value status = world.pod("large").value()["status"];
  CHECK(status["reason"].to_string() == "Evicted");
  const std::string message = status["message"].to_string();
  CAPTURE(message);
  CHECK(
      message.starts_with("The node was low on resource: ephemeral-storage. "
                          "Threshold quantity: 16106128000, available: "));
  CHECK(message.find("Container c was using 90Gi") != std::string::npos);
  const doc::Value& disrupted = api::find_condition(world.pod("large").value(), "DisruptionTarget");
  CHECK(disrupted["status"].to_string() == "True");
  CHECK(disrupted["reason"].to_string() == "TerminationByKubelet");
  CHECK(disrupted["message"].to_string() == message);
  CHECK(world.pod("small").phase() == "Running");
  CHECK(world.has_event("node-1", "EvictionThresholdMet: Attempting to reclaim ephemeral-storage"));
  CHECK(world.has_event("node-1", "NodeHasDiskPressure: Node node-1 status is now: "));
}

TEST_CASE("pressure lasts five minutes longer than its cause, and lets no Pod start meanwhile") {
  NodeWorld world;
  constexpr std::int64_t kGi = 1 << 30;
  world.kubelet->occupy(0, 95 * kGi);
  world.run(20s);
  CHECK(condition(world, "DiskPressure") == "True KubeletHasDiskPressure");
  run_script(world, "late", "sleep 1000");
  run_script(world, "critical", "sleep 1000", "", "  priorityClassName: system-node-critical\n");
  world.run(20s);
  const doc::Value status = world.pod("late").value()["status"];
  CHECK(status["reason"].to_string() == "Evicted");
  CHECK(status["message"].to_string() ==
        "Pod was rejected: The node had condition: [DiskPressure]. ");
  CHECK(world.pod("critical").phase() == "Running");
  world.kubelet->occupy(0, 0);
  world.run(4min);
  CHECK(condition(world, "DiskPressure") == "True KubeletHasDiskPressure");
  world.run(2min);
  CHECK(condition(world, "DiskPressure") == "False KubeletHasNoDiskPressure");
  CHECK(world.has_event("node-1", "NodeHasNoDiskPressure"));
}

TEST_CASE("a node without memory evicts one Pod after the other, guaranteed ones last") {
  NodeWorld world;
  constexpr std::int64_t kGi = 1 << 30;
  run_script(world, "guaranteed", "sleep 10000", ", resources: {limits: {memory: 64Mi, cpu: 10m}}");
  run_script(world, "best-effort", "sleep 10000");
  world.run(20s);
  world.kubelet->occupy(16 * kGi, 0);
  world.run(20s);
  CHECK(condition(world, "MemoryPressure") == "True KubeletHasInsufficientMemory");
  CHECK(world.pod("best-effort").value()["status"]["reason"].to_string() == "Evicted");
  CHECK(world.has_event("best-effort",
                        "Evicted: The node was low on resource: memory. Threshold quantity: "
                        "100Mi, available: 0. Container c was using "));
  // Under memory pressure alone, Pods with requests may still start.
  world.run(1min);
  CHECK(world.pod("guaranteed").value()["status"]["reason"].to_string() == "Evicted");
  run_script(world, "burstable", "sleep 10000", ", resources: {requests: {memory: 1Mi}}");
  run_script(world, "another", "sleep 10000");
  world.run(5s);
  CHECK(world.pod("another").value()["status"]["message"].to_string() ==
        "Pod was rejected: The node had condition: [MemoryPressure]. ");
  CHECK(world.has_event("burstable", "Started: Started container c"));
}

TEST_CASE("images that no Pod uses go before any Pod") {
  KubeletOptions options;
  options.ephemeral_storage = "4Gi";
  NodeWorld world{options};
  run_script(world, "keeper", "sleep 10000");
  world.create_pod("web", "  containers: [{name: web, image: 'nginx:1.27'}]\n");
  world.run(20s);
  CHECK(world.kubelet->images().images().size() == 2);
  world.remove("web", 0);
  world.run(10s);
  // The image of web is what makes it too much.
  constexpr std::int64_t kMi = 1 << 20;
  world.kubelet->occupy(0, 390 * kMi);
  world.run(20s);
  CHECK(world.has_event("node-1", "EvictionThresholdMet"));
  CHECK(world.kubelet->images().images().size() == 1);
  CHECK(world.pod("keeper").phase() == "Running");
}

}  // namespace
}  // namespace rockpool::node
