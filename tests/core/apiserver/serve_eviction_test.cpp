// SPDX-License-Identifier: Apache-2.0
#include "core/api/object.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

const std::string kBudgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

std::string eviction(std::string_view name, std::string_view options = "{}") {
  return fmt::format(R"({{"apiVersion":"policy/v1","kind":"Eviction","metadata":{{"name":"{}",
      "namespace":"default"}},"deleteOptions":{}}})",
                     name, options);
}

// A Pod that runs on a node, ready.
void make_running(Cluster& cluster, const std::string& name) {
  cluster.expect(201, "POST", kPods,
                 fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"app":"web"}}}},"spec":{{
      "nodeName":"n","containers":[{{"name":"c","image":"x"}}]}}}})",
                             name));
  Value pod = *cluster.server.get(api::ResourceId::pods, "default", name);
  pod.set("status", json(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}]})"));
  REQUIRE(cluster.server.update_status(api::ResourceId::pods, pod).has_value());
}

void set_budget(Cluster& cluster, std::int64_t allowed) {
  Value budget = *cluster.server.get(api::ResourceId::poddisruptionbudgets, "default", "b");
  budget.set("status", json(fmt::format(R"({{"observedGeneration":1,"disruptionsAllowed":{},
      "currentHealthy":2,"desiredHealthy":2,"expectedPods":2}})",
                                        allowed)));
  REQUIRE(cluster.server.update_status(api::ResourceId::poddisruptionbudgets, budget).has_value());
}

TEST_CASE("an evicted Pod without a budget is deleted with its grace period") {
  Cluster cluster;
  make_running(cluster, "p");
  const std::string target = std::string{kPods} + "/p/eviction";
  CHECK(cluster.refusal(400, "POST", target, eviction("other")) ==
        "name in URL does not match name in Eviction object: other");
  const Value status = cluster.expect(201, "POST", target, eviction("p"));
  CHECK(status["status"_key].as_string() == "Success");
  const auto pod = cluster.server.get(api::ResourceId::pods, "default", "p");
  REQUIRE(pod.has_value());
  CHECK((*pod)["metadata"_key]["deletionGracePeriodSeconds"_key].as_int() == 30);
  const Value& mark = api::find_condition(*pod, "DisruptionTarget");
  CHECK(mark["status"_key].as_string() == "True");
  CHECK(mark["reason"_key].as_string() == "EvictionByEvictionAPI");
  CHECK(mark["message"_key].as_string() == "Eviction API: evicting");
  cluster.expect(201, "POST", target, eviction("p", R"({"gracePeriodSeconds":0})"));
  CHECK(cluster.refusal(404, "POST", target, eviction("p")) == "pods \"p\" not found");
  CHECK(cluster.send("GET", target).status == 405);
}

TEST_CASE("a budget that allows no disruption refuses the eviction") {
  Cluster cluster;
  make_running(cluster, "p");
  make_running(cluster, "q");
  cluster.expect(201, "POST", kBudgets, R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget",
      "metadata":{"name":"b"},"spec":{"minAvailable":2,
      "selector":{"matchLabels":{"app":"web"}}}})");
  const std::string target = std::string{kPods} + "/p/eviction";
  Value status = cluster.expect(429, "POST", target, eviction("p"));
  CHECK(status["message"_key].as_string() ==
        "Cannot evict pod as it would violate the pod's disruption budget.");
  CHECK(status["details"_key]["causes"_key].at(0)["message"_key].as_string() ==
        "The disruption budget b is still being processed by the server.");
  set_budget(cluster, 0);
  status = cluster.expect(429, "POST", target, eviction("p"));
  CHECK(status["details"_key]["causes"_key].at(0)["message"_key].as_string() ==
        "The disruption budget b needs 2 healthy pods and has 2 currently");
  CHECK(status["details"_key]["causes"_key].at(0)["reason"_key].as_string() == "DisruptionBudget");
  CHECK_FALSE(cluster.server.get(api::ResourceId::pods, "default", "p")
                  ->find("metadata")
                  ->contains("deletionTimestamp"));
  cluster.expect(429, "POST", target + "?dryRun=All", eviction("p", R"({"dryRun":["All"]})"));
  set_budget(cluster, 1);
  cluster.expect(201, "POST", target + "?dryRun=All", eviction("p", R"({"dryRun":["All"]})"));
  CHECK_FALSE(api::is_being_deleted(*cluster.server.get(api::ResourceId::pods, "default", "p")));
  cluster.expect(201, "POST", target, eviction("p"));
  const auto budget = cluster.server.get(api::ResourceId::poddisruptionbudgets, "default", "b");
  CHECK((*budget)["status"_key]["disruptionsAllowed"_key].as_int() == 0);
  CHECK((*budget)["status"_key]["disruptedPods"_key].contains("p"));
  CHECK(api::condition_status(*budget, "DisruptionAllowed") == "False");
  cluster.expect(429, "POST", std::string{kPods} + "/q/eviction", eviction("q"));
}

TEST_CASE("a Pod that is not ready goes if the budget is met without it, or does not mind") {
  Cluster cluster;
  make_running(cluster, "p");
  Value pod = *cluster.server.get(api::ResourceId::pods, "default", "p");
  pod.set("status",
          json(R"({"phase":"Running","conditions":[{"type":"Ready","status":"False"}]})"));
  REQUIRE(cluster.server.update_status(api::ResourceId::pods, pod).has_value());
  cluster.expect(201, "POST", kBudgets, R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget",
      "metadata":{"name":"b"},"spec":{"minAvailable":3,
      "selector":{"matchLabels":{"app":"web"}}}})");
  const auto set_counts = [&](std::int64_t healthy) {
    Value budget = *cluster.server.get(api::ResourceId::poddisruptionbudgets, "default", "b");
    budget.set("status", json(fmt::format(R"({{"observedGeneration":9,"disruptionsAllowed":0,
        "currentHealthy":{},"desiredHealthy":3,"expectedPods":3}})",
                                          healthy)));
    REQUIRE(
        cluster.server.update_status(api::ResourceId::poddisruptionbudgets, budget).has_value());
  };
  const std::string target = std::string{kPods} + "/p/eviction";
  const std::string trial = R"({"dryRun":["All"]})";
  set_counts(2);
  cluster.expect(429, "POST", target, eviction("p"));
  set_counts(3);
  cluster.expect(201, "POST", target + "?dryRun=All", eviction("p", trial));
  set_counts(2);
  Value budget = *cluster.server.get(api::ResourceId::poddisruptionbudgets, "default", "b");
  budget.edit("spec").set("unhealthyPodEvictionPolicy", "AlwaysAllow");
  REQUIRE(cluster.server.update(api::ResourceId::poddisruptionbudgets, budget).has_value());
  cluster.expect(201, "POST", target, eviction("p"));
  budget = *cluster.server.get(api::ResourceId::poddisruptionbudgets, "default", "b");
  CHECK(budget["status"_key]["disruptedPods"_key].is_null());
}

}  // namespace
}  // namespace rockpool::apiserver
