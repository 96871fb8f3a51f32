// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/topology_hints.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

const std::string kFamily = "IPv4";

doc::Value make_slice(const std::string& name, const std::vector<std::string>& zones,
                      const std::vector<std::string>& hints = {}) {
  doc::Value slice;
  slice.edit("metadata"_key).set("name"_key, name);
  slice.set("addressType"_key, kFamily);
  doc::Value endpoints = doc::Value::array();
  for (std::size_t i = 0; i < zones.size(); ++i) {
    doc::Value endpoint;
    endpoint.edit("conditions"_key).set("ready"_key, true);
    if (!zones[i].empty()) endpoint.set("zone"_key, zones[i]);
    if (i < hints.size()) {
      endpoint.edit("hints"_key)
          .set("forZones"_key, doc::Value::array({doc::Value::map({{"name", hints[i]}})}));
    }
    endpoints.push_back(std::move(endpoint));
  }
  slice.set("endpoints"_key, std::move(endpoints));
  return slice;
}

std::string hints_of(const doc::Value& slice) {
  std::string hints;
  for (const doc::Value& endpoint : slice["endpoints"_key].items()) {
    const doc::Value& zones = endpoint["hints"_key]["forZones"_key];
    hints += zones.size() == 0 ? "-" : zones.at(0)["name"_key].to_string();
  }
  return hints;
}

const ZoneShares kEven{{"a", 0.5}, {"b", 0.5}};

TEST_CASE("endpoints are hinted for their own zones, and moved where too many are in one") {
  SlicePlan plan;
  plan.create = {make_slice("new", {"a", "a", "a", "b"})};
  const HintsResult even = add_topology_hints(plan, {}, kFamily, kEven, false);
  CHECK(hints_of(plan.create[0]) == "baab");
  CHECK(even.hints == HintsByZone{{"a", 2}, {"b", 2}});
  REQUIRE(even.event);
  CHECK_FALSE(even.event->is_warning);
  CHECK(even.event->reason == "TopologyAwareHintsEnabled");
  CHECK(even.event->message == "Topology Aware Hints has been enabled, addressType: IPv4");
  // Said once.
  CHECK_FALSE(add_topology_hints(plan, {}, kFamily, kEven, true).event);
  // An endpoint that is not ready has none.
  plan.create = {make_slice("new", {"a", "b", "b"})};
  plan.create[0].edit("endpoints"_key).edit_at(0).edit("conditions"_key).set("ready"_key, false);
  add_topology_hints(plan, {}, kFamily, kEven, true);
  CHECK(hints_of(plan.create[0]) == "-ab");
}

TEST_CASE("a zone may be loaded by a fifth more than another, not by more") {
  SlicePlan plan;
  // 6 of 11 endpoints serve half of the clients: enough on both sides.
  plan.create = {make_slice("new", {"a", "a", "a", "a", "a", "a", "b", "b", "b", "b", "b"})};
  add_topology_hints(plan, {}, kFamily, kEven, false);
  CHECK(hints_of(plan.create[0]) == "aaaaaabbbbb");
  // 3 endpoints cannot be divided in two halves that bear it: one half would have a single one,
  // loaded by half more than its share.
  plan.create = {make_slice("new", {"a", "a", "b"})};
  const HintsResult uneven = add_topology_hints(plan, {}, kFamily, kEven, false);
  CHECK(hints_of(plan.create[0]) == "---");
  REQUIRE(uneven.event);
  CHECK(uneven.event->reason == "TopologyAwareHintsDisabled");
  CHECK(uneven.event->message ==
        "Unable to allocate minimum required endpoints to each zone without exceeding overload "
        "threshold (3 endpoints, 2 zones), addressType: IPv4");
}

TEST_CASE("hints go away, and it is said why") {
  const auto reason = [](const std::vector<std::string>& zones, const ZoneShares& shares) {
    SlicePlan plan;
    plan.update = {make_slice("old", zones, zones)};
    const HintsResult result = add_topology_hints(plan, {}, kFamily, shares, true);
    CHECK(result.hints.empty());
    CHECK(hints_of(plan.update[0]) == std::string(zones.size(), '-'));
    REQUIRE(result.event);
    CHECK(result.event->is_warning);
    return result.event->message;
  };
  CHECK(
      reason({"a", "b"}, {}) ==
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, "
      "addressType: IPv4");
  CHECK(reason({"a"}, kEven) ==
        "Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4");
  CHECK(reason({"a", ""}, kEven) ==
        "One or more endpoints do not have a zone specified, addressType: IPv4");
}

