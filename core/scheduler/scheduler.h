// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/apiserver.h"
#include "core/client/event_recorder.h"
#include "core/client/informer.h"
#include "core/scheduler/cache.h"
#include "core/scheduler/filters.h"
#include "core/scheduler/fit_error.h"
#include "core/scheduler/queue.h"
#include "core/sim/loop.h"
#include "core/sim/random.h"

namespace rockpool::scheduler {

/// How many nodes that can take a Pod are enough to choose among, of so many nodes: all of a small
/// cluster, and a share of a large one that shrinks with its size (numFeasibleNodesToFind).
std::int64_t enough_candidates(std::int64_t node_count);

/// Finds a node for each Pod that has none and names no other scheduler: filters, scores, binds
/// (kube-scheduler with its default profile). Each Pod is an event of the loop of its own.
class Scheduler {
 public:
  static constexpr std::string_view kName = "default-scheduler";

  /// All arguments but `random` must outlive the scheduler.
  Scheduler(sim::Loop& loop, apiserver::ApiServer& api, client::Informers& informers,
            sim::Random random);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler() { stop(); }

  /// Lists nodes and Pods and begins to place those that have no node. Requires that it does not
  /// run.
  void start();
  /// Forgets everything and does nothing until `start`.
  void stop();

 private:
  void on_node(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);
  void on_bound_pod(const doc::Value* before, const doc::Value& after);
  void on_waiting_pod(const doc::Value* before, const doc::Value& after);
  void on_room(std::string_view node_name);
  void on_neighbours();

  void wake();
  void schedule_next();
  void schedule(const api::ObjectKey& key, const doc::Value& pod);
  std::vector<NodeIndex> find_candidates(const Filters& filters);
  NodeIndex choose(const Filters& filters, const std::vector<NodeIndex>& candidates);
  void bind(const doc::Value& pod, const NodeInfo& node);
  void report_no_fit(const doc::Value& pod, const Filters& filters);
  void evict(const api::Pod& victim, const doc::Value& preemptor, const std::string& node_name);
  void report_failure(const doc::Value& pod, std::string_view reason, const std::string& message,
                      const std::optional<std::string>& nominated_node);
  void block_by_gates(const doc::Value& pod);

  sim::Loop& loop_;
  apiserver::ApiServer& api_;
  client::Informers& informers_;
  client::Informer& nodes_;
  client::Informer& pods_;
  sim::Random random_;
  client::EventRecorder events_;
  Cache cache_;
  Queue queue_;
  DefaultSpread default_spread_;
  sim::TimerId worker_;
  // Where in the list of nodes the next search begins, so that all nodes have their turn.
  std::size_t next_start_ = 0;
  std::vector<client::Subscription> subscriptions_;
};

}  // namespace rockpool::scheduler
