// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/node_lifecycle.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/api/pod_condition.h"
#include "core/api/views/cluster_objects.h"
#include "core/api/views/node.h"
#include "core/api/views/pod.h"
#include "core/client/event_recorder.h"
#include "core/client/pods_by_node.h"
#include "core/client/work_queue.h"
#include "core/controllers/node_taints.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr auto kNodes = api::ResourceId::nodes;
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kLeases = api::ResourceId::leases;
constexpr std::string_view kLeaseNamespace = "kube-node-lease";
constexpr Taint kNotReady = {kNotReadyTaint, "NoExecute"};
constexpr Taint kUnreachable = {kUnreachableTaint, "NoExecute"};

// What is known of one node's health.
struct Health {
  // When the controller last saw a sign of life.
  sim::Time last_sign;
  // The Ready condition as the kubelet set it last; null if it never did.
  doc::Value reported;
  std::string zone;
  bool is_ready = false;
  // It waits for its turn to get the taint that evicts its Pods.
  bool is_queued = false;
};

// The nodes of one failure zone.
struct Zone {
  std::int64_t ready = 0;
  std::int64_t not_ready = 0;
  std::deque<std::string> to_evict;
  // The next taint that evicts may be set from then on.
  sim::Time next_turn;
};

class NodeLifecycleController final : public Controller {
 public:
  explicit NodeLifecycleController(const Context& context)
      : context_{context},
        nodes_{context.informers.of(kNodes)},
        leases_{context.informers.of(kLeases)},
        pods_{context.informers.of(kPods)},
        events_{context.loop, context.api, "node-controller"},
        nodes_queue_{context.loop, [this](const std::string& name) { return reconcile(name); }},
        zones_queue_{context.loop, [this](const std::string& name) { return evict_from(name); }} {}

  std::string_view name() const override { return "node-lifecycle-controller"; }

  void start() override {
    started_at_ = context_.loop.now();
    nodes_queue_.start();
    zones_queue_.start();
    subscriptions_.push_back(nodes_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_node(before, after); }));
    subscriptions_.push_back(leases_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_lease(before, after); }));
    for (const auto& [key, object] : nodes_.objects()) on_node(nullptr, &object);
  }

  void stop() override {
    subscriptions_.clear();
    nodes_queue_.stop();
    zones_queue_.stop();
    health_.clear();
    zones_.clear();
    master_disruption_ = false;
  }

 private:
  void on_node(const doc::Value* before, const doc::Value* after);
  void on_lease(const doc::Value* before, const doc::Value* after);
  void forget(const doc::Value& node);
  void count(Health& health, const doc::Value& node);
  void uncount(const Health& health);

  Outcome reconcile(const std::string& name);
  api::Result<doc::Value> judge_silence(const doc::Value& node, Health& health);
  sim::Duration until_next_check(const Health& health) const;
  void mark_pods_not_ready(std::string_view node_name);
  bool taint(const doc::Value& node, Health& health);

  void update_disruption();
  Outcome evict_from(const std::string& zone_name);
  std::optional<sim::Duration> eviction_interval(const Zone& zone) const;
  bool write_taints(const doc::Value& before, doc::Value after);
  void event(std::string_view node_name, std::string_view reason, const std::string& message);

  Context context_;
  client::Informer& nodes_;
  client::Informer& leases_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::WorkQueue<std::string> nodes_queue_;
  client::WorkQueue<std::string> zones_queue_;
  sim::Time started_at_;
  std::map<std::string, Health, std::less<>> health_;
  std::map<std::string, Zone> zones_;
  // Not one node is ready: more likely the control plane is cut off than that all are gone.
  bool master_disruption_ = false;
  std::vector<client::Subscription> subscriptions_;
};

std::string zone_name_of(const doc::Value& node) {
  return fmt::format("{}:{}", api::label(node, "topology.kubernetes.io/region"),
                     api::label(node, "topology.kubernetes.io/zone"));
}

void NodeLifecycleController::on_node(const doc::Value* before, const doc::Value* after) {
  if (after == nullptr) return forget(*before);
  const std::string name{api::name(*after)};
  const auto [entry, is_new] = health_.try_emplace(name);
  Health& health = entry->second;
  const doc::Value& ready = api::find_condition(*after, "Ready");
  if (is_new) {
    event(name, "RegisteredNode",
          fmt::format("Node {} event: Registered Node {} in Controller", name, name));
    health.last_sign = context_.loop.now();
    health.reported = ready;
  } else if (!(ready["lastHeartbeatTime"_key] == health.reported["lastHeartbeatTime"_key])) {
    health.last_sign = context_.loop.now();
    health.reported = ready;
  }
  if (!is_new) uncount(health);
  count(health, *after);
  nodes_queue_.add(name);
  // The zone may be better or worse off now, which decides how fast others are evicted.
  if (!zones_[health.zone].to_evict.empty()) zones_queue_.add(health.zone);
}

