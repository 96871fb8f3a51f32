// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults/parts.h"

namespace rockpool::api::defaults {

namespace {

constexpr int kCpuUtilization = 80;

Value make_policy(std::string_view type, int value) {
  return Value::object({{"type"_key, type}, {"value"_key, value}, {"periodSeconds"_key, 15}});
}

// Utilization of the CPU that the Pods ask for.
Value default_metric() {
  const Value target =
      Value::object({{"type"_key, "Utilization"}, {"averageUtilization"_key, kCpuUtilization}});
  return Value::object(
      {{"type"_key, "Resource"},
       {"resource"_key, Value::object({{"name"_key, "cpu"}, {"target"_key, target}})}});
}

void default_scale_up(Value& rules) {
  set_default(rules, "stabilizationWindowSeconds"_key, 0);
  set_default(rules, "selectPolicy"_key, "Max");
  if (rules["policies"_key].size() == 0) {
    rules.set("policies"_key, Value::array({make_policy("Pods", 4), make_policy("Percent", 100)}));
  }
}

void default_scale_down(Value& rules) {
  set_default(rules, "selectPolicy"_key, "Max");
  if (rules["policies"_key].size() == 0) {
    rules.set("policies"_key, Value::array({make_policy("Percent", 100)}));
  }
}

}  // namespace

void apply_to_autoscaler(Value& autoscaler) {
  update(autoscaler, "spec"_key, [](Value& spec) {
    set_default(spec, "minReplicas"_key, 1);
    if (spec["metrics"_key].size() == 0) {
      spec.set("metrics"_key, Value::array({default_metric()}));
    }
    update(spec, "behavior"_key, [](Value& behavior) {
      set_default(behavior, "scaleUp"_key, Value::object());
      set_default(behavior, "scaleDown"_key, Value::object());
      update(behavior, "scaleUp"_key, default_scale_up);
      update(behavior, "scaleDown"_key, default_scale_down);
    });
  });
}

}  // namespace rockpool::api::defaults
