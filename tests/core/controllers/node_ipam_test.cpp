// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_ipam.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/api/views/node.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

constexpr auto kNodes = api::ResourceId::nodes;

std::string cidr_of(const World& world, std::string_view node) {
  return std::string{api::Node{world.get(kNodes, node)}.pod_cidr()};
}

TEST_CASE("nodes get the lowest free network, and give it back") {
  World world{"node-ipam-controller"};
  world.add_node("own", "spec: {podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24]}");
  world.run();
  world.add_node("a");
  world.run();
  world.add_node("b");
  world.run();
  CHECK(cidr_of(world, "a") == "10.244.0.0/24");
  CHECK(cidr_of(world, "b") == "10.244.2.0/24");
  world.remove(kNodes, "a");
  world.run();
  world.add_node("c");
  world.run();
  CHECK(cidr_of(world, "c") == "10.244.0.0/24");
  CHECK(api::Node{world.get(kNodes, "c")}.pod_cidrs().at(0).as_string() == "10.244.0.0/24");
}

TEST_CASE("when all networks are taken a node waits for one") {
  World world{{"node-ipam-controller"}, {.cluster_cidr = "10.244.0.0/23"}};
  for (const char* name : {"a", "b", "c"}) world.add_node(name);
  world.run();
  CHECK(cidr_of(world, "c").empty());
  CHECK(world.events("CIDRNotAvailable") ==
        std::vector<std::string>{"Node c status is now: CIDRNotAvailable"});
  world.remove(kNodes, "b");
  world.run();
  CHECK(cidr_of(world, "c") == "10.244.1.0/24");
}

TEST_CASE("a restart knows what is taken") {
  World world{"node-ipam-controller"};
  world.add_node("a");
  world.run();
  world.controller("node-ipam-controller").stop();
  world.controller("node-ipam-controller").start();
  world.add_node("b");
  world.run();
  CHECK(cidr_of(world, "b") == "10.244.1.0/24");
}

}  // namespace
}  // namespace rockpool::controllers
