// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/replicaset_plan.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <compare>
#include <tuple>

#include "core/api/object.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

// What decides whether a Pod is deleted before others, computed once for each.
struct Victim {
  api::Pod pod;
  bool assigned = false;
  int phase = 0;
  bool ready = false;
  std::int64_t deletion_cost = 0;
  std::int64_t rank = 0;
  std::optional<sim::Time> ready_since;
  std::int64_t restarts = 0;
  std::int64_t sidecar_restarts = 0;
  std::optional<sim::Time> created;
};

int phase_order(std::string_view phase) {
  if (phase == "Pending") return 0;
  return phase == "Unknown" ? 1 : 2;
}

// Invalid costs count as none (helper.GetDeletionCostFromPodAnnotations).
std::int64_t deletion_cost(const api::Pod& pod) {
  const std::string_view text =
      api::annotation(pod.value(), "controller.kubernetes.io/pod-deletion-cost");
  std::int32_t cost = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cost);
  return error == std::errc{} && end == text.data() + text.size() ? cost : 0;
}

std::int64_t max_restarts(const api::ViewList<api::ContainerStatus>& statuses) {
  std::int64_t most = 0;
  for (const api::ContainerStatus status : statuses) most = std::max(most, status.restart_count());
  return most;
}

Victim judge(api::Pod pod, const std::map<std::string, std::int64_t, std::less<>>& rank_by_node) {
  Victim victim;
  victim.assigned = pod.is_scheduled();
  victim.phase = phase_order(pod.phase());
  victim.ready = pod.is_ready();
  victim.deletion_cost = deletion_cost(pod);
  if (const auto rank = rank_by_node.find(pod.node_name()); rank != rank_by_node.end()) {
    victim.rank = rank->second;
  }
  if (victim.ready) victim.ready_since = available_at(pod, 0);
  victim.restarts = max_restarts(pod.container_statuses());
  victim.sidecar_restarts = max_restarts(pod.init_container_statuses());
  victim.created = api::creation_timestamp(pod.value());
  victim.pod = std::move(pod);
  return victim;
}

// How many times a span can be halved, so that Pods of about the same age compare as equal and the
// choice among them is spread.
int magnitude(sim::Time moment, sim::Time now) {
  const auto span = (now - moment).count();
  return span > 0 ? static_cast<int>(std::bit_width(static_cast<std::uint64_t>(span))) : 0;
}

// Less: the younger goes first; equal magnitudes are decided by uid (logarithmicRankDiff).
std::optional<bool> younger(const std::optional<sim::Time>& left,
                            const std::optional<sim::Time>& right, const Victim& left_victim,
                            const Victim& right_victim, sim::Time now) {
  if (left == right) return std::nullopt;
  // A missing time counts as the newest (afterOrZero).
  if (!left || !right) return !left;
  const int left_magnitude = magnitude(*left, now);
  const int right_magnitude = magnitude(*right, now);
  if (left_magnitude != right_magnitude) return left_magnitude < right_magnitude;
  return left_victim.pod.uid() < right_victim.pod.uid();
}

bool goes_first(const Victim& left, const Victim& right, sim::Time now) {
  const auto first = [](const Victim& victim) {
    // More neighbours go first, so the rank counts backwards.
    return std::tuple{victim.assigned, victim.phase, victim.ready, victim.deletion_cost,
                      -victim.rank};
  };
  const auto order = first(left) <=> first(right);
  if (order != std::strong_ordering::equal) return order == std::strong_ordering::less;
  if (const auto decided = younger(left.ready_since, right.ready_since, left, right, now)) {
    return *decided;
  }
  if (left.restarts != right.restarts) return left.restarts > right.restarts;
  if (left.sidecar_restarts != right.sidecar_restarts) {
    return left.sidecar_restarts > right.sidecar_restarts;
  }
  if (const auto decided = younger(left.created, right.created, left, right, now)) return *decided;
  return left.pod.uid() < right.pod.uid();
}

