// SPDX-License-Identifier: Apache-2.0
// What the kubelet does for its eviction manager, and what its machine's disk is.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include "core/node/kubelet.h"

namespace rockpool::node {

using namespace doc::literals;

void Kubelet::set_up_disk() {
  const auto capacity = [this] {
    return api::Quantity::parse(context_.options.ephemeral_storage)
        .value_or(api::Quantity{})
        .value();
  };
  context_.disk.capacity = capacity;
  context_.disk.free = [this, capacity] {
    return std::max<std::int64_t>(capacity() - disk_used(), 0);
  };
  context_.disk.note_growth = [this] { eviction_.wake(); };
}

void Kubelet::occupy(std::int64_t memory, std::int64_t disk) {
  other_memory_ = memory;
  other_disk_ = disk;
  if (running_) eviction_.wake();
}

std::vector<PodHoldings> Kubelet::measure_pods() const {
  std::vector<PodHoldings> pods;
  for (const auto& [uid, worker] : workers_) {
    if (!worker->state().terminating) pods.push_back(worker->measure());
  }
  return pods;
}

void Kubelet::remove_unused_images() {
  std::set<std::string> used;
  for (const auto& [uid, worker] : workers_) {
    if (!worker->is_active()) continue;
    for (const auto list : {"containers"_key, "initContainers"_key, "ephemeralContainers"_key}) {
      for (const doc::Value& container : worker->pod()["spec"_key][list].items()) {
        const auto reference = parse_image_reference(container["image"_key].to_string());
        if (reference) used.insert(reference->to_string());
      }
    }
  }
  context_.puller.remove_unused(used);
}

void Kubelet::evict(const doc::Value& pod, const std::string& message, bool for_node) {
  if (PodWorker* worker = find_pod(api::uid(pod))) worker->evict(message, for_node);
}

bool Kubelet::is_cleaned_up(std::string_view pod_uid) const {
  const auto found = workers_.find(pod_uid);
  return found == workers_.end() || !found->second->is_active();
}

void Kubelet::record_event(std::string_view type, std::string_view reason,
                           std::string_view message) {
  if (context_.connected) record_node(reason, message, type);
}

void Kubelet::on_pressure_changed() {
  const NodePressure before =
      std::exchange(pressure_, {eviction_.has("MemoryPressure"), eviction_.has("DiskPressure")});
  const auto tell = [this](bool was, bool is, std::string_view bad, std::string_view good) {
    if (was == is) return;
    const std::string_view state = is ? bad : good;
    record_event("Normal", state, fmt::format("Node {} status is now: {}", node_name(), state));
  };
  tell(before.memory, pressure_.memory, "NodeHasInsufficientMemory", "NodeHasSufficientMemory");
  tell(before.disk, pressure_.disk, "NodeHasDiskPressure", "NodeHasNoDiskPressure");
  if (context_.connected) write_node_status();
}

}  // namespace rockpool::node
