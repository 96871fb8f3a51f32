// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/service.h"
#include "core/controllers/service_slices.h"
#include "core/doc/value.h"

// Topology aware routing: the annotation service.kubernetes.io/topology-mode
// (k8s.io/endpointslice/topologycache).
namespace rockpool::controllers {

/// The share that each zone has in the CPU of all nodes; nothing where that cannot be said.
using ZoneShares = std::map<std::string, double, std::less<>>;

/// The nodes that count: ready ones, without the control plane's.
class ZoneCapacity {
 public:
  /// A Node has changed: `before` is null for a new one, `after` for one that is gone. Returns
  /// whether that changes the shares.
  bool on_node(const doc::Value* before, const doc::Value* after);
  /// Empty if a node has no zone or CPU to offer, or if all are in one zone.
  const ZoneShares& shares() const { return shares_; }

 private:
  struct Offer {
    std::string zone;
    std::int64_t milli_cpu = 0;
    bool counts = false;
    friend bool operator==(const Offer&, const Offer&) = default;
  };
  static Offer offer_of(const doc::Value* node);
  void add(const Offer& offer, std::int64_t sign);

  // By zone: how many nodes, and their CPU.
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> zones_;
  // Nodes without a zone or CPU.
  std::int64_t insufficient_ = 0;
  ZoneShares shares_;
};

/// Something to tell about a Service.
struct TopologyEvent {
  bool is_warning = false;
  std::string_view reason;
  std::string message;
};

/// How many of a Service's endpoints are meant for each zone; empty without hints.
using HintsByZone = std::map<std::string, int, std::less<>>;

/// What came of it.
struct HintsResult {
  HintsByZone hints;
  std::optional<TopologyEvent> event;
};

/// True if the Service asks for hints ("Auto" or "auto").
bool wants_topology_hints(const api::Service& service);

/// Gives the ready endpoints of a Service hints in proportion to the zones' shares, so that none is
/// overloaded by more than a fifth, or takes all hints away where that is not possible. `plan`
/// gains an update for each of the `unchanged` slices that has to change for it; slices of other
/// address types stay as they are. `had_hints`: they have hints already.
HintsResult add_topology_hints(SlicePlan& plan, const std::vector<doc::Value>& unchanged,
                               const std::string& address_type, const ZoneShares& shares,
                               bool had_hints);

/// True if some zone has too few endpoints for its share, so that hints must be given anew.
bool is_overloaded(const HintsByZone& hints, const ZoneShares& shares);

}  // namespace rockpool::controllers
