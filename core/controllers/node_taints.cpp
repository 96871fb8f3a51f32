// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_taints.h"

#include <algorithm>
#include <array>

#include "core/api/node_affinity.h"
#include "core/api/object.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kNoSchedule = "NoSchedule";
constexpr std::string_view kNoExecute = "NoExecute";

// From this share of nodes on a zone counts as disrupted (--unhealthy-zone-threshold).
constexpr double kUnhealthyZoneThreshold = 0.55;

// A condition, the status that is bad, and the taint for it.
struct ConditionTaint {
  std::string_view condition;
  std::string_view status;
  std::string_view key;
};
constexpr std::array<ConditionTaint, 6> kConditionTaints = {{
    {"Ready", "False", kNotReadyTaint},
    {"Ready", "Unknown", kUnreachableTaint},
    {"MemoryPressure", "True", "node.kubernetes.io/memory-pressure"},
    {"DiskPressure", "True", "node.kubernetes.io/disk-pressure"},
    {"NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"},
    {"PIDPressure", "True", "node.kubernetes.io/pid-pressure"},
}};
constexpr Taint kUnschedulableTaint = {"node.kubernetes.io/unschedulable", kNoSchedule};

bool is_taint(const doc::Value& value, const Taint& taint) {
  return value["key"_key].as_string() == taint.key &&
         value["effect"_key].as_string() == taint.effect;
}

const doc::Value& taints_of(const doc::Value& node) {
  return node["spec"_key]["taints"_key];
}

}  // namespace

bool has_taint(const doc::Value& node, const Taint& taint) {
  return std::ranges::any_of(taints_of(node).items(),
                             [&](const doc::Value& value) { return is_taint(value, taint); });
}

doc::Value with_taints(const doc::Value& node, const std::vector<Taint>& add,
                       const std::vector<Taint>& remove, sim::Time now) {
  std::vector<doc::Value> taints;
  for (const doc::Value& value : taints_of(node).items()) {
    const bool goes =
        std::ranges::any_of(remove, [&](const Taint& taint) { return is_taint(value, taint); });
    if (!goes) taints.push_back(value);
  }
  bool changed = taints.size() != taints_of(node).size();
  for (const Taint& taint : add) {
    if (has_taint(node, taint)) continue;
    taints.push_back(doc::Value::object({{"key"_key, taint.key},
                                         {"effect"_key, taint.effect},
                                         {"timeAdded"_key, api::time_value(now)}}));
    changed = true;
  }
  if (!changed) return node;
  doc::Value result = node;
  if (taints.empty()) {
    result.edit("spec"_key).erase("taints"_key);
  } else {
    result.edit("spec"_key).set("taints"_key, doc::Value::array(std::move(taints)));
  }
  return result;
}

doc::Value with_condition_taints(const doc::Value& node, sim::Time now) {
  std::vector<Taint> add;
  std::vector<Taint> remove;
  for (const ConditionTaint& entry : kConditionTaints) {
    const bool bad = api::condition_status(node, entry.condition) == entry.status;
    (bad ? add : remove).push_back({entry.key, kNoSchedule});
  }
  const bool cordoned = node["spec"_key]["unschedulable"_key].as_bool();
  (cordoned ? add : remove).push_back(kUnschedulableTaint);
  return with_taints(node, add, remove, now);
}

std::optional<Taint> eviction_taint(const doc::Value& node) {
  const std::string_view ready = api::condition_status(node, "Ready");
  if (ready == "False") return Taint{kNotReadyTaint, kNoExecute};
  if (ready == "Unknown") return Taint{kUnreachableTaint, kNoExecute};
  return std::nullopt;
}

ZoneState zone_state(std::int64_t ready, std::int64_t not_ready) {
  if (ready == 0 && not_ready > 0) return ZoneState::full_disruption;
  const double share = static_cast<double>(not_ready) /
                       static_cast<double>(std::max<std::int64_t>(ready + not_ready, 1));
  return not_ready > 2 && share >= kUnhealthyZoneThreshold ? ZoneState::partial_disruption
                                                           : ZoneState::normal;
}

doc::Value with_unknown_conditions(const doc::Value& node, sim::Time now) {
  doc::Value result = node;
  for (const std::string_view type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
    const doc::Value& present = api::find_condition(node, type);
    if (present["status"_key].as_string() == "Unknown") continue;
    if (present.is_null()) {
      const auto created = api::creation_timestamp(node);
      api::set_condition(result,
                         {.type = type,
                          .status = "Unknown",
                          .reason = "NodeStatusNeverUpdated",
                          .message = "Kubelet never posted node status.",
                          .extra = doc::Value::object(
                              {{"lastHeartbeatTime"_key, api::time_value(created.value_or(now))}})},
                         now);
    } else {
      api::set_condition(result,
                         {.type = type,
                          .status = "Unknown",
                          .reason = "NodeStatusUnknown",
                          .message = "Kubelet stopped posting node status.",
                          .extra = doc::Value::object(
                              {{"lastHeartbeatTime"_key, present["lastHeartbeatTime"_key]}})},
                         now);
    }
  }
  return result;
}

std::optional<sim::Duration> toleration_time(const std::vector<doc::Value>& taints,
                                             const doc::Value& tolerations) {
  std::optional<sim::Duration> shortest;
  for (const doc::Value& taint : taints) {
    const auto list = tolerations.items();
    const auto found = std::ranges::find_if(
        list, [&](const doc::Value& toleration) { return api::tolerates(toleration, taint); });
    if (found == list.end()) return sim::Duration{0};
    const doc::Value& seconds = (*found)["tolerationSeconds"_key];
    if (!seconds.is_integer()) continue;
    const sim::Duration time = std::chrono::seconds{std::max<std::int64_t>(seconds.as_int(), 0)};
    shortest = shortest ? std::min(*shortest, time) : time;
  }
  return shortest;
}

}  // namespace rockpool::controllers