void NodeLifecycleController::on_lease(const doc::Value* before, const doc::Value* after) {
  if (after == nullptr || api::namespace_of(*after) != kLeaseNamespace) return;
  const auto found = health_.find(api::name(*after));
  if (found == health_.end()) return;
  if (before != nullptr &&
      (*before)["spec"_key]["renewTime"_key] == (*after)["spec"_key]["renewTime"_key]) {
    return;
  }
  found->second.last_sign = context_.loop.now();
}

void NodeLifecycleController::forget(const doc::Value& node) {
  const auto found = health_.find(api::name(node));
  if (found == health_.end()) return;
  uncount(found->second);
  const std::string name = found->first;
  health_.erase(found);
  event(name, "RemovingNode",
        fmt::format("Node {} event: Removing Node {} from Controller", name, name));
}

void NodeLifecycleController::count(Health& health, const doc::Value& node) {
  health.zone = zone_name_of(node);
  health.is_ready = api::is_condition_true(node, "Ready");
  const auto [zone, is_new] = zones_.try_emplace(health.zone);
  if (is_new) zone->second.next_turn = context_.loop.now();
  ++(health.is_ready ? zone->second.ready : zone->second.not_ready);
}

void NodeLifecycleController::uncount(const Health& health) {
  Zone& zone = zones_[health.zone];
  --(health.is_ready ? zone.ready : zone.not_ready);
}

Outcome NodeLifecycleController::reconcile(const std::string& name) {
  const doc::Value* found = nodes_.find({{}, name});
  const auto entry = health_.find(name);
  if (found == nullptr || entry == health_.end()) return Outcome::done();
  Health& health = entry->second;
  auto node = judge_silence(*found, health);
  if (!node) return is_not_found(node.error()) ? Outcome::done() : Outcome::retry();
  update_disruption();
  if (!taint(*node, health)) return Outcome::retry();
  return Outcome::again(until_next_check(health));
}

// A node that has given no sign of life for too long: what its kubelet last said counts no more.
api::Result<doc::Value> NodeLifecycleController::judge_silence(const doc::Value& node,
                                                               Health& health) {
  const sim::Duration grace = health.reported.is_null()
                                  ? context_.options.node_startup_grace_period
                                  : context_.options.node_monitor_grace_period;
  const sim::Time now = context_.loop.now();
  if (now - health.last_sign <= grace) return node;
  doc::Value silent = with_unknown_conditions(node, now);
  if (silent == node) return node;
  const bool was_ready = api::is_condition_true(node, "Ready");
  auto written = context_.api.update_status(kNodes, std::move(silent));
  if (!written) return written;
  uncount(health);
  count(health, *written);
  if (was_ready) {
    event(api::name(node), "NodeNotReady",
          fmt::format("Node {} status is now: NodeNotReady", api::name(node)));
    mark_pods_not_ready(api::name(node));
  }
  return written;
}

// Nodes are looked at in fixed intervals, so silence is noticed at the first one after the grace
// period.
sim::Duration NodeLifecycleController::until_next_check(const Health& health) const {
  const sim::Duration grace = health.reported.is_null()
                                  ? context_.options.node_startup_grace_period
                                  : context_.options.node_monitor_grace_period;
  const sim::Duration period = context_.options.node_monitor_period;
  const sim::Time now = context_.loop.now();
  const sim::Time earliest = std::max(health.last_sign + grace, now);
  const auto rounds = (earliest - started_at_) / period + 1;
  return started_at_ + rounds * period - now;
}

// The kubelet cannot say any more how its Pods are, so they count as not ready (MarkPodsNotReady).
void NodeLifecycleController::mark_pods_not_ready(std::string_view node_name) {
  for (const client::Entry* entry : client::pods_by_node(pods_).find(node_name)) {
    const doc::Value& pod = entry->second;
    if (!api::is_condition_true(pod, "Ready")) continue;
    const doc::Value& present = api::find_condition(pod, "Ready");
    doc::Value changed = pod;
    api::set_pod_condition(changed,
                           {.type = "Ready",
                            .status = "False",
                            .reason = present["reason"_key].as_string(),
                            .message = present["message"_key].as_string()},
                           context_.loop.now());
    // A Pod that has just changed is reported by somebody who knows better.
    if (context_.api.update_status(kPods, std::move(changed))) {
      events_.warning(pod, "NodeNotReady", "Node is not ready");
    }
  }
}

