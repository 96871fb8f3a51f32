// SPDX-License-Identifier: Apache-2.0
#include "core/api/views/disruption_budget.h"

namespace rockpool::api {
namespace {

void set_allowed(doc::Value& budget, bool is_allowed, std::string_view reason,
                 std::string_view message, sim::Time now) {
  // A metav1.Condition has a message even if it is empty.
  doc::Value extra = doc::Value::object({{"message"_key, message}});
  if (const std::int64_t observed = DisruptionBudget{budget}.observed_generation(); observed != 0) {
    extra.set("observedGeneration"_key, observed);
  }
  set_condition(budget,
                {.type = "DisruptionAllowed",
                 .status = is_allowed ? "True" : "False",
                 .reason = reason,
                 .message = {},
                 .extra = extra},
                now);
}

}  // namespace

void set_disruption_allowed_condition(doc::Value& budget, sim::Time now) {
  const bool is_allowed = DisruptionBudget{budget}.disruptions_allowed() > 0;
  set_allowed(budget, is_allowed, is_allowed ? "SufficientPods" : "InsufficientPods", {}, now);
}

void set_disruption_failed_condition(doc::Value& budget, std::string_view message, sim::Time now) {
  set_allowed(budget, false, "SyncFailed", message, now);
}

}  // namespace rockpool::api
