// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/topology_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <expected>
#include <utility>

#include "core/api/object.h"
#include "core/api/views/node.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

// The most by which an endpoint may be loaded more than if all were used evenly.
constexpr double kOverloadThreshold = 0.2;

constexpr std::string_view kDisabled = "TopologyAwareHintsDisabled";
constexpr std::string_view kEnabled = "TopologyAwareHintsEnabled";

// How many endpoints a zone should have.
struct Allocation {
  int minimum = 0;
  int maximum = 0;
  double desired = 0;
};
using Allocations = std::map<std::string, Allocation, std::less<>>;

bool is_ready(const doc::Value& endpoint) {
  return endpoint["conditions"_key]["ready"_key].as_bool();
}

std::string zone_of(const doc::Value& endpoint) {
  return endpoint["zone"_key].to_string();
}

const doc::Value& zone_hints(const doc::Value& endpoint) {
  return endpoint["hints"_key]["forZones"_key];
}

int ready_endpoints(const doc::Value& slice) {
  return static_cast<int>(std::ranges::count_if(slice["endpoints"_key].items(), is_ready));
}

// The fewest endpoints that carry that share of the traffic of `count`.
int fewest(double count, double share) {
  return static_cast<int>(std::ceil(count * share * (1 / (1 + kOverloadThreshold))));
}

std::expected<Allocations, std::string> allocate(const ZoneShares& shares, int endpoints) {
  if (shares.empty()) {
    return std::unexpected{
        "Insufficient Node information: allocatable CPU or zone not specified on one or more "
        "nodes"};
  }
  const auto counted = [&](std::string_view what) {
    return fmt::format("{} ({} endpoints, {} zones)", what, endpoints, shares.size());
  };
  if (shares.size() > static_cast<std::size_t>(endpoints)) {
    return std::unexpected{counted("Insufficient number of endpoints")};
  }
  Allocations allocations;
  int left = endpoints;
  for (const auto& [zone, share] : shares) {
    Allocation& allocation = allocations[zone];
    allocation.minimum = fewest(endpoints, share);
    allocation.desired = std::max(share * endpoints, static_cast<double>(allocation.minimum));
    left -= allocation.minimum;
    if (left < 0) {
      return std::unexpected{
          counted("Unable to allocate minimum required endpoints to each zone without exceeding "
                  "overload threshold")};
    }
  }
  for (auto& [zone, allocation] : allocations) allocation.maximum = allocation.minimum + left;
  return allocations;
}

// The zones for which the endpoints of an unchanged slice are hinted, or nothing if the slice has
// to change (getHintsByZone).
std::optional<HintsByZone> usable_hints(const doc::Value& slice, const HintsByZone& so_far,
                                        const Allocations& allocations) {
  HintsByZone hints;
  for (const doc::Value& endpoint : slice["endpoints"_key].items()) {
    if (!is_ready(endpoint)) continue;
    if (zone_hints(endpoint).size() == 0) return {};
    for (const doc::Value& hint : zone_hints(endpoint).items()) {
      ++hints[hint["name"_key].to_string()];
    }
  }
  for (const auto& [zone, count] : hints) {
    const auto allocation = allocations.find(zone);
    const auto others = so_far.find(zone);
    const int taken = others == so_far.end() ? 0 : others->second;
    if (allocation == allocations.end() || count + taken > allocation->second.maximum) return {};
  }
  return hints;
}

// The zone that has most to give or to receive; of equals the first.
std::map<std::string, double>::iterator most(std::map<std::string, double>& zones) {
  return std::ranges::max_element(zones, {}, [](const auto& zone) { return zone.second; });
}

using Moves = std::map<std::string, int>;

