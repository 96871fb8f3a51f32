// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/api/views/disruption_budget.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

// What a PodDisruptionBudget's status is to say, as pure functions (pkg/controller/disruption).
namespace rockpool::controllers {

/// A Pod that was let go and is still not being deleted after so long is counted again
/// (DeletionTimeout).
inline constexpr sim::Duration kDeletionTimeout = std::chrono::minutes{2};

/// How many Pods there ought to be, and how many of them must stay healthy.
struct ExpectedPods {
  std::int64_t expected = 0;
  std::int64_t desired_healthy = 0;

  bool operator==(const ExpectedPods&) const = default;
};

/// True if the budget is counted against the scale of the Pods' controllers; a plain minAvailable
/// is not.
bool needs_scale(const api::DisruptionBudget& budget);

/// `selected` is the number of Pods that the budget selects, `scale` what their controllers want in
/// all, if the budget needs that.
ExpectedPods expected_pods(const api::DisruptionBudget& budget, std::int64_t selected,
                           std::int64_t scale);

/// The Pods that the eviction API let go.
struct DisruptedPods {
  /// Those that are still expected to be deleted, as `status.disruptedPods` holds them.
  doc::Value pending = doc::Value::object();
  /// When the first of them will have been expected for too long.
  std::optional<sim::Time> next_deadline;
  /// Those that should have been deleted by now.
  std::vector<std::string> overdue;
};

/// Goes through `status.disruptedPods`. `is_there` tells whether the budget still selects a Pod of
/// that name that is not being deleted.
DisruptedPods disrupted_pods(const api::DisruptionBudget& budget,
                             const std::function<bool(std::string_view name)>& is_there,
                             sim::Time now);

/// The status of a budget of which so many Pods are healthy.
doc::Value disruption_status(const api::DisruptionBudget& budget, const ExpectedPods& pods,
                             std::int64_t healthy, const doc::Value& disrupted, sim::Time now);

/// The status of a budget that could not be counted: nothing may be disrupted.
doc::Value failed_disruption_status(const api::DisruptionBudget& budget, std::string_view why,
                                    sim::Time now);

/// A metav1.LabelSelector as Go prints it in the messages of events:
/// `&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:…{},}`.
std::string selector_in_go(const doc::Value& selector);

}  // namespace rockpool::controllers
