// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/deployment_status.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/object.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

constexpr std::string_view kProgressing = "Progressing";
constexpr std::string_view kReplicaFailure = "ReplicaFailure";
constexpr std::string_view kTimedOut = "ProgressDeadlineExceeded";
constexpr std::string_view kNewReplicaSetAvailable = "NewReplicaSetAvailable";

const doc::Value& condition_of(const doc::Value& status, std::string_view type) {
  const auto conditions = status["conditions"_key].items();
  const auto found = std::ranges::find_if(conditions, [type](const doc::Value& condition) {
    return condition["type"_key].as_string() == type;
  });
  return found != conditions.end() ? *found : status["conditions"_key].at(conditions.size());
}

void remove_condition(doc::Value& status, std::string_view type) {
  std::vector<doc::Value> kept;
  for (const doc::Value& condition : status["conditions"_key].items()) {
    if (condition["type"_key].as_string() != type) kept.push_back(condition);
  }
  if (kept.empty()) {
    status.erase("conditions"_key);
  } else {
    status.set("conditions"_key, doc::Value::array(std::move(kept)));
  }
}

void append_condition(doc::Value& status, const DeploymentCondition& condition,
                      const doc::Value& transition_time, sim::Time now) {
  remove_condition(status, condition.type);
  status.edit("conditions"_key)
      .push_back(doc::Value::object({{"type"_key, condition.type},
                                     {"status"_key, condition.status},
                                     {"lastUpdateTime"_key, api::time_value(now)},
                                     {"lastTransitionTime"_key, transition_time},
                                     {"reason"_key, condition.reason},
                                     {"message"_key, condition.message}}));
}

// `ReplicaSet "x" has timed out progressing.`, or of the Deployment if there is no current
// ReplicaSet.
std::string about(const Rollout& rollout, std::string_view what) {
  if (rollout.current) return fmt::format("ReplicaSet \"{}\" {}", rollout.current->name(), what);
  return fmt::format("Deployment \"{}\" {}", rollout.deployment.name(), what);
}

// The Pods of old templates that are still there.
std::int64_t old_pods(const doc::Value& status) {
  return status["replicas"_key].as_int() - status["updatedReplicas"_key].as_int();
}

bool is_progressing(const doc::Value& before, const doc::Value& status) {
  const auto grew = [&](doc::KnownKeyIndex key) {
    return status[key].as_int() > before[key].as_int();
  };
  return grew("updatedReplicas"_key) || old_pods(status) < old_pods(before) ||
         grew("readyReplicas"_key) || grew("availableReplicas"_key);
}

bool has_timed_out(const api::Deployment& deployment, const doc::Value& status, sim::Time now) {
  const doc::Value& condition = condition_of(status, kProgressing);
  if (condition.is_null()) return false;
  const std::string_view reason = condition["reason"_key].as_string();
  // A finished rollout cannot time out; one that has timed out stays so until it moves.
  if (reason == kNewReplicaSetAvailable) return false;
  if (reason == kTimedOut) return true;
  const auto since = api::read_time(condition["lastUpdateTime"_key]);
  const std::chrono::seconds deadline{deployment.progress_deadline_seconds()};
  return since && *since + deadline < now;
}

void judge_progress(const Rollout& rollout, doc::Value& status, sim::Time now) {
  const doc::Value& before = rollout.deployment.value()["status"_key];
  const doc::Value present = condition_of(before, kProgressing);
  const bool was_complete =
      status["replicas"_key].as_int() == status["updatedReplicas"_key].as_int() &&
      present["reason"_key].as_string() == kNewReplicaSetAvailable;
  if (was_complete) return;
  if (is_complete(rollout.deployment, status)) {
    set_deployment_condition(status,
                             {kProgressing, "True", kNewReplicaSetAvailable,
                              about(rollout, "has successfully progressed.")},
                             now);
  } else if (is_progressing(before, status)) {
    // Every step restarts the clock of the deadline, so this replaces a condition of the same
    // reason.
    const bool was_true = present["status"_key].as_string() == "True";
    append_condition(status,
                     {kProgressing, "True", "ReplicaSetUpdated", about(rollout, "is progressing.")},
                     was_true ? present["lastTransitionTime"_key] : api::time_value(now), now);
  } else if (has_timed_out(rollout.deployment, status, now)) {
    set_deployment_condition(
        status, {kProgressing, "False", kTimedOut, about(rollout, "has timed out progressing.")},
        now);
  }
}

// The current ReplicaSet's failure to make Pods, or else any ReplicaSet's.
void copy_failure(const Rollout& rollout, doc::Value& status, sim::Time now) {
  std::vector<api::ReplicaSet> candidates = rollout.all();
  std::ranges::reverse(candidates);
  for (const api::ReplicaSet& replica_set : candidates) {
    const doc::Value& failure = api::find_condition(replica_set.value(), kReplicaFailure);
    if (failure.is_null()) continue;
    set_deployment_condition(
        status,
        {kReplicaFailure, failure["status"_key].as_string(), failure["reason"_key].as_string(),
         failure["message"_key].to_string()},
        now);
    return;
  }
  remove_condition(status, kReplicaFailure);
}

}  // namespace

