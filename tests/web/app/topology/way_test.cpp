// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/way.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace rockpool::app {
namespace {

World make_world(int nodes, int pods, int services) {
  World world;
  for (int node = 1; node <= nodes; ++node) {
    const std::string name = fmt::format("node-{}", node);
    world.nodes.put(name, {.name = name, .status = "Ready"});
  }
  for (int pod = 0; pod < pods; ++pod) {
    const std::string name = fmt::format("web-{:05}", pod);
    world.pods.put("default/" + name, {.ns = "default",
                                       .name = name,
                                       .uid = name,
                                       .node = fmt::format("node-{}", pod % nodes + 1)});
  }
  for (int number = 0; number < services; ++number) {
    const std::string name = fmt::format("s{}", number);
    world.services.put("default/" + name, {.ns = "default", .name = name, .type = "NodePort"});
  }
  return world;
}

std::vector<Stop> every_stop(const World& world) {
  std::vector<Stop> stops{{Stop::Kind::Outside, kNoSlot, false}};
  world.pods.each([&](Slot slot, const PodItem&) { stops.push_back({Stop::Kind::Pod, slot}); });
  world.nodes.each([&](Slot slot, const NodeItem&) { stops.push_back({Stop::Kind::Proxy, slot}); });
  world.services.each(
      [&](Slot slot, const ServiceItem&) { stops.push_back({Stop::Kind::Service, slot}); });
  return stops;
}

std::vector<Rect> every_card(const TopologyLayout& layout) {
  std::vector<Rect> cards{layout.outside};
  for (const auto& box : layout.services) cards.push_back(box.rect);
  for (const Rect& pod : layout.pods) {
    if (!pod.empty()) cards.push_back(pod);
  }
  return cards;
}

TEST_CASE("where cards stand beside each other, requests keep to the lanes between them") {
  constexpr int kSteps = 60;
  struct Case {
    float width;
    float height;
    int nodes;
    int pods;
    int services;
  };
  constexpr Case kCases[] = {{342, 640, 3, 6, 2},    {342, 640, 3, 28, 7},  {342, 640, 2, 60, 12},
                             {342, 640, 12, 20, 3},  {342, 640, 4, 500, 2}, {980, 560, 3, 28, 8},
                             {980, 560, 3, 100, 20}, {600, 560, 12, 90, 3}, {2400, 1600, 20, 60, 9},
                             {980, 560, 1, 30, 1},   {980, 560, 6, 2000, 5}};
  for (const auto& [width, height, nodes, pods, services] : kCases) {
    CAPTURE(width);
    CAPTURE(pods);
    const World world = make_world(nodes, pods, services);
    const TopologyLayout layout = lay_out(world, {.width = width, .height = height, .filter = {}});
    REQUIRE(layout.has_lanes);
    const std::vector<Rect> cards = every_card(layout);
    const std::vector<Stop> stops = every_stop(world);
    // All pairs of a few hundred Pods would say no more.
    const std::size_t stride = stops.size() > 100 ? 37 : 1;
    for (std::size_t one = 0; one < stops.size(); one += stride) {
      for (std::size_t other = 0; other < stops.size(); other += stride) {
        const auto way = Way::between(layout, stops[one], stops[other]);
        REQUIRE(way.has_value());
        Anchor from;
        Anchor to;
        REQUIRE(find_anchor(layout, stops[one], from));
        REQUIRE(find_anchor(layout, stops[other], to));
        CHECK(way->at(0) == from.at);
        CHECK(std::hypot(way->at(1).x - to.at.x, way->at(1).y - to.at.y) < 0.01f);
        bool crosses = false;
        for (int step = 0; step <= kSteps; ++step) {
          const Point at = way->at(static_cast<float>(step) / kSteps);
          for (const Rect& card : cards) crosses |= card.inset(0.5f).contains(at);
        }
        CHECK_FALSE(crosses);
      }
    }
  }
}

TEST_CASE("a way goes on without leaps, and turns its corners round") {
  const World world = make_world(3, 28, 7);
  const TopologyLayout layout = lay_out(world, {.width = 342, .height = 640, .filter = {}});
  const auto way = Way::between(layout, {Stop::Kind::Service, 6}, {Stop::Kind::Pod, 27});
  REQUIRE(way.has_value());
  const int steps = static_cast<int>(way->length());
  int slanted = 0;
  for (int step = 1; step <= steps; ++step) {
    const Point a = way->at(static_cast<float>(step - 1) / static_cast<float>(steps));
    const Point b = way->at(static_cast<float>(step) / static_cast<float>(steps));
    const float moved = std::hypot(b.x - a.x, b.y - a.y);
    REQUIRE(moved < 1.1f);
    REQUIRE(moved > 0.5f);
    slanted += std::abs(b.x - a.x) > 0.01f && std::abs(b.y - a.y) > 0.01f ? 1 : 0;
  }
  CHECK(slanted > 8);
  CHECK(slanted < steps / 4);
}

TEST_CASE("the lane is within what is shown of a phone's map") {
  const World world = make_world(3, 28, 7);
  constexpr float kPane = 342;
  constexpr float kMargin = 24;
  const TopologyLayout layout = lay_out(world, {.width = kPane, .height = 640, .filter = {}});
  const float scale = kPane / layout.bounds.w;
  CHECK(layout.lane < layout.bounds.x);
  CHECK(kMargin - (layout.bounds.x - layout.lane) * scale > 4);
}

TEST_CASE("where there is one column each, it is a curve from one card to the other") {
  const World world = make_world(3, 6, 2);
  const TopologyLayout layout = lay_out(world, {.width = 1000, .height = 600, .filter = {}});
  const auto way = Way::between(layout, {Stop::Kind::Service, 0}, {Stop::Kind::Pod, 0});
  REQUIRE(way.has_value());
  const Rect service = layout.service(0);
  CHECK(way->at(0) == Point{service.right(), service.centre().y});
  const Stop gone{Stop::Kind::Proxy, 99};
  CHECK_FALSE(Way::between(layout, gone, {Stop::Kind::Pod, 0}).has_value());
}

}  // namespace
}  // namespace rockpool::app