doc::Value conditions_with_failure(const doc::Value& conditions,
                                   const std::optional<ManageFailure>& failure, sim::Time now) {
  std::vector<doc::Value> kept;
  bool has_failure = false;
  for (const doc::Value& condition : conditions.items()) {
    const bool is_failure = condition["type"_key].as_string() == "ReplicaFailure";
    // The first failure stays as it is for as long as there is one.
    if (is_failure && !failure) continue;
    has_failure = has_failure || is_failure;
    kept.push_back(condition);
  }
  if (failure && !has_failure) {
    kept.push_back(doc::Value::object({{"type"_key, "ReplicaFailure"},
                                       {"status"_key, "True"},
                                       {"lastTransitionTime"_key, api::time_value(now)},
                                       {"reason"_key, failure->reason},
                                       {"message"_key, failure->message}}));
  }
  return kept.empty() ? doc::Value{} : doc::Value::array(std::move(kept));
}

}  // namespace

std::int64_t plan_replicas(const api::ReplicaSet& replica_set, std::int64_t active) {
  return std::clamp(replica_set.replicas() - active, -kBurstReplicas, kBurstReplicas);
}

doc::Value pod_from_template(const api::ReplicaSet& replica_set) {
  const doc::Value& from = replica_set.pod_template()["metadata"_key];
  doc::Value metadata = doc::Value::object({
      {"generateName"_key, std::string{replica_set.name()} + "-"},
      {"ownerReferences"_key,
       doc::Value::array({api::new_controller_reference(replica_set.value()).to_value()})},
  });
  for (const doc::KnownKeyIndex key : {"labels"_key, "annotations"_key, "finalizers"_key}) {
    if (from.contains(key)) metadata.set(key, from[key]);
  }
  return doc::Value::object({{"metadata"_key, std::move(metadata)},
                             {"spec"_key, replica_set.pod_template()["spec"_key]}});
}

std::vector<api::Pod> choose_victims(
    std::vector<api::Pod> pods,
    const std::map<std::string, std::int64_t, std::less<>>& rank_by_node, std::int64_t count,
    sim::Time now) {
  std::vector<Victim> victims;
  victims.reserve(pods.size());
  for (api::Pod& pod : pods) victims.push_back(judge(std::move(pod), rank_by_node));
  // Sorting is of no use if all have to go; the order of the names then tells the story as well.
  if (count < static_cast<std::int64_t>(victims.size())) {
    std::ranges::stable_sort(victims, [now](const Victim& left, const Victim& right) {
      return goes_first(left, right, now);
    });
    victims.resize(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
  }
  std::vector<api::Pod> chosen;
  chosen.reserve(victims.size());
  for (Victim& victim : victims) chosen.push_back(std::move(victim.pod));
  return chosen;
}

std::optional<sim::Time> available_at(const api::Pod& pod, std::int64_t min_ready_seconds) {
  const doc::Value& condition = api::find_condition(pod.value(), "Ready");
  if (condition["status"_key].as_string() != "True") return std::nullopt;
  const auto since = api::read_time(condition["lastTransitionTime"_key]);
  if (!since) return std::nullopt;
  return *since + std::chrono::seconds{min_ready_seconds};
}

doc::Value replica_set_status(const api::ReplicaSet& replica_set, const ReplicaCounts& counts,
                              const std::optional<ManageFailure>& failure, sim::Time now) {
  doc::Value status = doc::Value::object({{"replicas"_key, counts.active}});
  const auto set_unless_zero = [&status](doc::KnownKeyIndex key, std::int64_t number) {
    if (number != 0) status.set(key, number);
  };
  set_unless_zero("fullyLabeledReplicas"_key, counts.fully_labelled);
  set_unless_zero("readyReplicas"_key, counts.ready);
  set_unless_zero("availableReplicas"_key, counts.available);
  set_unless_zero("observedGeneration"_key, replica_set.generation());
  doc::Value conditions = conditions_with_failure(replica_set.conditions(), failure, now);
  if (!conditions.is_null()) status.set("conditions"_key, std::move(conditions));
  return status;
}

}  // namespace rockpool::controllers
