// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/topology.h"

#include <doctest/doctest.h>

namespace rockpool::scheduler {
namespace {

doc::Value node_in(const std::string& zone) {
  doc::Value node;
  node.edit("metadata").edit("labels").set("zone", zone);
  return node;
}

std::vector<std::unique_ptr<NodeInfo>> nodes_in(const std::vector<std::string>& zones) {
  std::vector<std::unique_ptr<NodeInfo>> nodes;
  for (const std::string& zone : zones) {
    nodes.push_back(std::make_unique<NodeInfo>());
    if (!zone.empty()) nodes.back()->object = node_in(zone);
  }
  return nodes;
}

TEST_CASE("nodes with the same value of a label are of one domain") {
  Topology topology;
  const Domains& zones = topology.domains("zone", nodes_in({"a", "b", "a", ""}));
  CHECK(zones.of(0) == zones.of(2));
  CHECK(zones.of(0) != zones.of(1));
  CHECK(zones.of(3) == kNoDomain);
  CHECK(zones.of(4) == kNoDomain);
  CHECK(zones.limit() == 2);
}

TEST_CASE("a node may change its domain, and others may join") {
  Topology topology;
  const Domains& zones = topology.domains("zone", nodes_in({"a", "b"}));
  topology.set(0, node_in("b"));
  topology.set(7, node_in("c"));
  CHECK(zones.of(0) == zones.of(1));
  CHECK(zones.of(7) == 2);
  CHECK(zones.of(6) == kNoDomain);
  topology.set(1, {});
  CHECK(zones.of(1) == kNoDomain);
  CHECK(zones.limit() == 3);
}

TEST_CASE("domains that are too many are counted afresh") {
  Topology topology;
  topology.domains("zone", {});
  for (int visit = 0; visit < 70'000; ++visit) topology.set(0, node_in(std::to_string(visit)));
  topology.trim();
  CHECK(topology.domains("zone", nodes_in({"a"})).limit() == 1);
}

}  // namespace
}  // namespace rockpool::scheduler
