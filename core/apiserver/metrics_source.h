// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::apiserver {

/// What somebody uses of a machine.
struct ResourceUsage {
  /// Billionths of a CPU, on average over the last while.
  std::int64_t cpu_nanocores = 0;
  std::int64_t memory_bytes = 0;

  /// What both use together.
  ResourceUsage& operator+=(const ResourceUsage& other) {
    cpu_nanocores += other.cpu_nanocores;
    memory_bytes += other.memory_bytes;
    return *this;
  }
};

/// What one container uses.
struct ContainerUsage {
  std::string name;
  ResourceUsage usage;
};

/// Where the API server gets what metrics.k8s.io tells: the kubelets.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  /// Over how long the averages are.
  virtual sim::Duration window() const = 0;
  /// What a node uses; nothing if it cannot be reached or runs for less than a window.
  virtual std::optional<ResourceUsage> node_usage(std::string_view node) const = 0;
  /// What a Pod's containers use; empty as long as one of them runs for less than a window, and
  /// once none runs.
  virtual std::vector<ContainerUsage> pod_usage(const doc::Value& pod) const = 0;
};

}  // namespace rockpool::apiserver
