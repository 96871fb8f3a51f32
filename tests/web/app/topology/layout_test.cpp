// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/layout.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rockpool::app {
namespace {

World make_world(int nodes, int pods) {
  World world;
  for (int node = 1; node <= nodes; ++node) {
    const std::string name = fmt::format("node-{}", node);
    world.nodes.put(name, {.name = name, .status = "Ready"});
  }
  ServiceItem service{.ns = "default", .name = "web", .type = "NodePort"};
  for (int pod = 0; pod < pods; ++pod) {
    const std::string name = fmt::format("web-{:05}", pod);
    const std::string node = nodes == 0 ? "" : fmt::format("node-{}", pod % nodes + 1);
    service.ready.push_back(world.pods.put(
        "default/" + name, {.ns = "default", .name = name, .uid = name, .node = node}));
  }
  world.services.put("default/web", service);
  return world;
}

void check_consistent(const TopologyLayout& layout) {
  std::vector<Rect> boxes;
  for (const auto& box : layout.nodes) boxes.push_back(box.rect);
  for (const auto& box : layout.services) boxes.push_back(box.rect);
  if (!layout.outside.empty()) boxes.push_back(layout.outside);
  if (!layout.unscheduled.pods.empty()) boxes.push_back(layout.unscheduled.rect);
  for (std::size_t one = 0; one < boxes.size(); ++one) {
    for (std::size_t other = one + 1; other < boxes.size(); ++other)
      CHECK_FALSE(boxes[one].overlaps(boxes[other]));
  }
  const auto inside = [&](const TopologyLayout::NodeBox& box) {
    for (std::size_t index = 0; index < box.pods.size(); ++index) {
      const Rect& pod = layout.pod(box.pods[index]);
      REQUIRE(pod.x >= box.rect.x);
      REQUIRE(pod.right() <= box.rect.right() + 0.01f);
      REQUIRE(pod.y >= box.rect.y + topology::kNodeHead - 0.01f);
      REQUIRE(pod.bottom() <= box.rect.bottom() + 0.01f);
      if (index > 0) REQUIRE_FALSE(pod.overlaps(layout.pod(box.pods[index - 1])));
    }
  };
  for (const auto& box : layout.nodes) inside(box);
  inside(layout.unscheduled);
  for (Slot at = 0; at < layout.nodes.size(); ++at) {
    for (const Slot pod : layout.nodes[at].pods) REQUIRE(layout.home[pod] == at);
  }
  for (const Slot pod : layout.unscheduled.pods) REQUIRE(layout.home[pod] == kNoSlot);
}

TEST_CASE("cards do not overlap and Pods are inside their node, at every size and shape") {
  for (const auto& [width, height] :
       {std::pair{700.0f, 560.0f}, {1700.0f, 900.0f}, {342.0f, 640.0f}}) {
    for (const auto& [nodes, pods] : {std::pair{3, 6}, {1, 40}, {12, 200}, {40, 10'000}, {3, 0}}) {
      const World world = make_world(nodes, pods);
      check_consistent(lay_out(world, {.width = width, .height = height, .filter = {}}));
    }
  }
}

TEST_CASE("nodes without any Service stand in the middle of a narrow map") {
  World world;
  world.nodes.put("node-1", {.name = "node-1", .status = "Ready"});
  const TopologyLayout layout = lay_out(world, {.width = 342, .height = 640, .filter = {}});
  REQUIRE(layout.tall);
  CHECK(std::abs(layout.bounds.centre().x - layout.nodes[0].rect.centre().x) < 5);
}

TEST_CASE(
    "clients, Services and nodes follow each other from left to right, or downwards when narrow") {
  const World world = make_world(3, 6);
  const TopologyLayout wide = lay_out(world, {.width = 1000, .height = 600, .filter = {}});
  CHECK_FALSE(wide.tall);
  CHECK(wide.outside.right() < wide.services[0].rect.x);
  CHECK(wide.services[0].rect.right() < wide.nodes[0].rect.x);
  const TopologyLayout tall = lay_out(world, {.width = 342, .height = 640, .filter = {}});
  CHECK(tall.tall);
  CHECK(tall.outside.bottom() < tall.services[0].rect.y);
  CHECK(tall.services[0].rect.bottom() < tall.nodes[0].rect.y);
}

TEST_CASE("a narrow pane is used in its whole width") {
  for (const int pods : {6, 120}) {
    const TopologyLayout layout =
        lay_out(make_world(3, pods), {.width = 346, .height = 640, .filter = {}});
    REQUIRE(layout.tall);
    for (const auto& box : layout.nodes) CHECK(box.rect.w > 300);
  }
}

TEST_CASE("the more Pods, the less is shown of each") {
  const LayoutRequest request{.width = 1000, .height = 600, .filter = {}};
  CHECK(lay_out(make_world(3, 9), request).detail == Detail::Card);
  CHECK(lay_out(make_world(3, 120), request).detail == Detail::Label);
  CHECK(lay_out(make_world(3, 1000), request).detail == Detail::Dot);
}

TEST_CASE("less is shown of each rather than all of it too small to read") {
  World world = make_world(12, 80);
  for (int index = 0; index < 16; ++index) {
    const std::string name = fmt::format("service-{:02}", index);
    world.services.put("default/" + name, {.ns = "default", .name = name, .type = "ClusterIP"});
  }
  const auto scale = [](const TopologyLayout& layout, float width, float height) {
    return std::min(width / layout.bounds.w, height / layout.bounds.h);
  };
  const TopologyLayout roomy = lay_out(world, {.width = 2400, .height = 1600, .filter = {}});
  CHECK(roomy.detail == Detail::Card);
  CHECK(scale(roomy, 2400, 1600) > 0.6f);
  const TopologyLayout small = lay_out(world, {.width = 480, .height = 440, .filter = {}});
  CHECK(small.detail == Detail::Dot);
  check_consistent(small);
}

TEST_CASE("Pods' cards are as wide as their names where that costs nothing") {
  const World world = make_world(3, 6);
  const auto width_in = [&world](float pane) {
    const TopologyLayout layout = lay_out(world, {.width = pane, .height = 600, .filter = {}});
    return layout.pods[0].w;
  };
  CHECK(width_in(1000) == topology::kWidePodWidth);
  CHECK(width_in(500) == topology::kPodWidth);
}

TEST_CASE("nodes stand in the middle beside a long column of Services") {
  World world = make_world(1, 1);
  for (int index = 0; index < 7; ++index) {
    const std::string name = fmt::format("service-{}", index);
    world.services.put("default/" + name, {.ns = "default", .name = name, .type = "ClusterIP"});
  }
  const TopologyLayout layout = lay_out(world, {.width = 1000, .height = 900, .filter = {}});
  CHECK(layout.nodes[0].rect.centre().y == doctest::Approx(layout.bounds.centre().y));
}

TEST_CASE("a Pod without a node waits in a box of its own") {
  World world = make_world(2, 2);
  world.pods.put("default/late", {.ns = "default", .name = "late"});
  const TopologyLayout layout = lay_out(world, {.filter = {}});
  CHECK(layout.unscheduled.pods.size() == 1);
  check_consistent(layout);
}

TEST_CASE("filter and system switch hide Pods and Services") {
  World world = make_world(2, 2);
  const Slot dns = world.pods.put("kube-system/coredns",
                                  {.ns = "kube-system", .name = "coredns", .node = "node-1"});
  CHECK_FALSE(lay_out(world, {.filter = {}}).pod(dns).empty());
  CHECK(lay_out(world, {.show_system = false, .filter = {}}).pod(dns).empty());
  const TopologyLayout filtered = lay_out(world, {.filter = "00001"});
  CHECK(filtered.services.empty());
  CHECK(filtered.pod(world.pods.find("default/web-00000")).empty());
  CHECK_FALSE(filtered.pod(world.pods.find("default/web-00001")).empty());
}

TEST_CASE("nodes are in order of their numbers") {
  const World world = make_world(12, 0);
  const TopologyLayout layout = lay_out(world, {.filter = {}});
  CHECK(world.nodes.get(layout.nodes[1].node)->name == "node-2");
  CHECK(world.nodes.get(layout.nodes[9].node)->name == "node-10");
}

}  // namespace
}  // namespace rockpool::app