// How many endpoints each zone gives to others and receives from others
// (getGivingAndReceivingZones).
std::pair<Moves, Moves> find_moves(const Allocations& allocations, const HintsByZone& hints) {
  std::map<std::string, double> surplus;
  std::map<std::string, double> need;
  for (const auto& [zone, allocation] : allocations) {
    const auto found = hints.find(zone);
    const double count = found == hints.end() ? 0 : found->second;
    if (count > allocation.desired) surplus[zone] = count - allocation.desired;
    if (count < allocation.desired) need[zone] = allocation.desired - count;
  }
  Moves giving;
  Moves receiving;
  while (!surplus.empty() && !need.empty()) {
    const auto from = most(surplus);
    const auto to = most(need);
    const bool is_whole = from->second >= 1 || to->second >= 1;
    if (!is_whole || from->second < 0.5 || to->second < 0.5) break;
    ++giving[from->first];
    ++receiving[to->first];
    --from->second;
    --to->second;
  }
  return {std::move(giving), std::move(receiving)};
}

void set_hint(doc::Value& endpoint, const std::string& zone) {
  endpoint.set(
      "hints"_key,
      doc::Value::object(
          {{"forZones"_key, doc::Value::array({doc::Value::object({{"name"_key, zone}})})}}));
}

// Changes every endpoint of a slice.
template <typename Change>
void for_each_endpoint(doc::Value& slice, const Change& change) {
  doc::Value& endpoints = slice.edit("endpoints"_key);
  for (std::size_t i = 0; i < endpoints.size(); ++i) change(endpoints.edit_at(i));
}

bool has_hints(const doc::Value& slice) {
  return std::ranges::any_of(slice["endpoints"_key].items(), [](const doc::Value& endpoint) {
    return !endpoint["hints"_key].is_null();
  });
}

// The slices of a plan that have one address type.
std::vector<doc::Value*> slices_of(SlicePlan& plan, const std::string& address_type) {
  std::vector<doc::Value*> slices;
  for (std::vector<doc::Value>* const list : {&plan.create, &plan.update}) {
    for (doc::Value& slice : *list) {
      if (slice["addressType"_key].as_string() == address_type) slices.push_back(&slice);
    }
  }
  return slices;
}

HintsResult remove_hints(SlicePlan& plan, const std::vector<doc::Value>& unchanged,
                         const std::string& address_type, std::string_view why) {
  for (const doc::Value& slice : unchanged) {
    if (has_hints(slice)) plan.update.push_back(slice);
  }
  for (doc::Value* const slice : slices_of(plan, address_type)) {
    for_each_endpoint(*slice, [](doc::Value& endpoint) { endpoint.erase("hints"_key); });
  }
  return {{},
          TopologyEvent{true, kDisabled, fmt::format("{}, addressType: {}", why, address_type)}};
}

// Gives every endpoint a hint for its own zone, and then some of them for zones that need more.
void give_hints(const std::vector<doc::Value*>& slices, const Allocations& allocations,
                HintsByZone& hints) {
  for (doc::Value* const slice : slices) {
    for_each_endpoint(*slice, [&](doc::Value& endpoint) {
      endpoint.erase("hints"_key);
      if (!is_ready(endpoint)) return;
      ++hints[zone_of(endpoint)];
      set_hint(endpoint, zone_of(endpoint));
    });
  }
  auto [giving, receiving] = find_moves(allocations, hints);
  for (doc::Value* const slice : slices) {
    for_each_endpoint(*slice, [&](doc::Value& endpoint) {
      const auto from = giving.find(zone_of(endpoint));
      if (!is_ready(endpoint) || from == giving.end() || receiving.empty()) return;
      const auto to = receiving.begin();
      set_hint(endpoint, to->first);
      --hints[from->first];
      ++hints[to->first];
      if (--from->second == 0) giving.erase(from);
      if (--to->second == 0) receiving.erase(to);
    });
  }
}

}  // namespace

bool wants_topology_hints(const api::Service& service) {
  // The older annotation goes first.
  std::string_view mode =
      api::annotation(service.value(), "service.kubernetes.io/topology-aware-hints");
  if (mode.empty()) mode = api::annotation(service.value(), "service.kubernetes.io/topology-mode");
  return mode == "Auto" || mode == "auto";
}

