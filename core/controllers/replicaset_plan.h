// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/api/views/workloads.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

// What a ReplicaSet wants, as pure functions.
namespace rockpool::controllers {

/// At most so many Pods are created or deleted in one go (replicaset.BurstReplicas).
inline constexpr std::int64_t kBurstReplicas = 500;

/// The Pods of a ReplicaSet, counted.
struct ReplicaCounts {
  /// Neither finished nor being deleted.
  std::int64_t active = 0;
  /// Of these, with all labels of the template.
  std::int64_t fully_labelled = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;

  bool operator==(const ReplicaCounts&) const = default;
};

/// How many Pods to create (positive) or delete (negative), within one burst.
std::int64_t plan_replicas(const api::ReplicaSet& replica_set, std::int64_t active);

/// A Pod as the template says, owned by the ReplicaSet.
doc::Value pod_from_template(const api::ReplicaSet& replica_set);

/// The Pods to delete when `count` are too many, in order. `rank` says how many active Pods of the
/// same owner share a node with it (ActivePodsWithRanks of pkg/controller): first go Pods without a
/// node, then by phase, readiness, deletion cost, rank, age in powers of two, restarts, and uid.
std::vector<api::Pod> choose_victims(
    std::vector<api::Pod> pods,
    const std::map<std::string, std::int64_t, std::less<>>& rank_by_node, std::int64_t count,
    sim::Time now);

/// The ReplicaSet's status; `failure` is why Pods could not be made or deleted, if so.
struct ManageFailure {
  /// "FailedCreate" or "FailedDelete".
  std::string_view reason;
  std::string message;
};
doc::Value replica_set_status(const api::ReplicaSet& replica_set, const ReplicaCounts& counts,
                              const std::optional<ManageFailure>& failure, sim::Time now);

/// When a ready Pod becomes available; empty if it is not ready. In the past if it is available.
std::optional<sim::Time> available_at(const api::Pod& pod, std::int64_t min_ready_seconds);

}  // namespace rockpool::controllers
