// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/doc/value.h"
#include "core/sim/time.h"

// The taints that tell what is wrong with a node, as pure functions (pkg/controller/nodelifecycle).
namespace rockpool::controllers {

inline constexpr std::string_view kNotReadyTaint = "node.kubernetes.io/not-ready";
inline constexpr std::string_view kUnreachableTaint = "node.kubernetes.io/unreachable";

/// A taint of a node; timeAdded is set when it is put on.
struct Taint {
  std::string_view key;
  /// "NoSchedule" or "NoExecute".
  std::string_view effect;

  bool operator==(const Taint&) const = default;
};

/// The node with some taints put on and others taken off; those it has already stay as they are.
doc::Value with_taints(const doc::Value& node, const std::vector<Taint>& add,
                       const std::vector<Taint>& remove, sim::Time now);
/// True if the node has that taint.
bool has_taint(const doc::Value& node, const Taint& taint);

/// The node with exactly those NoSchedule taints that follow from its conditions and
/// spec.unschedulable; taints of other keys stay.
doc::Value with_condition_taints(const doc::Value& node, sim::Time now);

/// The NoExecute taint that the node's Ready condition calls for; empty if it is ready, or if it
/// never said.
std::optional<Taint> eviction_taint(const doc::Value& node);

/// How the nodes of a zone are (ComputeZoneState).
enum class ZoneState { normal, partial_disruption, full_disruption };
/// A zone is partly disrupted if more than two nodes and at least 55 % are down.
ZoneState zone_state(std::int64_t ready, std::int64_t not_ready);

/// The node whose heartbeat has stopped: its conditions become Unknown.
doc::Value with_unknown_conditions(const doc::Value& node, sim::Time now);

/// How long a Pod may stay on a node with those taints (an array of NoExecute taints): zero if it
/// must go at once; empty if it may stay for ever.
std::optional<sim::Duration> toleration_time(const std::vector<doc::Value>& taints,
                                             const doc::Value& tolerations);

}  // namespace rockpool::controllers
