// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "core/apiserver/admission/admission.h"
#include "core/apiserver/writes.h"

// plugin/pkg/admission/priority, with the two classes that every cluster has.
namespace rockpool::apiserver {
namespace {

constexpr std::int64_t kSystemClusterCritical = 2'000'000'000;
constexpr std::int64_t kSystemNodeCritical = 2'000'001'000;

std::optional<std::int64_t> find_priority(std::string_view class_name) {
  if (class_name.empty()) return 0;
  if (class_name == "system-cluster-critical") return kSystemClusterCritical;
  if (class_name == "system-node-critical") return kSystemNodeCritical;
  return std::nullopt;
}

}  // namespace

api::Result<void> admit_priority(doc::Value& pod) {
  const doc::Value& spec = pod["spec"_key];
  const std::string_view class_name = spec["priorityClassName"_key].as_string();
  const std::optional<std::int64_t> priority = find_priority(class_name);
  const auto refuse = [&](std::string_view why) {
    return std::unexpected{api::forbidden({"", "pods"}, display_name_of(pod), why)};
  };
  if (!priority) return refuse(fmt::format("no PriorityClass with name {} was found", class_name));
  const doc::Value& given = spec["priority"_key];
  if (given.is_integer() && given.as_int() != *priority) {
    return refuse(fmt::format(
        "the integer value of priority ({}) must not be provided in pod spec; priority admission "
        "controller computed {} from the given PriorityClass name",
        given.as_int(), *priority));
  }
  const std::string_view policy = spec["preemptionPolicy"_key].as_string();
  if (!policy.empty() && policy != "PreemptLowerPriority") {
    return refuse(fmt::format(
        "the string value of PreemptionPolicy ({}) must not be provided in pod spec; priority "
        "admission controller computed PreemptLowerPriority from the given PriorityClass name",
        policy));
  }
  doc::Value& edited = pod.edit("spec"_key);
  edited.set("priority"_key, *priority);
  if (edited["preemptionPolicy"_key].is_null()) {
    edited.set("preemptionPolicy"_key, "PreemptLowerPriority");
  }
  return {};
}

}  // namespace rockpool::apiserver
