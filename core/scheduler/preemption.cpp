// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/preemption.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/api/object.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

// The Pods of a node that have to go, the most important first.
struct Candidate {
  const NodeInfo* node = nullptr;
  std::vector<const PodRecord*> victims;
};

void take(NodeInfo& node, const PodRecord& record, int sign) {
  const PodNeeds& needs = *record.needs;
  if (sign < 0) {
    node.requested -= needs.request;
    for (const HostPort& port : needs.host_ports) {
      const auto open = std::ranges::find_if(node.host_ports, [&](const HostPort& other) {
        return other.ip == port.ip && other.protocol == port.protocol && other.port == port.port;
      });
      if (open != node.host_ports.end()) node.host_ports.erase(open);
    }
  } else {
    node.requested += needs.request;
    node.host_ports.insert(node.host_ports.end(), needs.host_ports.begin(), needs.host_ports.end());
  }
  node.pod_count += sign;
}

// Higher priority, or the same and longer running (util.MoreImportantPod).
bool is_more_important(const PodRecord* left, const PodRecord* right) {
  const auto rank = [](const PodRecord* record) {
    return std::tuple{-record->pod.spec().priority(), record->pod.start_time(), record->pod.uid()};
  };
  return rank(left) < rank(right);
}

std::vector<const PodRecord*> less_important_pods(const Cache& cache, const NodeInfo& node,
                                                  std::int64_t priority) {
  std::vector<const PodRecord*> pods;
  for (const api::ObjectKey& key : node.pods) {
    const PodRecord* record = cache.find_pod(key);
    if (record->pod.spec().priority() < priority) pods.push_back(record);
  }
  std::ranges::stable_sort(pods, is_more_important);
  return pods;
}

std::optional<Candidate> try_node(const Filters& filters, const NodeInfo& node,
                                  const std::vector<const PodRecord*>& removable) {
  NodeInfo imagined = node;
  for (const PodRecord* record : removable) take(imagined, *record, -1);
  if (!filters.fits(imagined)) return std::nullopt;
  Candidate candidate{.node = &node, .victims = {}};
  for (const PodRecord* record : removable) {
    take(imagined, *record, 1);
    if (filters.fits(imagined)) continue;
    take(imagined, *record, -1);
    candidate.victims.push_back(record);
  }
  return candidate;
}

// Less is better: the highest priority that has to go, their sum, their number, and how long the
// most important one has run (pickOneNodeForPreemption).
bool costs_less(const Candidate& left, const Candidate& right) {
  const auto cost = [](const Candidate& candidate) {
    std::int64_t sum = 0;
    // As upstream, priorities are shifted so that each victim counts even if its priority is
    // negative.
    for (const PodRecord* record : candidate.victims) {
      sum += record->pod.spec().priority() + (std::int64_t{1} << 31);
    }
    const PodRecord* first = candidate.victims.front();
    const auto started = first->pod.start_time();
    return std::tuple{first->pod.spec().priority(), sum, candidate.victims.size(),
                      started ? -started->time_since_epoch().count() : 0};
  };
  return cost(left) < cost(right);
}

}  // namespace

Preemption plan_preemption(Cache& cache, const Filters& filters) {
  const api::Pod& pod = filters.pod();
  if (pod.spec().value()["preemptionPolicy"_key].as_string() == "Never") {
    return {.node_name = {},
            .victims = {},
            .explanation = "preemption: not eligible due to preemptionPolicy=Never."};
  }
  FitError error;
  error.node_count = static_cast<std::int64_t>(cache.order().size());
  std::optional<Candidate> best;
  for (const NodeIndex index : cache.order()) {
    const NodeInfo& node = cache.node(index);
    if (!filters.hopeless().empty() || !filters.explain(node).is_resolvable) {
      ++error.reasons["Preemption is not helpful for scheduling"];
      continue;
    }
    const auto removable = less_important_pods(cache, node, pod.spec().priority());
    if (removable.empty()) {
      ++error.reasons["No preemption victims found for incoming pod"];
      continue;
    }
    auto candidate = try_node(filters, node, removable);
    if (!candidate) {
      for (const std::string& reason : filters.explain(node).reasons) ++error.reasons[reason];
      continue;
    }
    if (!best || costs_less(*candidate, *best)) best = std::move(candidate);
  }
  Preemption result;
  if (!best) {
    result.explanation = "preemption: " + error.message();
    return result;
  }
  result.node_name = best->node->name;
  for (const PodRecord* record : best->victims) result.victims.push_back(record->pod);
  return result;
}

}  // namespace rockpool::scheduler
