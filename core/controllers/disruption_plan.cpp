// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/disruption_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace rockpool::controllers {

using namespace doc::literals;

bool needs_scale(const api::DisruptionBudget& budget) {
  return !budget.max_unavailable().is_null() || budget.min_available().is_string();
}

ExpectedPods expected_pods(const api::DisruptionBudget& budget, std::int64_t selected,
                           std::int64_t scale) {
  const auto resolve = [scale](const doc::Value& number) {
    return api::scaled_value(number, scale, api::Rounding::up).value_or(0);
  };
  if (!budget.max_unavailable().is_null()) {
    const std::int64_t desired = scale - resolve(budget.max_unavailable());
    return {.expected = scale, .desired_healthy = std::max<std::int64_t>(desired, 0)};
  }
  if (budget.min_available().is_null()) return {};
  return {.expected = needs_scale(budget) ? scale : selected,
          .desired_healthy = resolve(budget.min_available())};
}

DisruptedPods disrupted_pods(const api::DisruptionBudget& budget,
                             const std::function<bool(std::string_view name)>& is_there,
                             sim::Time now) {
  DisruptedPods result;
  for (const doc::Member& pod : budget.disrupted_pods().members()) {
    const std::string_view name = pod.key.text();
    if (!is_there(name)) continue;
    const sim::Time deadline = api::read_time(pod.value).value_or(sim::Time{}) + kDeletionTimeout;
    if (deadline <= now) {
      result.overdue.emplace_back(name);
      continue;
    }
    result.pending.set(pod.key, pod.value);
    if (!result.next_deadline || deadline < *result.next_deadline) result.next_deadline = deadline;
  }
  return result;
}

doc::Value disruption_status(const api::DisruptionBudget& budget, const ExpectedPods& pods,
                             std::int64_t healthy, const doc::Value& disrupted, sim::Time now) {
  // A budget without Pods allows nothing: the first ones may appear before they are counted.
  const std::int64_t allowed =
      pods.expected <= 0 ? 0 : std::max<std::int64_t>(healthy - pods.desired_healthy, 0);
  doc::Value object = budget.value();
  doc::Value status = doc::Value::object({{"observedGeneration"_key, budget.generation()},
                                          {"disruptionsAllowed"_key, allowed},
                                          {"currentHealthy"_key, healthy},
                                          {"desiredHealthy"_key, pods.desired_healthy},
                                          {"expectedPods"_key, pods.expected}});
  if (disrupted.size() != 0) status.set("disruptedPods"_key, disrupted);
  const doc::Value& conditions = object["status"_key]["conditions"_key];
  if (!conditions.is_null()) status.set("conditions"_key, conditions);
  object.set("status"_key, std::move(status));
  api::set_disruption_allowed_condition(object, now);
  return object["status"_key];
}

doc::Value failed_disruption_status(const api::DisruptionBudget& budget, std::string_view why,
                                    sim::Time now) {
  doc::Value object = budget.value();
  object.edit("status"_key).set("disruptionsAllowed"_key, 0);
  api::set_disruption_failed_condition(object, why, now);
  return object["status"_key];
}

std::string selector_in_go(const doc::Value& selector) {
  if (selector.is_null()) return "nil";
  std::string labels;
  for (const doc::Member& label : selector["matchLabels"_key].members()) {
    labels += fmt::format("{}: {},", label.key.text(), label.value.as_string());
  }
  std::string expressions;
  for (const doc::Value& expression : selector["matchExpressions"_key].items()) {
    std::vector<std::string_view> values;
    for (const doc::Value& value : expression["values"_key].items()) {
      values.push_back(value.as_string());
    }
    expressions += fmt::format("LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
                               expression["key"_key].as_string(),
                               expression["operator"_key].as_string(), fmt::join(values, " "));
  }
  return fmt::format(
      "&LabelSelector{{MatchLabels:map[string]string{{{}}},"
      "MatchExpressions:[]LabelSelectorRequirement{{{}}},}}",
      labels, expressions);
}

}  // namespace rockpool::controllers
