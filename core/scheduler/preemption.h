// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/views/pod.h"
#include "core/scheduler/cache.h"
#include "core/scheduler/filters.h"
#include "core/scheduler/fit_error.h"

namespace rockpool::scheduler {

/// Making room for a Pod by removing less important ones (plugin DefaultPreemption).
struct Preemption {
  /// The node on which it costs least, and the Pods that have to go; empty if nothing helps.
  std::optional<std::string> node_name;
  std::vector<api::Pod> victims;
  /// Why nothing helps, for the end of the FitError: `preemption: 0/3 nodes are available: …`.
  std::string explanation;
};

/// Decides for a Pod that fits nowhere. On each node where that could help, Pods of lower priority
/// are imagined away, and as many as possible left after all, the important ones first. The node
/// whose victims matter least is chosen. Where a node refuses the Pod because of other Pods' places
/// (spreading, affinity), nothing is removed.
Preemption plan_preemption(Cache& cache, const Filters& filters);

}  // namespace rockpool::scheduler
