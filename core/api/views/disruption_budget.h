// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/views/view.h"

namespace rockpool::api {

/// A PodDisruptionBudget.
class DisruptionBudget : public ObjectView {
 public:
  using ObjectView::ObjectView;
  /// A metav1.LabelSelector; null selects nothing.
  const doc::Value& selector() const { return spec_value()["selector"_key]; }
  /// Numbers or percentages; at most one of them is there.
  const doc::Value& min_available() const { return spec_value()["minAvailable"_key]; }
  const doc::Value& max_unavailable() const { return spec_value()["maxUnavailable"_key]; }
  /// Whether Pods that are not ready may be evicted whatever the budget counts.
  bool always_lets_unhealthy_go() const {
    return spec_value()["unhealthyPodEvictionPolicy"_key].as_string() == "AlwaysAllow";
  }
  std::int64_t observed_generation() const { return status("observedGeneration"_key); }
  std::int64_t disruptions_allowed() const { return status("disruptionsAllowed"_key); }
  std::int64_t current_healthy() const { return status("currentHealthy"_key); }
  std::int64_t desired_healthy() const { return status("desiredHealthy"_key); }
  std::int64_t expected_pods() const { return status("expectedPods"_key); }
  /// When each Pod was let go whose deletion the controller has not seen yet, by the Pods' names;
  /// null if there is none.
  const doc::Value& disrupted_pods() const { return status_value()["disruptedPods"_key]; }

 private:
  std::int64_t status(doc::KnownKeyIndex key) const { return status_value()[key].as_int(); }
};

/// Sets the budget's condition DisruptionAllowed to what its status says: SufficientPods or
/// InsufficientPods (pdbhelper.UpdateDisruptionAllowedCondition).
void set_disruption_allowed_condition(doc::Value& budget, sim::Time now);

/// Sets the same condition to False with the reason SyncFailed.
void set_disruption_failed_condition(doc::Value& budget, std::string_view message, sim::Time now);

}  // namespace rockpool::api
