// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/cluster_role_aggregation.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

constexpr auto kRoles = api::ResourceId::clusterroles;
constexpr std::string_view kController = "clusterrole-aggregation-controller";

std::string rules(const World& world, std::string_view role) {
  return doc::to_json(world.get(kRoles, role)["rules"]);
}

std::string part(std::string_view name, std::string_view labels, std::string_view resource) {
  return "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: " +
         std::string{name} + ", labels: {" + std::string{labels} +
         "}}, rules: [{apiGroups: [a.io], resources: [" + std::string{resource} +
         "], verbs: [get]}]}";
}

constexpr std::string_view kMonitoring =
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: monitoring}, "
    "aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: monitoring}}, {matchLabels: "
    "{also: "
    "'yes'}}]}}";
constexpr std::string_view kOne = R"({"apiGroups":["a.io"],"resources":["ones"],"verbs":["get"]})";
constexpr std::string_view kTwo = R"({"apiGroups":["a.io"],"resources":["twos"],"verbs":["get"]})";

std::string list(std::string_view first, std::string_view second = {}) {
  return "[" + std::string{first} + (second.empty() ? "" : ",") + std::string{second} + "]";
}

TEST_CASE("a role has the rules of the roles that its selectors find, each once") {
  World world{kController};
  world.create(kMonitoring);
  world.create(part("b", "to: monitoring", "ones"));
  world.create(part("a", "also: 'yes'", "twos"));
  world.create(part("c", "also: 'yes', to: monitoring", "ones"));
  world.create(part("d", "to: others", "threes"));
  world.run();
  CHECK(rules(world, "monitoring") == list(kOne, kTwo));
  // Whoever writes rules into it has them overwritten.
  world.patch(kRoles, "monitoring", "rules: []");
  world.run();
  CHECK(rules(world, "monitoring") == list(kOne, kTwo));
  world.patch(kRoles, "a", "metadata: {labels: {also: 'no'}}");
  world.run();
  CHECK(rules(world, "monitoring") == list(kOne));
  world.remove(kRoles, "b");
  world.remove(kRoles, "c");
  world.run();
  CHECK(world.get(kRoles, "monitoring")["rules"].size() == 0);
}

TEST_CASE("a role may be made of roles that are made of others") {
  World world{kController};
  world.create(kMonitoring);
  world.create(
      "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: inner, "
      "labels: {to: monitoring}}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: "
      "inner}}]}}");
  world.create(part("a", "to: inner", "ones"));
  world.run();
  CHECK(rules(world, "monitoring") == list(kOne));
}

TEST_CASE("the roles of users are complete from the start, and grow") {
  World world{kController};
  const std::string version = world.get(kRoles, "admin")["metadata"]["resourceVersion"].to_string();
  const std::size_t count = world.get(kRoles, "admin")["rules"].size();
  CHECK(count > world.get(kRoles, "edit")["rules"].size());
  CHECK(world.get(kRoles, "edit")["rules"].size() > world.get(kRoles, "view")["rules"].size());
  world.run();
  CHECK(world.get(kRoles, "admin")["metadata"]["resourceVersion"].to_string() == version);

  world.create(part("ones-viewer", "rbac.authorization.k8s.io/aggregate-to-view: 'true'", "ones"));
  world.run();
  for (const std::string_view role : {"view", "edit", "admin"}) {
    CAPTURE(role);
    CHECK(rules(world, role).find(kOne) != std::string::npos);
  }
  CHECK(world.get(kRoles, "admin")["rules"].size() == count + 1);
}

TEST_CASE("a restart finds what has changed") {
  World world{kController};
  world.create(kMonitoring);
  world.run();
  world.controller(kController).stop();
  world.create(part("b", "to: monitoring", "ones"));
  world.run();
  CHECK(world.get(kRoles, "monitoring")["rules"].size() == 0);
  world.controller(kController).start();
  world.run();
  CHECK(rules(world, "monitoring") == list(kOne));
}

}  // namespace
}  // namespace rockpool::controllers
