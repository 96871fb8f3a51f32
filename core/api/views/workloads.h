// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/views/pod.h"
#include "core/api/views/view.h"

namespace rockpool::api {

/// What ReplicaSets and Deployments have in common.
class Workload : public ObjectView {
 public:
  using ObjectView::ObjectView;
  std::int64_t replicas() const { return spec_value()["replicas"_key].as_int(1); }
  /// A metav1.LabelSelector.
  const doc::Value& selector() const { return spec_value()["selector"_key]; }
  /// A PodTemplateSpec: {metadata, spec}.
  const doc::Value& pod_template() const { return spec_value()["template"_key]; }
  PodSpec pod_spec() const { return PodSpec{pod_template()["spec"_key]}; }
  std::int64_t min_ready_seconds() const { return spec_value()["minReadySeconds"_key].as_int(); }
  std::int64_t observed_generation() const {
    return status_value()["observedGeneration"_key].as_int();
  }
  std::int64_t status_replicas() const { return status_value()["replicas"_key].as_int(); }
  std::int64_t ready_replicas() const { return status_value()["readyReplicas"_key].as_int(); }
  std::int64_t available_replicas() const {
    return status_value()["availableReplicas"_key].as_int();
  }
  const doc::Value& conditions() const { return status_value()["conditions"_key]; }
};

/// A ReplicaSet.
class ReplicaSet : public Workload {
 public:
  using Workload::Workload;
  std::int64_t fully_labeled_replicas() const {
    return status_value()["fullyLabeledReplicas"_key].as_int();
  }
  /// The Deployment's revision it belongs to (annotation deployment.kubernetes.io/revision); 0 if
  /// none.
  std::int64_t revision() const;
};

/// A Deployment.
class Deployment : public Workload {
 public:
  using Workload::Workload;
  /// "RollingUpdate" or "Recreate".
  std::string_view strategy() const {
    return spec_value()["strategy"_key]["type"_key].as_string("RollingUpdate");
  }
  /// Numbers or percentages.
  const doc::Value& max_unavailable() const {
    return spec_value()["strategy"_key]["rollingUpdate"_key]["maxUnavailable"_key];
  }
  const doc::Value& max_surge() const {
    return spec_value()["strategy"_key]["rollingUpdate"_key]["maxSurge"_key];
  }
  bool is_paused() const { return spec_value()["paused"_key].as_bool(); }
  std::int64_t revision_history_limit() const {
    return spec_value()["revisionHistoryLimit"_key].as_int(10);
  }
  std::int64_t progress_deadline_seconds() const {
    return spec_value()["progressDeadlineSeconds"_key].as_int(600);
  }
  std::int64_t updated_replicas() const { return status_value()["updatedReplicas"_key].as_int(); }
  std::int64_t unavailable_replicas() const {
    return status_value()["unavailableReplicas"_key].as_int();
  }
  /// -1 if there has been no collision.
  std::int64_t collision_count() const { return status_value()["collisionCount"_key].as_int(-1); }
  std::int64_t revision() const;
};

}  // namespace rockpool::api
