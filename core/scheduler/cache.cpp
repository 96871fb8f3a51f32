// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/cache.h"

#include <algorithm>

#include "core/api/views/node.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

// Where counts are found by which a Pod with that label may be affected. A selector that demands no
// particular label is filed under the empty one, which no Pod has.
std::string label_place(const PodCounts& counts) {
  for (const api::LabelSelector::Requirement& requirement : counts.selector.requirements()) {
    const std::string_view key = requirement.key.text();
    if (const std::string* value = counts.selector.required_value(key)) {
      return client::label_index_value(counts.namespace_, key, *value);
    }
  }
  return client::label_index_value(counts.namespace_, {}, {});
}

}  // namespace

NodeIndex Cache::index_of(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  NodeIndex index = 0;
  if (free_.empty()) {
    index = static_cast<NodeIndex>(nodes_.size());
    nodes_.push_back(std::make_unique<NodeInfo>());
  } else {
    index = free_.back();
    free_.pop_back();
    info(index) = NodeInfo{};
  }
  info(index).name = name;
  by_name_.emplace(name, index);
  return index;
}

void Cache::set_node(const doc::Value& object) {
  const api::Node node{object};
  const NodeIndex index = index_of(node.name());
  NodeInfo& target = info(index);
  if (!target.exists || api::Node{target.object}.zone() != node.zone()) order_is_stale_ = true;
  target.exists = true;
  target.object = object;
  topology_.set(index, object);
  target.allocatable = resources_from(node.allocatable());
  target.allowed_pods = node.allocatable("pods").value();
  target.is_unschedulable = node.is_unschedulable();
  target.repels = false;
  target.discourages = false;
  for (const doc::Value& taint : node.taints().items()) {
    const bool only_discourages = taint["effect"_key].as_string() == "PreferNoSchedule";
    (only_discourages ? target.discourages : target.repels) = true;
  }
}

void Cache::remove_node(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  info(found->second).exists = false;
  order_is_stale_ = true;
  release_if_unused(found->second);
}

void Cache::release_if_unused(NodeIndex index) {
  NodeInfo& unused = info(index);
  if (unused.exists || unused.pod_count != 0) return;
  by_name_.erase(unused.name);
  unused.name.clear();
  unused.object = {};
  topology_.set(index, {});
  free_.push_back(index);
}

void Cache::set_pod(const doc::Value& object, std::string_view node_name) {
  const api::ObjectKey key = api::key_of(object);
  const auto present = pods_.find(key);
  PodRecord record{.pod = api::Pod{object},
                   .needs = nullptr,
                   .node = 0,
                   .is_terminating = api::is_being_deleted(object)};
  if (present != pods_.end()) {
    PodRecord& old = present->second;
    // Most updates are of the status, of which only when the Pod started is of interest here. The
    // newest version is also the one that others hold in any case.
    if (info(old.node).name == node_name && old.is_terminating == record.is_terminating &&
        old.pod.labels() == record.pod.labels() && old.pod.uid() == record.pod.uid()) {
      old.pod = record.pod;
      return;
    }
    remove_pod(key);
  }
  record.node = index_of(node_name);
  record.needs = needs_.needs_of(record.pod.spec());
  add_to_node(record, key);
  count(record, 1);
  pods_.emplace(key, std::move(record));
}

void Cache::remove_pod(const api::ObjectKey& key) {
  const auto found = pods_.find(key);
  if (found == pods_.end()) return;
  const PodRecord record = std::move(found->second);
  pods_.erase(found);
  count(record, -1);
  take_from_node(record, key);
  release_if_unused(record.node);
}

void Cache::add_to_node(const PodRecord& record, const api::ObjectKey& key) {
  NodeInfo& node = info(record.node);
  const PodNeeds& needs = *record.needs;
  node.requested += needs.request;
  node.scored_milli_cpu += needs.scored_milli_cpu;
  node.scored_memory += needs.scored_memory;
  ++node.pod_count;
  node.pods.insert(key);
  node.host_ports.insert(node.host_ports.end(), needs.host_ports.begin(), needs.host_ports.end());
  if (needs.requires_anti_affinity) {
    node.anti_affine_pods.insert(key);
    anti_affine_nodes_.insert(record.node);
  }
  if (needs.has_pod_affinity) {
    node.affine_pods.insert(key);
    affine_nodes_.insert(record.node);
  }
}

