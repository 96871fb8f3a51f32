// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/scores.h"

#include <algorithm>
#include <cmath>

#include "core/api/node_affinity.h"
#include "core/scheduler/pod_affinity.h"
#include "core/scheduler/topology_spread.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

constexpr std::int64_t kMaxScore = 100;

// The weights of the default profile (apis/config/v1/default_plugins.go).
constexpr std::int64_t kTaintWeight = 3;
constexpr std::int64_t kNodeAffinityWeight = 2;
constexpr std::int64_t kSpreadWeight = 2;
constexpr std::int64_t kPodAffinityWeight = 2;

enum class Order { higher_is_better, lower_is_better };

// Scales raw scores to 0…100 by the largest (helper.DefaultNormalizeScore).
void normalize(std::vector<std::int64_t>& scores, Order order) {
  const std::int64_t largest = scores.empty() ? 0 : std::ranges::max(scores);
  for (std::int64_t& score : scores) {
    score = largest == 0 ? 0 : kMaxScore * score / largest;
    if (order == Order::lower_is_better) score = kMaxScore - score;
  }
}

std::int64_t free_share(std::int64_t capacity, std::int64_t used) {
  return capacity == 0 || used > capacity ? 0 : (capacity - used) * kMaxScore / capacity;
}

// Taints that only discourage, and that the Pod does not tolerate.
std::int64_t discouraging_taints(const NodeInfo& node, const api::Pod& pod) {
  if (!node.discourages) return 0;
  std::int64_t count = 0;
  for (const doc::Value& taint : node.object["spec"_key]["taints"_key].items()) {
    if (taint["effect"_key].as_string() == "PreferNoSchedule" &&
        !api::tolerations_tolerate(pod.spec().tolerations(), taint)) {
      ++count;
    }
  }
  return count;
}

void add_weighted(std::vector<std::int64_t>& totals, const std::vector<std::int64_t>& scores,
                  std::int64_t weight) {
  for (std::size_t index = 0; index < scores.size(); ++index) {
    totals[index] += weight * scores[index];
  }
}

}  // namespace

std::int64_t least_allocated_score(const NodeInfo& node, const PodNeeds& needs) {
  std::int64_t sum = 0;
  std::int64_t resources = 0;
  const auto add = [&](std::int64_t capacity, std::int64_t used) {
    if (capacity == 0) return;
    sum += free_share(capacity, used);
    ++resources;
  };
  add(node.allocatable.milli_cpu, node.scored_milli_cpu + needs.scored_milli_cpu);
  add(node.allocatable.memory, node.scored_memory + needs.scored_memory);
  return resources == 0 ? 0 : sum / resources;
}

std::int64_t balanced_allocation_score(const NodeInfo& node, const PodNeeds& needs) {
  const auto used_share = [](std::int64_t used, std::int64_t capacity) {
    return std::min(static_cast<double>(used) / static_cast<double>(capacity), 1.0);
  };
  // A resource that the node has none of does not count, and a single one is always in balance.
  if (node.allocatable.milli_cpu == 0 || node.allocatable.memory == 0) return kMaxScore;
  const double cpu =
      used_share(node.requested.milli_cpu + needs.request.milli_cpu, node.allocatable.milli_cpu);
  const double memory =
      used_share(node.requested.memory + needs.request.memory, node.allocatable.memory);
  // The standard deviation of two numbers is half their distance.
  return static_cast<std::int64_t>((1 - std::abs(cpu - memory) / 2) *
                                   static_cast<double>(kMaxScore));
}

std::vector<std::int64_t> total_scores(Cache& cache, const api::Pod& pod, const PodNeeds& needs,
                                       client::Informers& informers, DefaultSpread& default_spread,
                                       const std::vector<NodeIndex>& candidates) {
  std::vector<std::int64_t> totals;
  std::vector<std::int64_t> taints;
  std::vector<std::int64_t> preferences;
  // Pods that ask for nothing cannot unbalance anything.
  const bool balances = needs.request.milli_cpu != 0 || needs.request.memory != 0;
  bool discouraged = false;
  totals.reserve(candidates.size());
  taints.reserve(candidates.size());
  for (const NodeIndex index : candidates) {
    const NodeInfo& node = cache.node(index);
    totals.push_back(least_allocated_score(node, needs) +
                     (balances ? balanced_allocation_score(node, needs) : 0));
    taints.push_back(discouraging_taints(node, pod));
    discouraged = discouraged || taints.back() != 0;
    if (needs.prefers_nodes) {
      preferences.push_back(api::preferred_node_affinity_weight(pod.spec().value(), node.object));
    }
  }
  // Where nothing discourages, all nodes get the same for it.
  if (discouraged) {
    normalize(taints, Order::lower_is_better);
    add_weighted(totals, taints, kTaintWeight);
  }
  normalize(preferences, Order::higher_is_better);
  add_weighted(totals, preferences, kNodeAffinityWeight);
  const SpreadScore spread{cache, pod, needs, default_spread, candidates};
  if (!spread.is_empty()) add_weighted(totals, spread.scores(candidates), kSpreadWeight);
  if (needs.has_pod_affinity || !cache.affine_nodes().empty()) {
    add_weighted(totals, affinity_scores(cache, pod, informers, candidates), kPodAffinityWeight);
  }
  return totals;
}

}  // namespace rockpool::scheduler
