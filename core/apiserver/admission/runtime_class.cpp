// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/api/object.h"
#include "core/api/quantity.h"
#include "core/apiserver/admission/admission.h"
#include "core/apiserver/writes.h"

// plugin/pkg/admission/runtimeclass; tolerations are merged as pkg/util/tolerations does.
namespace rockpool::apiserver {
namespace {

using doc::Value;

bool same_resources(const Value& one, const Value& other) {
  if (one.size() != other.size()) return false;
  return std::ranges::all_of(one.members(), [&](const auto& member) {
    const Value& there = other[member.key];
    const auto left = api::Quantity::parse(member.value.to_string());
    const auto right = api::Quantity::parse(there.to_string());
    return !there.is_null() && left && right && *left == *right;
  });
}

// Whether whatever `narrow` tolerates `wide` tolerates too, for at least as long.
bool covers(const Value& wide, const Value& narrow) {
  if (wide == narrow) return true;
  const bool exists = wide["operator"_key].as_string() == "Exists";
  const bool any_key = wide["key"_key].is_empty() && exists;
  if (!any_key && wide["key"_key].as_string() != narrow["key"_key].as_string()) return false;
  const std::string_view effect = wide["effect"_key].as_string();
  if (!effect.empty() && effect != narrow["effect"_key].as_string()) return false;
  constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
  if (effect == "NoExecute" && narrow["tolerationSeconds"_key].as_int(kForever) >
                                   wide["tolerationSeconds"_key].as_int(kForever)) {
    return false;
  }
  return exists || (narrow["operator"_key].as_string() == "Equal" &&
                    wide["value"_key].as_string() == narrow["value"_key].as_string());
}

Value merge_tolerations(const Value& first, const Value& second) {
  std::vector<Value> all;
  for (const Value& toleration : first.items()) all.push_back(toleration);
  for (const Value& toleration : second.items()) all.push_back(toleration);
  Value merged = Value::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto covers_it = [&](const Value& other) { return covers(other, all[i]); };
    const bool covered_before = std::ranges::any_of(merged.items(), covers_it);
    const bool covered_later =
        std::any_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
                    [&](const Value& other) { return other != all[i] && covers_it(other); });
    if (!covered_before && !covered_later) merged.push_back(all[i]);
  }
  return merged;
}

// The reason why the class cannot have its way about nodes, or "".
std::string apply_scheduling(const Value& scheduling, Value& spec) {
  for (const auto& member : scheduling["nodeSelector"_key].members()) {
    const Value& own = spec["nodeSelector"_key][member.key];
    if (own.is_null() || own == member.value) continue;
    return fmt::format(
        "conflict: runtimeClass.scheduling.nodeSelector[{0}] = {1}; pod.spec.nodeSelector[{0}] = "
        "{2}",
        member.key.text(), member.value.as_string(), own.as_string());
  }
  for (const auto& member : scheduling["nodeSelector"_key].members()) {
    spec.edit("nodeSelector"_key).set(member.key, member.value);
  }
  const Value& tolerations = scheduling["tolerations"_key];
  if (tolerations.size() + spec["tolerations"_key].size() > 0) {
    spec.set("tolerations"_key, merge_tolerations(spec["tolerations"_key], tolerations));
  }
  return {};
}

}  // namespace

api::Result<void> admit_runtime_class(const ServerState& state, Value& pod) {
  const Value& name = pod["spec"_key]["runtimeClassName"_key];
  const Value& own_overhead = pod["spec"_key]["overhead"_key];
  if (name.is_null() && own_overhead.size() == 0) return {};
  constexpr std::string_view kUndefinedOverhead =
      "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
  const auto refuse = [&](std::string_view why) {
    return std::unexpected{api::forbidden({"", "pods"}, display_name_of(pod), why)};
  };
  if (name.is_null()) return refuse(kUndefinedOverhead);
  const Value* runtime_class =
      state.store.find(api::ResourceId::runtimeclasses, {}, name.as_string());
  if (runtime_class == nullptr) {
    return refuse(fmt::format("pod rejected: RuntimeClass \"{}\" not found", name.as_string()));
  }
  const Value& overhead = (*runtime_class)["overhead"_key]["podFixed"_key];
  if (own_overhead.size() > 0 && overhead.is_null()) return refuse(kUndefinedOverhead);
  if (own_overhead.size() > 0 && !same_resources(own_overhead, overhead)) {
    return refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  Value& spec = pod.edit("spec"_key);
  if (!overhead.is_null()) spec.set("overhead"_key, overhead);
  const Value& scheduling = (*runtime_class)["scheduling"_key];
  if (scheduling.is_null()) return {};
  if (const std::string conflict = apply_scheduling(scheduling, spec); !conflict.empty()) {
    return refuse(conflict);
  }
  return {};
}

}  // namespace rockpool::apiserver