void Cache::take_from_node(const PodRecord& record, const api::ObjectKey& key) {
  NodeInfo& node = info(record.node);
  const PodNeeds& needs = *record.needs;
  node.requested -= needs.request;
  node.scored_milli_cpu -= needs.scored_milli_cpu;
  node.scored_memory -= needs.scored_memory;
  --node.pod_count;
  node.pods.erase(key);
  for (const HostPort& port : needs.host_ports) {
    const auto open = std::ranges::find_if(node.host_ports, [&](const HostPort& other) {
      return other.ip == port.ip && other.protocol == port.protocol && other.port == port.port;
    });
    if (open != node.host_ports.end()) node.host_ports.erase(open);
  }
  node.anti_affine_pods.erase(key);
  if (node.anti_affine_pods.empty()) anti_affine_nodes_.erase(record.node);
  node.affine_pods.erase(key);
  if (node.affine_pods.empty()) affine_nodes_.erase(record.node);
}

void Cache::clear() {
  nodes_.clear();
  free_.clear();
  by_name_.clear();
  pods_.clear();
  order_is_stale_ = true;
  topology_.clear();
  anti_affine_nodes_.clear();
  affine_nodes_.clear();
  counts_.clear();
  counts_by_label_.clear();
}

const NodeInfo* Cache::find_node(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end() || !node(found->second).exists) return nullptr;
  return &node(found->second);
}

const PodRecord* Cache::find_pod(const api::ObjectKey& key) const {
  const auto found = pods_.find(key);
  return found != pods_.end() ? &found->second : nullptr;
}

const std::vector<NodeIndex>& Cache::order() {
  if (!std::exchange(order_is_stale_, false)) return order_;
  std::map<std::string, std::vector<NodeIndex>, std::less<>> zones;
  for (const auto& [name, index] : by_name_) {
    if (node(index).exists) {
      zones[std::string{api::Node{node(index).object}.zone()}].push_back(index);
    }
  }
  order_.clear();
  for (std::size_t round = 0;; ++round) {
    const std::size_t before = order_.size();
    for (const auto& [zone, members] : zones) {
      if (round < members.size()) order_.push_back(members[round]);
    }
    if (order_.size() == before) return order_;
  }
}

const PodCounts& Cache::counts(const std::string& namespace_, const api::LabelSelector& selector,
                               const std::string& selector_text) {
  const auto [found, is_new] = counts_.try_emplace({namespace_, selector_text});
  PodCounts& result = found->second;
  if (!is_new) return result;
  result.namespace_ = namespace_;
  result.selector = selector;
  fill(result);
  counts_by_label_[label_place(result)].push_back(&result);
  return result;
}

void Cache::trim() {
  topology_.trim();
  if (counts_.size() < kMaxCounts) return;
  counts_.clear();
  counts_by_label_.clear();
}

void Cache::fill(PodCounts& counts) {
  const std::string place = label_place(counts);
  const bool demands_label = place != client::label_index_value(counts.namespace_, {}, {});
  const client::EntrySet& candidates = demands_label
                                           ? pods_informer_.by_label().find(place)
                                           : pods_informer_.by_namespace().find(counts.namespace_);
  for (const client::Entry* entry : candidates) {
    // Only the record knows the node of a Pod that has just been placed.
    if (const PodRecord* record = find_pod(entry->first)) count_in(counts, *record, 1);
  }
}

void Cache::count(const PodRecord& record, std::int32_t sign) {
  if (counts_.empty()) return;
  const std::string_view namespace_ = record.pod.namespace_name();
  const auto count_all = [&](const std::string& place) {
    const auto found = counts_by_label_.find(place);
    if (found == counts_by_label_.end()) return;
    for (PodCounts* counts : found->second) count_in(*counts, record, sign);
  };
  for (const doc::Member& label : record.pod.labels().members()) {
    count_all(client::label_index_value(namespace_, label.key.text(), label.value.as_string()));
  }
  count_all(client::label_index_value(namespace_, {}, {}));
}

void Cache::count_in(PodCounts& counts, const PodRecord& record, std::int32_t sign) {
  if (!counts.selector.matches(record.pod.labels())) return;
  PodCounts::Count& count = counts.by_node[record.node];
  count.all += sign;
  if (!record.is_terminating) count.staying += sign;
  if (count.all <= 0) counts.by_node.erase(record.node);
}

}  // namespace rockpool::scheduler