HintsResult add_topology_hints(SlicePlan& plan, const std::vector<doc::Value>& unchanged,
                               const std::string& address_type, const ZoneShares& shares,
                               bool had_hints) {
  int endpoints = 0;
  for (const doc::Value* const slice : slices_of(plan, address_type)) {
    endpoints += ready_endpoints(*slice);
  }
  for (const doc::Value& slice : unchanged) endpoints += ready_endpoints(slice);
  const auto allocations = allocate(shares, endpoints);
  if (!allocations) return remove_hints(plan, unchanged, address_type, allocations.error());
  HintsResult result;
  std::vector<doc::Value> kept;
  for (const doc::Value& slice : unchanged) {
    const auto usable = usable_hints(slice, result.hints, *allocations);
    if (!usable) {
      plan.update.push_back(slice);
      continue;
    }
    for (const auto& [zone, count] : *usable) result.hints[zone] += count;
    kept.push_back(slice);
  }
  const std::vector<doc::Value*> slices = slices_of(plan, address_type);
  for (const doc::Value* const slice : slices) {
    for (const doc::Value& endpoint : (*slice)["endpoints"_key].items()) {
      if (!is_ready(endpoint) || !zone_of(endpoint).empty()) continue;
      return remove_hints(plan, kept, address_type,
                          "One or more endpoints do not have a zone specified");
    }
  }
  give_hints(slices, *allocations, result.hints);
  if (result.hints.empty()) {
    return remove_hints(plan, kept, address_type, "No hints allocated for zones");
  }
  if (!had_hints) {
    result.event = TopologyEvent{
        false, kEnabled,
        fmt::format("Topology Aware Hints has been enabled, addressType: {}", address_type)};
  }
  return result;
}

bool is_overloaded(const HintsByZone& hints, const ZoneShares& shares) {
  if (hints.empty()) return false;
  if (shares.empty()) return true;
  int total = 0;
  for (const auto& [zone, count] : hints) total += count;
  return std::ranges::any_of(shares, [&](const auto& entry) {
    const auto found = hints.find(entry.first);
    return found == hints.end() || found->second < fewest(total, entry.second);
  });
}

ZoneCapacity::Offer ZoneCapacity::offer_of(const doc::Value* node) {
  Offer offer;
  if (node == nullptr) return offer;
  const doc::Value& labels = api::labels(*node);
  const api::Node view{*node};
  const bool is_control_plane = labels.contains("node-role.kubernetes.io/control-plane") ||
                                labels.contains("node-role.kubernetes.io/master");
  if (is_control_plane || !view.is_ready()) return offer;
  offer.counts = true;
  offer.zone = view.zone();
  offer.milli_cpu = view.allocatable("cpu").milli_value();
  return offer;
}

void ZoneCapacity::add(const Offer& offer, std::int64_t sign) {
  if (!offer.counts) return;
  if (offer.zone.empty() || offer.milli_cpu == 0) {
    insufficient_ += sign;
    return;
  }
  auto& [nodes, milli_cpu] = zones_[offer.zone];
  nodes += sign;
  milli_cpu += sign * offer.milli_cpu;
  if (nodes == 0) zones_.erase(offer.zone);
}

bool ZoneCapacity::on_node(const doc::Value* before, const doc::Value* after) {
  const Offer old_offer = offer_of(before);
  const Offer offer = offer_of(after);
  if (old_offer == offer) return false;
  add(old_offer, -1);
  add(offer, 1);
  ZoneShares shares;
  if (insufficient_ == 0 && zones_.size() > 1) {
    std::int64_t total = 0;
    for (const auto& [zone, capacity] : zones_) total += capacity.second;
    for (const auto& [zone, capacity] : zones_) {
      shares[zone] = static_cast<double>(capacity.second) / static_cast<double>(total);
    }
  }
  if (shares == shares_) return false;
  shares_ = std::move(shares);
  return true;
}

}  // namespace rockpool::controllers
