// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"

// Which Pods a kubelet evicts and what it says of them: pure functions of what was measured
// (pkg/kubelet/eviction/helpers.go).
namespace rockpool::node {

/// What one container holds of its node, in bytes.
struct ContainerHoldings {
  std::string name;
  /// Files that it wrote over its image.
  std::int64_t layer = 0;
  std::int64_t logs = 0;
  std::int64_t memory = 0;
};

/// What one Pod holds of its node.
struct PodHoldings {
  /// Never null; must stay as long as this.
  const doc::Value* pod = nullptr;
  std::vector<ContainerHoldings> containers = {};
  /// The bytes in its emptyDir volumes by name, those in memory too.
  std::map<std::string, std::int64_t, std::less<>> empty_dirs = {};

  /// Layers, logs and the volumes that are on disk.
  std::int64_t disk() const;
  /// Of its containers, and the volumes that are in memory.
  std::int64_t memory() const;
};

/// What a node may run out of.
enum class EvictionSignal : std::uint8_t {
  memory_available,
  image_fs_available,
  node_fs_available
};

/// A signal with what is there and what must be left, in bytes.
struct Threshold {
  EvictionSignal signal = EvictionSignal::memory_available;
  std::int64_t available = 0;
  std::int64_t quantity = 0;

  bool is_met() const { return available < quantity; }
};

/// The kubelet's default hard thresholds (memory.available<100Mi, imagefs.available<15%,
/// nodefs.available<10%) for a node with one file system, in the order in which they are served.
std::array<Threshold, 3> make_thresholds(std::int64_t memory_capacity, std::int64_t memory_used,
                                         std::int64_t disk_capacity, std::int64_t disk_used);

/// "memory" or "ephemeral-storage".
std::string_view starved_resource(EvictionSignal signal);
/// "MemoryPressure" or "DiskPressure".
std::string_view pressure_condition(EvictionSignal signal);

/// True if a volume or a container of the Pod has a limit of local storage, so that it must be
/// measured now and then.
bool has_storage_limits(const doc::Value& pod);
/// The message with which a Pod is evicted because it exceeds a limit of its own: the size of an
/// emptyDir, what its containers together or one of them may write. Empty if it exceeds none.
std::optional<std::string> exceeded_storage_limit(const PodHoldings& pod);

/// Puts those first that are evicted first when `resource` is short: who uses more than it asked
/// for, then lower priority, then who exceeds its request by more. Equal ones keep their order.
void rank_for_eviction(std::vector<PodHoldings>& pods, std::string_view resource);
/// What an evicted Pod is told; the threshold is the first one that is met for the resource.
std::string eviction_message(const PodHoldings& pod, const Threshold& threshold);

/// Pods that the system needs are never evicted: priority of 2,000,000,000 or more.
bool is_critical_pod(const doc::Value& pod);

}  // namespace rockpool::node
