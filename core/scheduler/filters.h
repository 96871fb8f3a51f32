// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/client/informer.h"
#include "core/scheduler/cache.h"
#include "core/scheduler/pod_affinity.h"
#include "core/scheduler/topology_spread.h"
#include "core/scheduler/volume_claims.h"

namespace rockpool::scheduler {

/// Why a node cannot take a Pod: the words of the first plugin that objects.
struct Rejection {
  std::vector<std::string> reasons;
  /// Removing Pods from the node might help (Unschedulable, not UnschedulableAndUnresolvable).
  bool is_resolvable = true;
};

/// How far a Pod's filters look.
enum class Scope {
  whole_cluster,
  /// Only at one node at a time; whether other Pods' places matter is not judged.
  single_nodes,
};

/// Judges nodes for one Pod, as the filter plugins of the default profile do, in their order.
class Filters {
 public:
  Filters(Cache& cache, api::Pod pod, client::Informers& informers,
          Scope scope = Scope::whole_cluster);

  const api::Pod& pod() const { return pod_; }
  const PodNeeds& needs() const { return *needs_; }
  /// Why no node at all can take the Pod, as far as that is known beforehand; empty if some may.
  const std::string& hopeless() const { return claims_.hopeless(); }
  /// True if the node can take the Pod.
  bool fits(const NodeInfo& node) const;
  /// Why the node cannot; requires that it does not fit.
  Rejection explain(const NodeInfo& node) const;

 private:
  bool is_cordoned(const NodeInfo& node) const;
  const doc::Value& untolerated_taint(const NodeInfo& node) const;
  bool is_not_selected(const NodeInfo& node) const;
  bool has_port_conflict(const NodeInfo& node) const;
  bool has_room(const NodeInfo& node) const;
  bool fits_by_itself(const NodeInfo& node) const;
  Rejection explain_room(const NodeInfo& node) const;
  Rejection explain_neighbours(const NodeInfo& node) const;

  api::Pod pod_;
  std::shared_ptr<const PodNeeds> needs_;
  VolumeClaims claims_;
  bool asks_for_nothing_ = false;
  SpreadFilter spread_;
  AffinityFilter affinity_;
};

}  // namespace rockpool::scheduler
