// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/workloads.h"
#include "core/doc/value.h"

// What a Deployment wants of its ReplicaSets, as pure functions (pkg/controller/deployment and its
// util).
namespace rockpool::controllers {

inline constexpr std::string_view kRevisionAnnotation = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistoryAnnotation =
    "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesiredReplicasAnnotation =
    "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kPodTemplateHashLabel = "pod-template-hash";

/// A Deployment and the ReplicaSets that it controls.
struct Rollout {
  api::Deployment deployment;
  /// The ReplicaSet of the present template, if there is one.
  std::optional<api::ReplicaSet> current;
  /// All others, oldest first.
  std::vector<api::ReplicaSet> old;

  /// The old ones and the current one, oldest first.
  std::vector<api::ReplicaSet> all() const;
};

/// The size that a ReplicaSet is to have. It may be the one it has; what is noted on it may then
/// still be out of date.
struct Resize {
  api::ReplicaSet replica_set;
  std::int64_t replicas = 0;
};

/// Sorts ReplicaSets into the current one and the others. `replica_sets` may come in any order.
Rollout make_rollout(const api::Deployment& deployment, std::vector<api::ReplicaSet> replica_sets);

/// By how many Pods a rolling update may exceed, and fall short of, the wanted number; 0 for other
/// strategies. Percentages are rounded up and down; both cannot be 0.
std::int64_t max_surge(const api::Deployment& deployment);
std::int64_t max_unavailable(const api::Deployment& deployment);

/// The Pods that ReplicaSets want, have, and have available, in all.
std::int64_t total_replicas(const std::vector<api::ReplicaSet>& replica_sets);
std::int64_t total_status_replicas(const std::vector<api::ReplicaSet>& replica_sets);
std::int64_t total_available(const std::vector<api::ReplicaSet>& replica_sets);

/// The ReplicaSet that would carry out the present template: named after the template's hash, with
/// as many replicas as the strategy allows at first.
doc::Value new_replica_set(const Rollout& rollout);
/// True if both templates are the same but for the label pod-template-hash.
bool is_same_template(const doc::Value& left, const doc::Value& right);

/// True if `spec.replicas` has changed since the ReplicaSets were last sized.
bool is_scaling_event(const Rollout& rollout);
/// New sizes after `spec.replicas` changed or while paused: an only ReplicaSet takes all; during a
/// rolling update each takes its share of the difference, the largest what is left over.
std::vector<Resize> plan_scale(const Rollout& rollout);

/// The size of the current ReplicaSet in the next step of a rollout.
std::int64_t plan_current(const Rollout& rollout);
/// New sizes of the old ReplicaSets in the next step of a rolling update: first those Pods go that
/// are not available anyway, then as many available ones as can be spared.
std::vector<Resize> plan_old(const Rollout& rollout);

/// The old ReplicaSets beyond revisionHistoryLimit that have run empty, oldest revision first.
std::vector<api::ReplicaSet> plan_cleanup(const Rollout& rollout);

/// The revision annotation of an object; 0 if it has none.
std::int64_t revision_of(const doc::Value& object);
/// The revision that the current ReplicaSet should carry: one more than all others.
std::int64_t next_revision(const Rollout& rollout);
/// Puts the Deployment's annotations and a revision on a ReplicaSet; a revision never goes down.
/// A new ReplicaSet also notes the wanted and largest number of replicas. Returns whether anything
/// changed.
bool annotate_replica_set(const api::Deployment& deployment, doc::Value& replica_set,
                          std::int64_t revision, bool is_new);
/// Notes the wanted and largest number of replicas on a ReplicaSet; returns whether anything
/// changed.
bool annotate_replicas(const api::Deployment& deployment, doc::Value& replica_set);

}  // namespace rockpool::controllers
