// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/node/eviction_plan.h"
#include "core/node/node_context.h"

namespace rockpool::node {

/// What the eviction manager needs of its kubelet.
class EvictionHost {
 public:
  virtual ~EvictionHost() = default;
  /// What the Pods hold that run and are not being stopped.
  virtual std::vector<PodHoldings> measure_pods() const = 0;
  /// What all of the node's memory and disk is used, in bytes.
  virtual std::int64_t memory_used() const = 0;
  virtual std::int64_t disk_used() const = 0;
  /// Removes images that no Pod uses.
  virtual void remove_unused_images() = 0;
  /// Evicts a Pod; with `for_node` because its node is short of something, and not for a limit of
  /// its own.
  virtual void evict(const doc::Value& pod, const std::string& message, bool for_node) = 0;
  /// True once everything of that Pod has stopped.
  virtual bool is_cleaned_up(std::string_view pod_uid) const = 0;
  /// Records an event about the node.
  virtual void record_event(std::string_view type, std::string_view reason,
                            std::string_view message) = 0;
  /// The node's conditions have changed.
  virtual void on_pressure_changed() = 0;
};

/// Evicts Pods that exceed their limits of local storage, and others while the node is short of
/// memory or disk (pkg/kubelet/eviction). It has a timer only while there is something to measure:
/// Pods with such limits, much that was written, pressure.
class EvictionManager {
 public:
  /// Both must outlive it.
  EvictionManager(NodeContext& node, EvictionHost& host) : node_{node}, host_{host} {}
  EvictionManager(const EvictionManager&) = delete;
  EvictionManager& operator=(const EvictionManager&) = delete;
  ~EvictionManager() { stop(); }

  /// Measures at its next turn, as something may have changed.
  void wake();
  /// The kubelet's process is gone, and what it knew of pressure with it.
  void stop();

  /// Why a Pod may not start while there is pressure; empty if it may.
  std::optional<std::string> refusal(const doc::Value& pod) const;
  /// True if the node has that condition: "MemoryPressure", "DiskPressure".
  bool has(std::string_view condition) const { return conditions_.contains(condition); }

 private:
  void schedule(sim::Duration delay);
  void synchronize();
  // Those met now, and those of the node's conditions that are to be kept up a while longer.
  std::vector<Threshold> observe();
  void update_conditions(const std::vector<Threshold>& met);
  bool evict_for_limits(const std::vector<PodHoldings>& pods);
  void reclaim(const Threshold& threshold, std::vector<PodHoldings> pods);
  void wait_for_cleanup();

  NodeContext& node_;
  EvictionHost& host_;
  sim::TimerId timer_;
  // By condition: when its threshold was last seen to be met.
  std::map<std::string, sim::Time, std::less<>> conditions_;
  // Pods that were evicted and have not stopped yet, and for how long to wait.
  std::vector<doc::Value> evicted_;
  sim::Time cleanup_deadline_{};
};

}  // namespace rockpool::node
