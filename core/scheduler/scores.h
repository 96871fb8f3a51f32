// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/client/informer.h"
#include "core/scheduler/cache.h"
#include "core/scheduler/topology_spread.h"

namespace rockpool::scheduler {

/// How full a node may become: 100 for an empty one, 0 for a full one, the mean over CPU and memory
/// (NodeResourcesFit, LeastAllocated).
std::int64_t least_allocated_score(const NodeInfo& node, const PodNeeds& needs);
/// How evenly a node's CPU and memory would be used: 100 if equally
/// (NodeResourcesBalancedAllocation).
std::int64_t balanced_allocation_score(const NodeInfo& node, const PodNeeds& needs);

/// The weighted sum of the scores of all scoring plugins of the default profile, for each
/// candidate, in their order.
std::vector<std::int64_t> total_scores(Cache& cache, const api::Pod& pod, const PodNeeds& needs,
                                       client::Informers& informers, DefaultSpread& default_spread,
                                       const std::vector<NodeIndex>& candidates);

}  // namespace rockpool::scheduler
