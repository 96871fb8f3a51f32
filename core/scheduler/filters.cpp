// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/filters.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/node_affinity.h"
#include "core/api/object.h"
#include "core/api/views/node.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

}  // namespace

Filters::Filters(Cache& cache, api::Pod pod, client::Informers& informers, Scope scope)
    : pod_{std::move(pod)},
      needs_{cache.needs().needs_of(pod_.spec())},
      claims_{pod_, informers},
      asks_for_nothing_{needs_->request.is_zero()} {
  if (scope == Scope::single_nodes) return;
  if (pod_.spec().topology_spread_constraints().size() != 0) spread_ = SpreadFilter{cache, pod_};
  if (needs_->has_pod_affinity || !cache.anti_affine_nodes().empty()) {
    affinity_ = AffinityFilter{cache, pod_, informers};
  }
}

bool Filters::is_cordoned(const NodeInfo& node) const {
  if (!node.is_unschedulable) return false;
  const doc::Value taint = doc::Value::object(
      {{"key"_key, "node.kubernetes.io/unschedulable"}, {"effect"_key, "NoSchedule"}});
  return !api::tolerations_tolerate(pod_.spec().tolerations(), taint);
}

const doc::Value& Filters::untolerated_taint(const NodeInfo& node) const {
  return api::find_untolerated_taint(node.object["spec"_key]["taints"_key],
                                     pod_.spec().tolerations(), {"NoSchedule", "NoExecute"});
}

bool Filters::is_not_selected(const NodeInfo& node) const {
  return needs_->selects_nodes &&
         !api::required_node_affinity_matches(pod_.spec().value(), node.object);
}

bool Filters::has_port_conflict(const NodeInfo& node) const {
  return std::ranges::any_of(needs_->host_ports, [&](const HostPort& wanted) {
    return std::ranges::any_of(node.host_ports,
                               [&](const HostPort& open) { return wanted.conflicts_with(open); });
  });
}

bool Filters::has_room(const NodeInfo& node) const {
  const Resources& request = needs_->request;
  if (node.pod_count + 1 > node.allowed_pods) return false;
  if (asks_for_nothing_) return true;
  const auto lacks = [](std::int64_t wanted, std::int64_t capacity, std::int64_t used) {
    return wanted > 0 && wanted > capacity - used;
  };
  if (lacks(request.milli_cpu, node.allocatable.milli_cpu, node.requested.milli_cpu) ||
      lacks(request.memory, node.allocatable.memory, node.requested.memory) ||
      lacks(request.ephemeral_storage, node.allocatable.ephemeral_storage,
            node.requested.ephemeral_storage)) {
    return false;
  }
  return std::ranges::none_of(request.scalars, [&](const auto& scalar) {
    return lacks(scalar.second, node.allocatable.scalar(scalar.first),
                 node.requested.scalar(scalar.first));
  });
}

bool Filters::fits_by_itself(const NodeInfo& node) const {
  return has_room(node) && !is_cordoned(node) &&
         (!node.repels || untolerated_taint(node).is_null()) && !is_not_selected(node) &&
         !has_port_conflict(node) && claims_.objection(node.object).empty();
}

bool Filters::fits(const NodeInfo& node) const {
  return fits_by_itself(node) &&
         (spread_.is_empty() || spread_.judge(node.object) == SpreadFilter::Verdict::fits) &&
         (affinity_.is_empty() || affinity_.judge(node.object) == AffinityFilter::Verdict::fits);
}

Rejection Filters::explain(const NodeInfo& node) const {
  if (is_cordoned(node)) return {{"node(s) were unschedulable"}, false};
  if (const doc::Value& taint = untolerated_taint(node); !taint.is_null()) {
    return {{fmt::format("node(s) had untolerated taint {{{}: {}}}", taint["key"_key].as_string(),
                         taint["value"_key].as_string())},
            false};
  }
  if (is_not_selected(node)) {
    return {{"node(s) didn't match Pod's node affinity/selector"}, false};
  }
  if (has_port_conflict(node)) {
    return {{"node(s) didn't have free ports for the requested pod ports"}, true};
  }
  if (!has_room(node)) return explain_room(node);
  if (const std::string_view objection = claims_.objection(node.object); !objection.empty()) {
    return {{std::string{objection}}, false};
  }
  return explain_neighbours(node);
}

// Every resource that there is not enough of. Where a node has too little even when empty, removing
// Pods does not help.
Rejection Filters::explain_room(const NodeInfo& node) const {
  Rejection rejection;
  if (node.pod_count + 1 > node.allowed_pods) rejection.reasons.emplace_back("Too many pods");
  const auto check = [&](std::string_view name, std::int64_t wanted, std::int64_t capacity,
                         std::int64_t used) {
    if (wanted <= 0 || wanted <= capacity - used) return;
    rejection.reasons.push_back(fmt::format("Insufficient {}", name));
    if (wanted > capacity) rejection.is_resolvable = false;
  };
  const Resources& request = needs_->request;
  check("cpu", request.milli_cpu, node.allocatable.milli_cpu, node.requested.milli_cpu);
  check("memory", request.memory, node.allocatable.memory, node.requested.memory);
  check("ephemeral-storage", request.ephemeral_storage, node.allocatable.ephemeral_storage,
        node.requested.ephemeral_storage);
  for (const auto& [name, wanted] : request.scalars) {
    check(name, wanted, node.allocatable.scalar(name), node.requested.scalar(name));
  }
  return rejection;
}

Rejection Filters::explain_neighbours(const NodeInfo& node) const {
  const auto spread = spread_.judge(node.object);
  if (spread == SpreadFilter::Verdict::lacks_label) {
    return {{"node(s) didn't match pod topology spread constraints (missing required label)"},
            false};
  }
  if (spread == SpreadFilter::Verdict::skewed) {
    return {{"node(s) didn't match pod topology spread constraints"}, true};
  }
  switch (affinity_.judge(node.object)) {
    case AffinityFilter::Verdict::lacks_neighbours:
      return {{"node(s) didn't match pod affinity rules"}, false};
    case AffinityFilter::Verdict::has_bad_neighbours:
      return {{"node(s) didn't match pod anti-affinity rules"}, true};
    default:
      return {{"node(s) didn't satisfy existing pods anti-affinity rules"}, true};
  }
}

}  // namespace rockpool::scheduler