// NoSchedule taints follow the conditions at once; NoExecute taints wait for their turn.
bool NodeLifecycleController::taint(const doc::Value& node, Health& health) {
  const sim::Time now = context_.loop.now();
  doc::Value tainted = with_condition_taints(node, now);
  const std::optional<Taint> wanted = eviction_taint(node);
  const bool evicts = has_taint(node, kNotReady) || has_taint(node, kUnreachable);
  if (!wanted || master_disruption_) {
    tainted = with_taints(tainted, {}, {kNotReady, kUnreachable}, now);
    if (!wanted) health.is_queued = false;
  } else if (evicts) {
    tainted =
        with_taints(tainted, {*wanted}, {*wanted == kNotReady ? kUnreachable : kNotReady}, now);
  }
  if (wanted && !evicts && !health.is_queued) {
    health.is_queued = true;
    zones_[health.zone].to_evict.emplace_back(api::name(node));
  }
  if (health.is_queued) zones_queue_.add(health.zone);
  return write_taints(node, std::move(tainted));
}

// Entering and leaving the state in which no node at all is ready (handleDisruption).
void NodeLifecycleController::update_disruption() {
  bool all_disrupted = !zones_.empty();
  for (const auto& [name, zone] : zones_) {
    if (zone.ready + zone.not_ready == 0) continue;
    all_disrupted =
        all_disrupted && zone_state(zone.ready, zone.not_ready) == ZoneState::full_disruption;
  }
  if (all_disrupted == master_disruption_) return;
  master_disruption_ = all_disrupted;
  for (auto& [name, health] : health_) {
    // Leaving: the silence was the controller's own, so every node gets a fresh chance.
    if (!all_disrupted) health.last_sign = context_.loop.now();
    nodes_queue_.add(name);
  }
  for (const auto& [name, zone] : zones_) zones_queue_.add(name);
}

// Puts the taint that evicts on the nodes of a zone, one per turn.
Outcome NodeLifecycleController::evict_from(const std::string& zone_name) {
  Zone& zone = zones_[zone_name];
  const std::optional<sim::Duration> interval = eviction_interval(zone);
  while (!zone.to_evict.empty()) {
    const std::string name = zone.to_evict.front();
    const auto health = health_.find(name);
    const doc::Value* node = nodes_.find({{}, name});
    const std::optional<Taint> wanted = node != nullptr ? eviction_taint(*node) : std::nullopt;
    if (health == health_.end() || !health->second.is_queued || !wanted) {
      zone.to_evict.pop_front();
      if (health != health_.end()) health->second.is_queued = false;
      continue;
    }
    if (!interval || master_disruption_) return Outcome::done();
    const sim::Time now = context_.loop.now();
    if (now < zone.next_turn) return Outcome::again(zone.next_turn - now);
    const Taint opposite = *wanted == kNotReady ? kUnreachable : kNotReady;
    if (!write_taints(*node, with_taints(*node, {*wanted}, {opposite}, now))) {
      return Outcome::retry();
    }
    zone.to_evict.pop_front();
    health->second.is_queued = false;
    zone.next_turn = now + *interval;
  }
  return Outcome::done();
}

// Empty if nothing is to be evicted.
std::optional<sim::Duration> NodeLifecycleController::eviction_interval(const Zone& zone) const {
  if (zone_state(zone.ready, zone.not_ready) != ZoneState::partial_disruption) {
    return context_.options.node_eviction_interval;
  }
  if (zone.ready + zone.not_ready > context_.options.large_cluster_size_threshold) {
    return context_.options.secondary_node_eviction_interval;
  }
  return std::nullopt;
}

bool NodeLifecycleController::write_taints(const doc::Value& before, doc::Value after) {
  if (after == before) return true;
  const auto written = context_.api.update(kNodes, std::move(after));
  return written || is_not_found(written.error());
}

void NodeLifecycleController::event(std::string_view node_name, std::string_view reason,
                                    const std::string& message) {
  const doc::Value* node = nodes_.find({{}, std::string{node_name}});
  const doc::Value reference = doc::Value::object(
      {{"apiVersion"_key, "v1"},
       {"kind"_key, "Node"},
       {"metadata"_key,
        doc::Value::object({{"name"_key, node_name},
                            {"uid"_key, node != nullptr ? api::uid(*node) : node_name}})}});
  events_.normal(reference, reason, message);
}

}  // namespace

std::unique_ptr<Controller> make_node_lifecycle_controller(const Context& context) {
  return std::make_unique<NodeLifecycleController>(context);
}

}  // namespace rockpool::controllers