TEST_CASE("slices that are as they should be are not written") {
  const doc::Value good = make_slice("good", {"a", "b"}, {"a", "b"});
  SlicePlan plan;
  add_topology_hints(plan, {good}, kFamily, kEven, true);
  CHECK(plan.is_empty());
  // One without hints, or with hints for a zone that is no more, has to change.
  add_topology_hints(plan, {make_slice("bare", {"a", "b"})}, kFamily, kEven, true);
  REQUIRE(plan.update.size() == 1);
  CHECK(hints_of(plan.update[0]) == "ab");
  plan = {};
  add_topology_hints(plan, {make_slice("moved", {"a", "b"}, {"a", "c"})}, kFamily, kEven, true);
  REQUIRE(plan.update.size() == 1);
  CHECK(hints_of(plan.update[0]) == "ab");
  // Where hints cannot be given, those that there are go.
  plan = {};
  add_topology_hints(plan, {good, make_slice("bare", {"a"})}, kFamily, {}, true);
  REQUIRE(plan.update.size() == 1);
  CHECK(hints_of(plan.update[0]) == "--");
}

TEST_CASE("hints are given anew when a zone has grown beyond what they carry") {
  CHECK_FALSE(is_overloaded({}, {}));
  CHECK(is_overloaded({{"a", 2}}, {}));
  CHECK_FALSE(is_overloaded({{"a", 2}, {"b", 2}}, kEven));
  CHECK_FALSE(is_overloaded({{"a", 2}, {"b", 2}}, {{"a", 0.6}, {"b", 0.4}}));
  CHECK(is_overloaded({{"a", 2}, {"b", 2}}, {{"a", 0.7}, {"b", 0.3}}));
  CHECK(is_overloaded({{"a", 2}, {"b", 2}}, {{"a", 0.4}, {"b", 0.4}, {"c", 0.2}}));
}

doc::Value make_node(const std::string& name, const std::string& zone, const char* cpu,
                     bool is_ready = true) {
  doc::Value node;
  node.edit("metadata"_key).set("name"_key, name);
  if (!zone.empty()) {
    node.edit("metadata"_key)
        .edit("labels"_key)
        .set("topology.kubernetes.io/zone", doc::Value{zone});
  }
  node.edit("status"_key).edit("allocatable"_key).set("cpu", doc::Value{cpu});
  node.edit("status"_key)
      .set("conditions"_key, doc::Value::array({doc::Value::map(
                                 {{"type", "Ready"}, {"status", is_ready ? "True" : "False"}})}));
  return node;
}

TEST_CASE("zones count by the CPU of their ready nodes") {
  ZoneCapacity zones;
  const doc::Value one = make_node("one", "a", "1500m");
  const doc::Value two = make_node("two", "b", "500m");
  CHECK_FALSE(zones.on_node(nullptr, &one));
  CHECK(zones.shares().empty());
  CHECK(zones.on_node(nullptr, &two));
  CHECK(zones.shares() == ZoneShares{{"a", 0.75}, {"b", 0.25}});
  // One that nobody can place spoils it for all, unless it is not ready or of the control plane.
  const doc::Value nowhere = make_node("nowhere", "", "1");
  CHECK(zones.on_node(nullptr, &nowhere));
  CHECK(zones.shares().empty());
  const doc::Value down = make_node("nowhere", "", "1", false);
  CHECK(zones.on_node(&nowhere, &down));
  CHECK(zones.shares().size() == 2);
  doc::Value master = make_node("master", "", "4");
  master.edit("metadata"_key)
      .edit("labels"_key)
      .set("node-role.kubernetes.io/control-plane", doc::Value{""});
  CHECK_FALSE(zones.on_node(nullptr, &master));
  CHECK(zones.on_node(&two, nullptr));
  CHECK(zones.shares().empty());
}

}  // namespace
}  // namespace rockpool::controllers
