// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/sim/time.h"

namespace rockpool::app {

/// How something fares, as the topology shows it.
enum class Health {
  Ready,     ///< running and serving
  NotReady,  ///< running, but a probe says no
  Starting,  ///< pulling, creating
  Waiting,   ///< without a node
  Failing,   ///< crashing, image missing, lost
  Leaving,   ///< being terminated
  Finished,  ///< ran to its end
  Stopped,   ///< switched off, out of reach
};
/// The word for it.
std::string_view health_name(Health health);

/// Names any object of the API.
struct ObjectRef {
  std::string kind{};
  std::string ns{};  ///< empty for what belongs to no namespace
  std::string name{};

  explicit operator bool() const { return !kind.empty(); }
  friend bool operator==(const ObjectRef&, const ObjectRef&) = default;
};

/// A stable place in a Registry; reused after its object is gone.
using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = UINT32_MAX;

struct PodItem {
  std::string ns{};
  std::string name{};
  std::string uid{};
  std::string node{};    ///< empty until scheduled
  std::string ip{};      ///< empty until started
  std::string status{};  ///< as `kubectl get pods` prints it: Running, CrashLoopBackOff, …
  Health health = Health::Waiting;
  std::string why{};  ///< what keeps it from being ready, in the API's words; empty if nothing does
  std::int32_t ready_containers = 0;
  std::int32_t containers = 0;
  std::int32_t restarts = 0;
  std::string owner_kind{};  ///< of the controlling owner; empty if none
  std::string owner{};
  std::string app{};  ///< groups Pods by colour: the workload's name
  std::vector<std::string> container_names{};
  sim::Time created{};
};

struct NodeItem {
  std::string name{};
  std::string ip{};
  Health health = Health::Ready;
  std::string status{};  ///< Ready, NotReady, Ready,SchedulingDisabled
  bool cordoned = false;
  bool powered = true;        ///< false after the fault "stop node"
  bool proxy_frozen = false;  ///< after the fault "freeze proxy"
  sim::Time created{};
};

struct ServiceItem {
  std::string ns{};
  std::string name{};
  std::string type{};        ///< ClusterIP, NodePort, LoadBalancer, ExternalName
  std::string cluster_ip{};  ///< None for a headless one
  std::string ports{};       ///< 80:30080/TCP → http
  bool headless = false;
  bool has_selector = true;
  /// The Pods behind it, by slot, sorted: those that get requests, and the rest.
  std::vector<Slot> ready{};
  std::vector<Slot> not_ready{};
  /// Endpoints that are no Pods (the API server itself, addresses written by hand), likewise.
  std::size_t ready_others = 0;
  std::size_t not_ready_others = 0;
  sim::Time created{};

  std::size_t ready_count() const { return ready.size() + ready_others; }
  std::size_t not_ready_count() const { return not_ready.size() + not_ready_others; }
};

struct EventItem {
  std::string type{};  ///< Normal, Warning
  std::string reason{};
  std::string message{};
  ObjectRef about{};
  std::int32_t count = 1;
  sim::Time last{};
};

/// Objects of one kind in places that do not move, found by "namespace/name".
template <typename Item>
class Registry {
 public:
  /// The place of `key`, empty if there is none.
  Slot find(std::string_view key) const {
    const auto place = by_key_.find(std::string{key});
    return place == by_key_.end() ? kNoSlot : place->second;
  }
  const Item* get(Slot slot) const {
    return slot < items_.size() && items_[slot] ? &*items_[slot] : nullptr;
  }
  Item* get(Slot slot) { return slot < items_.size() && items_[slot] ? &*items_[slot] : nullptr; }
  const Item* get(std::string_view key) const { return get(find(key)); }

  /// Puts `item` at the place of `key`, new or old.
  Slot put(const std::string& key, Item item) {
    const auto [place, fresh] = by_key_.try_emplace(key, kNoSlot);
    if (fresh) {
      place->second = take_slot();
      ++count_;
    }
    items_[place->second] = std::move(item);
    return place->second;
  }
  /// Forgets `key`; returns its former place.
  Slot remove(std::string_view key) {
    const auto place = by_key_.find(std::string{key});
    if (place == by_key_.end()) return kNoSlot;
    const Slot slot = place->second;
    by_key_.erase(place);
    items_[slot].reset();
    free_.push_back(slot);
    --count_;
    return slot;
  }
  void clear() {
    items_.clear();
    free_.clear();
    by_key_.clear();
    count_ = 0;
  }

  std::size_t count() const { return count_; }
  /// One more than the largest place in use.
  Slot slots() const { return static_cast<Slot>(items_.size()); }
  /// Calls `visit(slot, item)` for each, in order of place.
  template <typename Visit>
  void each(Visit&& visit) const {
    for (Slot slot = 0; slot < items_.size(); ++slot) {
      if (items_[slot]) visit(slot, *items_[slot]);
    }
  }

 private:
  Slot take_slot() {
    if (!free_.empty()) {
      const Slot slot = free_.back();
      free_.pop_back();
      return slot;
    }
    items_.emplace_back();
    return static_cast<Slot>(items_.size() - 1);
  }

  std::vector<std::optional<Item>> items_{};
  std::vector<Slot> free_{};
  std::unordered_map<std::string, Slot> by_key_;
  std::size_t count_ = 0;
};

/// What the application knows of the cluster: kept up to date object by object, read by every view.
struct World {
  /// The most events kept.
  static constexpr std::size_t kMostEvents = 2000;

  Registry<PodItem> pods;
  Registry<NodeItem> nodes;
  Registry<ServiceItem> services;
  /// Newest last.
  std::deque<EventItem> events;

  /// Grows when a Pod, node or Service comes, goes or moves: the topology lays itself out again.
  std::uint64_t structure = 0;
  /// Grows with every change.
  std::uint64_t changes = 0;

  /// Forgets everything.
  void clear();
  /// Adds an event or, if it is a repetition of one there, moves that to the end with its new
  /// count.
  void add_event(EventItem event);
};

/// The key of an object in its registry.
inline std::string key_of_object(std::string_view ns, std::string_view name) {
  std::string key{ns};
  if (!key.empty()) key += '/';
  return key += name;
}

}  // namespace rockpool::app
