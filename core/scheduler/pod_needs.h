// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/views/pod.h"
#include "core/doc/value.h"

namespace rockpool::scheduler {

/// Amounts of resources, in the units the scheduler counts in.
struct Resources {
  /// Thousandths of a CPU.
  std::int64_t milli_cpu = 0;
  /// Bytes.
  std::int64_t memory = 0;
  std::int64_t ephemeral_storage = 0;
  /// Extended resources and huge pages by name, in order of their names.
  std::vector<std::pair<std::string, std::int64_t>> scalars;

  bool operator==(const Resources&) const = default;
  /// Adds and takes away, each resource by itself.
  Resources& operator+=(const Resources& other);
  Resources& operator-=(const Resources& other);
  std::int64_t scalar(std::string_view name) const;
  bool is_zero() const;
};

/// A port that a Pod opens on its node.
struct HostPort {
  /// "0.0.0.0" for all addresses.
  std::string ip;
  std::string protocol;
  std::int64_t port = 0;

  /// True if both cannot be open on the same node.
  bool conflicts_with(const HostPort& other) const;
};

/// What a Pod asks of its node, computed once.
struct PodNeeds {
  Resources request;
  /// With a small amount for each container that asks for nothing, so that such Pods are spread as
  /// well (schedutil.GetNonzeroRequests). For scoring only.
  std::int64_t scored_milli_cpu = 0;
  std::int64_t scored_memory = 0;
  std::vector<HostPort> host_ports;
  /// It names nodes: by nodeSelector or required node affinity; or prefers some.
  bool selects_nodes = false;
  bool prefers_nodes = false;
  /// It has (anti-)affinity to other Pods: required, or any at all.
  bool requires_anti_affinity = false;
  bool has_pod_affinity = false;
};

/// Computes needs; Pods of one template share the result.
class NeedsCache {
 public:
  /// What a Pod of that spec needs.
  std::shared_ptr<const PodNeeds> needs_of(const api::PodSpec& spec);

 private:
  // The cache starts afresh when it holds so many templates.
  static constexpr std::size_t kMaxTemplates = 4096;
  struct Known {
    doc::Value spec;
    std::shared_ptr<const PodNeeds> needs;
  };
  // By the hash of what the needs depend on.
  std::map<std::uint64_t, Known> known_;
};

/// The amounts in an object of quantities, such as a node's status.allocatable. `pods` is left out.
Resources resources_from(const doc::Value& quantities);

}  // namespace rockpool::scheduler
