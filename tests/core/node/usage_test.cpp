// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

struct UsageWorld : NodeWorld {
  UsageWorld() { kubelets.add(*kubelet); }
  // What the only container of a Pod uses.
  apiserver::ResourceUsage usage(const std::string& name) {
    const auto all = kubelets.pod_usage(pod(name).value());
    REQUIRE(all.size() == 1);
    return all.front().usage;
  }
  Kubelets kubelets;
};

TEST_CASE("nothing is known of a container in its first window, nor of one that has ended") {
  UsageWorld world;
  world.create_pod("p", "  containers: [{name: c, image: 'nginx:1.27'}]\n");
  world.create_pod("short",
                   "  restartPolicy: Never\n"
                   "  containers: [{name: c, image: 'busybox:1.36', command: ['true']}]\n");
  world.run(10s);
  CHECK(world.pod("p").phase() == "Running");
  CHECK(world.kubelets.pod_usage(world.pod("p").value()).empty());
  world.run(20s);
  CHECK(world.usage("p").cpu_nanocores > 0);
  CHECK(world.usage("p").memory_bytes > 1 << 20);
  CHECK(world.pod("short").phase() == "Succeeded");
  CHECK(world.kubelets.pod_usage(world.pod("short").value()).empty());
}

TEST_CASE("who does more uses more, up to its limit, and what it does is forgotten") {
  UsageWorld world;
  world.create_pod("idle", "  containers: [{name: c, image: 'nginx:1.27'}]\n");
  world.create_pod("served", "  containers: [{name: c, image: 'nginx:1.27'}]\n");
  world.create_pod("bound",
                   "  containers: [{name: c, image: 'nginx:1.27', resources: {limits: {cpu: 1m, "
                   "memory: 2Mi}}}]\n");
  world.run(40s);
  for (const std::string name : {"served", "bound"}) {
    const std::string url = "http://" + std::string{world.pod(name).ip()} + "/";
    world.create_pod("client-of-" + name,
                     "  containers: [{name: c, image: 'busybox:1.36', command: [sh, -c, \"while "
                     "true; do wget -qO- " +
                         url + " >/dev/null; sleep 0.05; done\"]}]\n");
  }
  world.run(60s);
  const std::int64_t idle = world.usage("idle").cpu_nanocores;
  CHECK(world.usage("served").cpu_nanocores > 10 * idle);
  CHECK(world.usage("client-of-served").cpu_nanocores > 10 * idle);
  CHECK(world.usage("bound").cpu_nanocores == 1'000'000);
  CHECK(world.usage("bound").memory_bytes == 2 << 20);
  world.remove("client-of-served", 0);
  world.run(60s);
  CHECK(world.usage("served").cpu_nanocores == idle);
}

TEST_CASE("a node uses what its Pods use, and something itself") {
  UsageWorld world;
  CHECK_FALSE(world.kubelets.node_usage("node-1").has_value());
  CHECK_FALSE(world.kubelets.node_usage("none").has_value());
  world.run(60s);
  const auto empty = world.kubelets.node_usage("node-1");
  REQUIRE(empty.has_value());
  world.create_pod("p", "  containers: [{name: c, image: 'nginx:1.27'}]\n");
  world.run(60s);
  const auto full = world.kubelets.node_usage("node-1");
  REQUIRE(full.has_value());
  CHECK(full->cpu_nanocores > empty->cpu_nanocores + world.usage("p").cpu_nanocores);
  CHECK(full->memory_bytes > empty->memory_bytes + world.usage("p").memory_bytes);
  world.kubelet->power_off();
  CHECK_FALSE(world.kubelets.node_usage("node-1").has_value());
  CHECK(world.kubelets.pod_usage(world.pod("p").value()).empty());
}

}  // namespace
}  // namespace rockpool::node