bool set_deployment_condition(doc::Value& status, const DeploymentCondition& condition,
                              sim::Time now) {
  const doc::Value present = condition_of(status, condition.type);
  const bool same_status = present["status"_key].as_string() == condition.status;
  if (same_status && present["reason"_key].as_string() == condition.reason) return false;
  append_condition(status, condition,
                   same_status ? present["lastTransitionTime"_key] : api::time_value(now), now);
  return true;
}

bool has_progress_deadline(const api::Deployment& deployment) {
  const doc::Value& seconds = deployment.value()["spec"_key]["progressDeadlineSeconds"_key];
  // The largest int32 means never.
  return seconds.is_integer() && seconds.as_int() != INT32_MAX;
}

doc::Value plain_deployment_status(const Rollout& rollout, sim::Time now) {
  const api::Deployment& deployment = rollout.deployment;
  const std::vector<api::ReplicaSet> all = rollout.all();
  std::int64_t ready = 0;
  for (const api::ReplicaSet& replica_set : all) ready += replica_set.ready_replicas();
  const std::int64_t available = total_available(all);
  const std::int64_t unavailable = std::max<std::int64_t>(total_replicas(all) - available, 0);

  doc::Value status = doc::Value::object();
  const auto set_unless_zero = [&status](doc::KnownKeyIndex key, std::int64_t number) {
    if (number != 0) status.set(key, number);
  };
  set_unless_zero("observedGeneration"_key, deployment.generation());
  set_unless_zero("replicas"_key, total_status_replicas(all));
  set_unless_zero("updatedReplicas"_key, rollout.current ? rollout.current->status_replicas() : 0);
  set_unless_zero("readyReplicas"_key, ready);
  set_unless_zero("availableReplicas"_key, available);
  set_unless_zero("unavailableReplicas"_key, unavailable);
  if (deployment.collision_count() >= 0) {
    status.set("collisionCount"_key, deployment.collision_count());
  }
  if (deployment.conditions().size() != 0) status.set("conditions"_key, deployment.conditions());

  if (available >= deployment.replicas() - max_unavailable(deployment)) {
    set_deployment_condition(
        status,
        {"Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."},
        now);
  } else {
    set_deployment_condition(status,
                             {"Available", "False", "MinimumReplicasUnavailable",
                              "Deployment does not have minimum availability."},
                             now);
  }
  return status;
}

doc::Value rollout_status(const Rollout& rollout, sim::Time now) {
  doc::Value status = plain_deployment_status(rollout, now);
  if (has_progress_deadline(rollout.deployment)) {
    judge_progress(rollout, status, now);
  } else {
    remove_condition(status, kProgressing);
  }
  copy_failure(rollout, status, now);
  return status;
}

doc::Value paused_status(const api::Deployment& deployment, sim::Time now) {
  doc::Value status = deployment.value()["status"_key];
  if (!has_progress_deadline(deployment)) return status;
  const doc::Value present = condition_of(status, kProgressing);
  const std::string_view reason = present["reason"_key].as_string();
  if (reason == kTimedOut) return status;
  const bool says_paused = reason == "DeploymentPaused";
  if (deployment.is_paused() && !says_paused) {
    set_deployment_condition(
        status, {kProgressing, "Unknown", "DeploymentPaused", "Deployment is paused"}, now);
  } else if (!deployment.is_paused() && says_paused) {
    set_deployment_condition(
        status, {kProgressing, "Unknown", "DeploymentResumed", "Deployment is resumed"}, now);
  }
  return status;
}

bool is_complete(const api::Deployment& deployment, const doc::Value& status) {
  const std::int64_t wanted = deployment.replicas();
  return status["updatedReplicas"_key].as_int() == wanted &&
         status["replicas"_key].as_int() == wanted &&
         status["availableReplicas"_key].as_int() == wanted &&
         status["observedGeneration"_key].as_int() >= deployment.generation();
}

std::optional<sim::Duration> deadline_check(const api::Deployment& deployment,
                                            const doc::Value& status, sim::Time now) {
  const doc::Value& condition = condition_of(status, kProgressing);
  if (!has_progress_deadline(deployment) || condition.is_null() ||
      is_complete(deployment, status) || condition["reason"_key].as_string() == kTimedOut) {
    return std::nullopt;
  }
  const auto since = api::read_time(condition["lastUpdateTime"_key]);
  if (!since) return std::nullopt;
  const std::chrono::seconds deadline{deployment.progress_deadline_seconds()};
  // One second more, because times are kept in whole seconds.
  const sim::Duration left = *since + deadline - now + std::chrono::seconds{1};
  return std::max<sim::Duration>(left, std::chrono::seconds{1});
}

}  // namespace rockpool::controllers
