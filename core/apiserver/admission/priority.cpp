// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "core/apiserver/admission/admission.h"
#include "core/apiserver/writes.h"

// plugin/pkg/admission/priority.
namespace rockpool::apiserver {
namespace {

using doc::Value;

// The class that Pods without one get, or null. Of several, the one with the smallest value.
Value find_default_class(const ServerState& state) {
  Value found;
  state.store.visit(api::ResourceId::priorityclasses, {}, [&](const Value& candidate) {
    if (candidate["globalDefault"_key].as_bool() &&
        (found.is_null() || candidate["value"_key].as_int() < found["value"_key].as_int())) {
      found = candidate;
    }
    return true;
  });
  return found;
}

struct Priority {
  Value class_name;
  std::int64_t value = 0;
  Value preemption_policy = "PreemptLowerPriority";
};

// Empty if the class that the Pod names is not there.
std::optional<Priority> find_priority(const ServerState& state, const Value& class_name) {
  Value found;
  if (class_name.is_empty()) {
    found = find_default_class(state);
    if (found.is_null()) return Priority{};
  } else if (const Value* named =
                 state.store.find(api::ResourceId::priorityclasses, {}, class_name.as_string())) {
    found = *named;
  } else {
    return std::nullopt;
  }
  Priority priority{name_of(found), found["value"_key].as_int()};
  if (const Value& policy = found["preemptionPolicy"_key]; !policy.is_null()) {
    priority.preemption_policy = policy;
  }
  return priority;
}

}  // namespace

api::Result<void> admit_priority(const ServerState& state, Value& pod) {
  const Value& spec = pod["spec"_key];
  const Value& class_name = spec["priorityClassName"_key];
  const std::optional<Priority> priority = find_priority(state, class_name);
  const auto refuse = [&](std::string_view why) {
    return std::unexpected{api::forbidden({"", "pods"}, display_name_of(pod), why)};
  };
  if (!priority) {
    return refuse(fmt::format("no PriorityClass with name {} was found", class_name.as_string()));
  }
  const Value& given = spec["priority"_key];
  if (given.is_integer() && given.as_int() != priority->value) {
    return refuse(fmt::format(
        "the integer value of priority ({}) must not be provided in pod spec; priority admission "
        "controller computed {} from the given PriorityClass name",
        given.as_int(), priority->value));
  }
  const std::string_view policy = spec["preemptionPolicy"_key].as_string();
  if (!policy.empty() && policy != priority->preemption_policy.as_string()) {
    return refuse(fmt::format(
        "the string value of PreemptionPolicy ({}) must not be provided in pod spec; priority "
        "admission controller computed {} from the given PriorityClass name",
        policy, priority->preemption_policy.as_string()));
  }
  Value& edited = pod.edit("spec"_key);
  if (!priority->class_name.is_empty()) edited.set("priorityClassName"_key, priority->class_name);
  edited.set("priority"_key, priority->value);
  if (edited["preemptionPolicy"_key].is_null()) {
    edited.set("preemptionPolicy"_key, priority->preemption_policy);
  }
  return {};
}

api::Result<void> admit_priority_class(const ServerState& state, const Value& priority_class) {
  if (!priority_class["globalDefault"_key].as_bool()) return {};
  const Value present = find_default_class(state);
  if (present.is_null() || name_of(present) == name_of(priority_class)) return {};
  return std::unexpected{api::forbidden(
      {"scheduling.k8s.io", "priorityclasses"}, name_of(priority_class),
      fmt::format("PriorityClass {} is already marked as default. Only one default can exist",
                  name_of(present)))};
}

}  // namespace rockpool::apiserver
