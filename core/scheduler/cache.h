// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/api/selector.h"
#include "core/api/views/pod.h"
#include "core/client/informer.h"
#include "core/scheduler/node_info.h"
#include "core/scheduler/pod_needs.h"
#include "core/scheduler/topology.h"

namespace rockpool::scheduler {

/// A Pod that has, or is about to have, a node.
struct PodRecord {
  api::Pod pod;
  std::shared_ptr<const PodNeeds> needs;
  NodeIndex node = 0;
  bool is_terminating = false;
};

/// How many Pods of one namespace that match one selector there are on each node.
struct PodCounts {
  /// The Pods of one node.
  struct Count {
    std::int32_t all = 0;
    /// Without those being deleted.
    std::int32_t staying = 0;
  };
  std::string namespace_;
  api::LabelSelector selector;
  /// Only nodes that have some.
  std::map<NodeIndex, Count> by_node;
};

/// What the scheduler knows of nodes and of the Pods on them, including those it has just placed
/// and whose binding the informers do not show yet (internal/cache of the scheduler). Everything is
/// kept up to date change by change.
class Cache {
 public:
  /// `pods` finds the Pods for a selector asked for the first time.
  explicit Cache(client::Informer& pods) : pods_informer_{pods} {}

  /// Notes a node as it is now, or that it is gone.
  void set_node(const doc::Value& node);
  void remove_node(std::string_view name);
  /// Notes that a Pod is on a node, as it is now.
  void set_pod(const doc::Value& pod, std::string_view node_name);
  void remove_pod(const api::ObjectKey& key);
  void clear();

  /// What is known, by name; null for what is not there.
  NeedsCache& needs() { return needs_; }
  const NodeInfo* find_node(std::string_view name) const;
  const NodeInfo& node(NodeIndex index) const { return *nodes_[static_cast<std::size_t>(index)]; }
  const PodRecord* find_pod(const api::ObjectKey& key) const;
  /// All indexes of nodes are less than this.
  std::size_t node_limit() const { return nodes_.size(); }
  /// Lets the processor fetch what every filter looks at. To be called a few nodes ahead: in a
  /// large cluster, waiting for memory is most of what looking at a node costs.
  void prefetch(NodeIndex index) const {
    const auto* const start =
        reinterpret_cast<const std::byte*>(nodes_[static_cast<std::size_t>(index)].get());
    for (std::size_t line = 0; line < kLookedAt; line += kCacheLine)
      __builtin_prefetch(start + line);
  }
  /// The nodes that exist, in turn from each zone, so that looking at some of them looks at all
  /// zones.
  const std::vector<NodeIndex>& order();
  /// Nodes that have Pods that refuse certain neighbours.
  const std::set<NodeIndex>& anti_affine_nodes() const { return anti_affine_nodes_; }
  /// Nodes that have Pods with any wish about neighbours.
  const std::set<NodeIndex>& affine_nodes() const { return affine_nodes_; }
  /// Counts the Pods on all nodes; the first question for a selector costs as much as there are
  /// Pods with a label that it demands, later ones nothing. Valid until `trim`, and kept up to
  /// date.
  const PodCounts& counts(const std::string& namespace_, const api::LabelSelector& selector,
                          const std::string& selector_text);
  /// The domains that the nodes' values of a label make. Valid until `trim`, and kept up to date.
  const Domains& domains(std::string_view topology_key) {
    return topology_.domains(topology_key, nodes_);
  }
  /// Forgets counts and domains if there are too many. To be called between the placing of one Pod
  /// and the next.
  void trim();
  const PodCounts& counts(const std::string& namespace_, const api::LabelSelector& selector) {
    return counts(namespace_, selector, selector.to_string());
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  // The part of a NodeInfo that filters and scores look at.
  static constexpr std::size_t kLookedAt = 3 * kCacheLine;
  // The counts start afresh when there are so many selectors.
  static constexpr std::size_t kMaxCounts = 65'536;

  NodeIndex index_of(std::string_view name);
  NodeInfo& info(NodeIndex index) { return *nodes_[static_cast<std::size_t>(index)]; }
  void release_if_unused(NodeIndex index);
  void add_to_node(const PodRecord& record, const api::ObjectKey& key);
  void take_from_node(const PodRecord& record, const api::ObjectKey& key);
  void count(const PodRecord& record, std::int32_t sign);
  void count_in(PodCounts& counts, const PodRecord& record, std::int32_t sign);
  void fill(PodCounts& counts);

  client::Informer& pods_informer_;
  NeedsCache needs_;
  std::vector<std::unique_ptr<NodeInfo>> nodes_;
  std::vector<NodeIndex> free_;
  std::map<std::string, NodeIndex, std::less<>> by_name_;
  std::unordered_map<api::ObjectKey, PodRecord> pods_;
  std::vector<NodeIndex> order_;
  bool order_is_stale_ = true;
  Topology topology_;
  std::set<NodeIndex> anti_affine_nodes_;
  std::set<NodeIndex> affine_nodes_;
  // By namespace and the selector's text.
  std::map<std::pair<std::string, std::string>, PodCounts> counts_;
  // The counts whose selector demands a label, by namespace and label; the others by namespace
  // alone.
  std::map<std::string, std::vector<PodCounts*>, std::less<>> counts_by_label_;
};

}  // namespace rockpool::scheduler
