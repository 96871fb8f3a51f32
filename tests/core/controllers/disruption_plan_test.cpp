// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/disruption_plan.h"

#include <doctest/doctest.h>

#include "core/doc/yaml.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

api::DisruptionBudget budget(std::string_view spec, std::string_view status = "{}") {
  const std::string text =
      "metadata: {name: b, namespace: default, generation: 3}\nspec: " + std::string{spec} +
      "\nstatus: " + std::string{status};
  return api::DisruptionBudget{doc::parse_yaml(text)->front().value};
}

sim::Time at(std::string_view text) {
  return *sim::parse_rfc3339(text);
}

TEST_CASE("a budget resolves numbers and percentages against what it must") {
  struct Row {
    std::string_view spec;
    std::int64_t selected;
    std::int64_t scale;
    ExpectedPods expected;
  };
  // A plain minAvailable counts the Pods that are there; all else what their controllers want.
  for (const Row& row : {
           Row{"{minAvailable: 2}", 3, 9, {3, 2}},
           Row{"{minAvailable: 0}", 3, 9, {3, 0}},
           Row{"{minAvailable: 50%}", 2, 7, {7, 4}},
           Row{"{minAvailable: 100%}", 2, 7, {7, 7}},
           Row{"{maxUnavailable: 1}", 2, 7, {7, 6}},
           Row{"{maxUnavailable: 30%}", 2, 7, {7, 4}},
           Row{"{maxUnavailable: 9}", 2, 7, {7, 0}},
           Row{"{}", 2, 7, {0, 0}},
       }) {
    CAPTURE(row.spec);
    const ExpectedPods pods = expected_pods(budget(row.spec), row.selected, row.scale);
    CHECK(pods.expected == row.expected.expected);
    CHECK(pods.desired_healthy == row.expected.desired_healthy);
  }
  CHECK_FALSE(needs_scale(budget("{minAvailable: 2}")));
  CHECK(needs_scale(budget("{minAvailable: 50%}")));
  CHECK(needs_scale(budget("{maxUnavailable: 2}")));
}

TEST_CASE("what is healthy beyond need may be disrupted, but nothing while no Pod is expected") {
  const sim::Time now = at("2025-01-01T00:00:00Z");
  const api::DisruptionBudget before = budget("{minAvailable: 2}");
  const auto allowed = [&](const ExpectedPods& pods, std::int64_t healthy) {
    const doc::Value status = disruption_status(before, pods, healthy, {}, now);
    const doc::Value& condition = status["conditions"_key].at(0);
    CHECK(condition["type"_key].as_string() == "DisruptionAllowed");
    CHECK(condition["observedGeneration"_key].as_int() == 3);
    CHECK(condition["message"_key].is_string());
    const std::int64_t count = status["disruptionsAllowed"_key].as_int(-1);
    CHECK(condition["status"_key].as_string() == (count > 0 ? "True" : "False"));
    CHECK(condition["reason"_key].as_string() ==
          (count > 0 ? "SufficientPods" : "InsufficientPods"));
    return count;
  };
  CHECK(allowed({.expected = 3, .desired_healthy = 2}, 3) == 1);
  CHECK(allowed({.expected = 3, .desired_healthy = 2}, 2) == 0);
  CHECK(allowed({.expected = 3, .desired_healthy = 2}, 0) == 0);
  CHECK(allowed({.expected = 0, .desired_healthy = 0}, 3) == 0);
}

TEST_CASE("Pods that were let go count as gone for two minutes") {
  const api::DisruptionBudget before =
      budget("{minAvailable: 2}",
             "{disruptedPods: {a: '2025-01-01T00:00:00Z', b: '2025-01-01T00:01:00Z', gone: "
             "'2025-01-01T00:01:00Z'}}");
  const auto is_there = [](std::string_view name) { return name != "gone"; };
  DisruptedPods pods = disrupted_pods(before, is_there, at("2025-01-01T00:01:30Z"));
  CHECK(pods.pending.size() == 2);
  CHECK(pods.next_deadline == at("2025-01-01T00:02:00Z"));
  CHECK(pods.overdue.empty());
  pods = disrupted_pods(before, is_there, at("2025-01-01T00:02:00Z"));
  CHECK(pods.pending.size() == 1);
  CHECK(pods.pending.contains("b"));
  CHECK(pods.overdue == std::vector<std::string>{"a"});
}

TEST_CASE("a selector reads as Go prints it") {
  const auto text = [](std::string_view yaml) {
    return selector_in_go(doc::parse_yaml(yaml)->front().value);
  };
  CHECK(text("{matchLabels: {app: web, tier: front}}") ==
        "&LabelSelector{MatchLabels:map[string]string{app: web,tier: front,},"
        "MatchExpressions:[]LabelSelectorRequirement{},}");
  CHECK(text("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}") ==
        "&LabelSelector{MatchLabels:map[string]string{},"
        "MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:app,Operator:In,"
        "Values:[a b],},},}");
}

}  // namespace
}  // namespace rockpool::controllers
