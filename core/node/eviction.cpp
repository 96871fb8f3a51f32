// SPDX-License-Identifier: Apache-2.0
#include "core/node/eviction.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include "core/api/node_affinity.h"
#include "core/api/quantity.h"
#include "core/api/views/pod.h"

namespace rockpool::node {
namespace {

using namespace doc::literals;

// The kubelet's evictionMonitoringPeriod and evictionPressureTransitionPeriod.
constexpr sim::Duration kMonitoringPeriod = std::chrono::seconds{10};
constexpr sim::Duration kTransitionPeriod = std::chrono::minutes{5};
// How often and how long it looks whether an evicted Pod has stopped.
constexpr sim::Duration kCleanupPoll = std::chrono::seconds{1};
constexpr sim::Duration kCleanupTimeout = std::chrono::seconds{30};
constexpr std::string_view kMemoryPressure = "MemoryPressure";

std::int64_t amount(const std::string& quantity) {
  return api::Quantity::parse(quantity).value_or(api::Quantity{}).value();
}

}  // namespace

void EvictionManager::schedule(sim::Duration delay) {
  timer_ = node_.loop.schedule(delay, [this] { synchronize(); });
}

void EvictionManager::wake() {
  if (node_.loop.is_pending(timer_)) return;
  // On a grid, as the manager's own loop runs.
  const sim::Duration since = node_.loop.now().time_since_epoch();
  schedule(kMonitoringPeriod - since % kMonitoringPeriod);
}

void EvictionManager::stop() {
  node_.loop.cancel(timer_);
  conditions_.clear();
  evicted_.clear();
}

std::optional<std::string> EvictionManager::refusal(const doc::Value& pod) const {
  if (conditions_.empty() || is_critical_pod(pod)) return std::nullopt;
  if (conditions_.size() == 1 && has(kMemoryPressure)) {
    const api::PodSpec spec = api::Pod{pod}.spec();
    if (api::pod_qos_class(spec) != "BestEffort") return std::nullopt;
    const doc::Value taint = doc::Value::object(
        {{"effect"_key, "NoSchedule"}, {"key"_key, "node.kubernetes.io/memory-pressure"}});
    const doc::Value taints = doc::Value::array({taint});
    if (api::find_untolerated_taint(taints, spec.tolerations(), {"NoSchedule"}).is_null()) {
      return std::nullopt;
    }
  }
  std::string names;
  for (const auto& [name, seen] : conditions_) names += (names.empty() ? "" : " ") + name;
  return fmt::format("The node had condition: [{}]. ", names);
}

std::vector<Threshold> EvictionManager::observe() {
  std::vector<Threshold> met;
  for (const Threshold& threshold :
       make_thresholds(amount(node_.options.memory), host_.memory_used(),
                       amount(node_.options.ephemeral_storage), host_.disk_used())) {
    if (threshold.is_met()) met.push_back(threshold);
  }
  return met;
}

void EvictionManager::update_conditions(const std::vector<Threshold>& met) {
  const sim::Time now = node_.loop.now();
  bool changed = false;
  for (const Threshold& threshold : met) {
    const std::string name{pressure_condition(threshold.signal)};
    changed |= !conditions_.contains(name);
    conditions_[name] = now;
  }
  changed |= std::erase_if(conditions_, [now](const auto& condition) {
               return now - condition.second >= kTransitionPeriod;
             }) > 0;
  if (changed) host_.on_pressure_changed();
}

void EvictionManager::synchronize() {
  if (!evicted_.empty()) {
    std::erase_if(evicted_, [this](const doc::Value& pod) {
      if (!host_.is_cleaned_up(api::uid(pod))) return false;
      node_.log.note(node_.loop.now(), KubeletLog::Event::pod_evicted, pod);
      return true;
    });
    if (!evicted_.empty() && node_.loop.now() < cleanup_deadline_) return schedule(kCleanupPoll);
    evicted_.clear();
  }
  const std::vector<Threshold> met = observe();
  update_conditions(met);
  std::vector<PodHoldings> pods = host_.measure_pods();
  const bool limits = std::ranges::any_of(
      pods, [](const PodHoldings& pod) { return has_storage_limits(*pod.pod); });
  if (evict_for_limits(pods)) return wait_for_cleanup();
  if (!met.empty()) reclaim(met.front(), std::move(pods));
  if (!evicted_.empty()) return wait_for_cleanup();
  if (limits || !conditions_.empty()) wake();
}

bool EvictionManager::evict_for_limits(const std::vector<PodHoldings>& pods) {
  for (const PodHoldings& pod : pods) {
    const auto message = exceeded_storage_limit(pod);
    if (!message || is_critical_pod(*pod.pod)) continue;
    evicted_.push_back(*pod.pod);
    host_.evict(*pod.pod, *message, false);
  }
  return !evicted_.empty();
}

void EvictionManager::reclaim(const Threshold& threshold, std::vector<PodHoldings> pods) {
  const std::string_view resource = starved_resource(threshold.signal);
  node_.log.note(node_.loop.now(), KubeletLog::Event::reclaiming, {}, resource);
  host_.record_event("Warning", "EvictionThresholdMet",
                     fmt::format("Attempting to reclaim {}", resource));
  if (threshold.signal != EvictionSignal::memory_available) {
    host_.remove_unused_images();
    if (observe().empty()) return;
  }
  node_.log.note(node_.loop.now(), KubeletLog::Event::evicting, {}, resource);
  rank_for_eviction(pods, resource);
  // At most one Pod at a time.
  const auto victim =
      std::ranges::find_if(pods, [](const PodHoldings& pod) { return !is_critical_pod(*pod.pod); });
  if (victim == pods.end()) return;
  evicted_.push_back(*victim->pod);
  host_.evict(*victim->pod, eviction_message(*victim, threshold), true);
}

void EvictionManager::wait_for_cleanup() {
  cleanup_deadline_ = node_.loop.now() + kCleanupTimeout;
  schedule(kCleanupPoll);
}

}  // namespace rockpool::node
