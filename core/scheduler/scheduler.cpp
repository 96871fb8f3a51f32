// SPDX-License-Identifier: Apache-2.0
#include "core/scheduler/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "core/api/object.h"
#include "core/api/pod_condition.h"
#include "core/client/selection.h"
#include "core/scheduler/preemption.h"
#include "core/scheduler/scores.h"

namespace rockpool::scheduler {
namespace {

using namespace doc::literals;

constexpr auto kNodes = api::ResourceId::nodes;
constexpr auto kPods = api::ResourceId::pods;

// What decides whether a Pod's claims can be had.
constexpr std::array kVolumeResources{api::ResourceId::persistentvolumeclaims,
                                      api::ResourceId::persistentvolumes,
                                      api::ResourceId::storageclasses};

// A small cluster is searched as a whole; a larger one yields at least so many candidates.
constexpr std::int64_t kMinCandidates = 100;

// How many nodes ahead memory is asked for.
constexpr std::size_t kNodesAhead = 8;

bool is_mine(const api::Pod& pod) {
  return pod.spec().scheduler_name() == Scheduler::kName;
}

// What a node has changed that filters look at.
bool is_relevant_change(const doc::Value& before, const doc::Value& after) {
  return !(api::labels(before) == api::labels(after)) ||
         !(before["spec"_key] == after["spec"_key]) ||
         !(before["status"_key]["allocatable"_key] == after["status"_key]["allocatable"_key]);
}

// Gives those Pods another try that wait for a change and are such.
void retry_parked(Queue& queue, const client::Informer& pods,
                  const std::function<bool(const api::Pod&)>& is_such) {
  if (queue.parked().empty()) return;
  const std::vector<api::ObjectKey> parked{queue.parked().begin(), queue.parked().end()};
  for (const api::ObjectKey& key : parked) {
    const doc::Value* pod = pods.find(key);
    if (pod != nullptr && is_such(api::Pod{*pod})) queue.move(key);
  }
}

}  // namespace

std::int64_t enough_candidates(std::int64_t node_count) {
  if (node_count < kMinCandidates) return node_count;
  const std::int64_t percentage = std::max<std::int64_t>(50 - node_count / 125, 5);
  return std::max(node_count * percentage / 100, kMinCandidates);
}

Scheduler::Scheduler(sim::Loop& loop, apiserver::ApiServer& api, client::Informers& informers,
                     sim::Random random)
    : loop_{loop},
      api_{api},
      informers_{informers},
      nodes_{informers.of(kNodes)},
      pods_{informers.of(kPods)},
      random_{random},
      events_{loop, api, std::string{kName}},
      cache_{pods_},
      queue_{loop, [this] { wake(); }},
      default_spread_{informers} {}

void Scheduler::start() {
  client::by_selector(informers_.of(api::ResourceId::services), client::SelectorForm::labels);
  for (const auto& [key, node] : nodes_.objects()) cache_.set_node(node);
  subscriptions_.push_back(nodes_.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_node(before, after); }));
  subscriptions_.push_back(pods_.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
  for (const api::ResourceId resource : kVolumeResources) {
    subscriptions_.push_back(
        informers_.of(resource).subscribe([this](const doc::Value*, const doc::Value*) {
          retry_parked(queue_, pods_, VolumeClaims::has_claims);
        }));
  }
  for (const auto& [key, pod] : pods_.objects()) on_pod(nullptr, &pod);
}

void Scheduler::stop() {
  subscriptions_.clear();
  loop_.cancel(worker_);
  queue_.clear();
  cache_.clear();
}

void Scheduler::on_node(const doc::Value* before, const doc::Value* after) {
  if (after == nullptr) return cache_.remove_node(api::name(*before));
  if (before != nullptr && !is_relevant_change(*before, *after)) return;
  cache_.set_node(*after);
  on_room(api::name(*after));
}

void Scheduler::on_pod(const doc::Value* before, const doc::Value* after) {
  if (after != nullptr && !api::Pod{*after}.is_terminal()) {
    return api::Pod{*after}.is_scheduled() ? on_bound_pod(before, *after)
                                           : on_waiting_pod(before, *after);
  }
  // It is gone, or has run to its end: it takes nothing of its node any more.
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  queue_.remove(key);
  const PodRecord* record = cache_.find_pod(key);
  if (record == nullptr) return;
  const std::string node_name = cache_.node(record->node).name;
  cache_.remove_pod(key);
  on_room(node_name);
  on_neighbours();
}

void Scheduler::on_bound_pod(const doc::Value* before, const doc::Value& after) {
  const api::Pod pod{after};
  queue_.remove(pod.key());
  cache_.set_pod(after, pod.node_name());
  const bool is_news = before == nullptr || !api::Pod{*before}.is_scheduled() ||
                       !(api::labels(*before) == pod.labels());
  if (is_news) on_neighbours();
}

void Scheduler::on_waiting_pod(const doc::Value* before, const doc::Value& after) {
  const api::Pod pod{after};
  const api::ObjectKey key = pod.key();
  // It has been placed; the binding will show in a moment.
  if (cache_.find_pod(key) != nullptr || !is_mine(pod)) return;
  if (pod.is_being_deleted()) return queue_.remove(key);
  if (pod.spec().scheduling_gates().size() != 0) return block_by_gates(after);
  const bool has_changed = before == nullptr || !(api::labels(*before) == pod.labels()) ||
                           !((*before)["spec"_key] == after["spec"_key]);
  if (has_changed || !queue_.contains(key)) queue_.add(key, pod.spec().priority());
}

// A node can take more, or other, Pods than before: those that it may help have another try.
void Scheduler::on_room(std::string_view node_name) {
  const NodeInfo* node = cache_.find_node(node_name);
  if (node == nullptr || queue_.parked().empty()) return;
  const std::vector<api::ObjectKey> parked{queue_.parked().begin(), queue_.parked().end()};
  for (const api::ObjectKey& key : parked) {
    const doc::Value* pod = pods_.find(key);
    if (pod == nullptr) continue;
    const Filters filters{cache_, api::Pod{*pod}, informers_, Scope::single_nodes};
    const bool minds_others = filters.pod().spec().topology_spread_constraints().size() != 0;
    if (minds_others || filters.fits(*node)) queue_.move(key);
  }
}

// Pods have come, gone or changed their labels: those that mind where others are have another try.
void Scheduler::on_neighbours() {
  retry_parked(queue_, pods_, [this](const api::Pod& pod) {
    return pod.spec().topology_spread_constraints().size() != 0 ||
           cache_.needs().needs_of(pod.spec())->has_pod_affinity;
  });
}

void Scheduler::wake() {
  if (queue_.has_ready() && !loop_.is_pending(worker_)) {
    worker_ = loop_.post([this] { schedule_next(); });
  }
}

void Scheduler::schedule_next() {
  if (const auto key = queue_.pop()) {
    const doc::Value* found = pods_.find(*key);
    if (found == nullptr) {
      queue_.remove(*key);
    } else {
      const doc::Value pod = *found;
      schedule(*key, pod);
    }
  }
  wake();
}

void Scheduler::schedule(const api::ObjectKey& key, const doc::Value& pod) {
  cache_.trim();
  const Filters filters{cache_, api::Pod{pod}, informers_};
  const std::vector<NodeIndex> candidates = find_candidates(filters);
  if (candidates.empty()) {
    queue_.park(key);
    return report_no_fit(pod, filters);
  }
  bind(pod, cache_.node(choose(filters, candidates)));
}

// Goes round the nodes from where the last search ended, until there are enough candidates.
std::vector<NodeIndex> Scheduler::find_candidates(const Filters& filters) {
  std::vector<NodeIndex> candidates;
  if (!filters.hopeless().empty()) return candidates;
  const std::vector<NodeIndex>& order = cache_.order();
  const auto enough =
      static_cast<std::size_t>(enough_candidates(static_cast<std::int64_t>(order.size())));
  candidates.reserve(enough);
  // There may be fewer nodes than there were.
  if (next_start_ >= order.size()) next_start_ = 0;
  std::size_t looked_at = 0;
  const auto at = [&](std::size_t place) {
    return order[place < order.size() ? place : place - order.size()];
  };
  while (looked_at < order.size() && candidates.size() < enough) {
    const std::size_t place = next_start_ + looked_at;
    if (looked_at + kNodesAhead < order.size()) cache_.prefetch(at(place + kNodesAhead));
    const NodeIndex index = at(place);
    if (filters.fits(cache_.node(index))) candidates.push_back(index);
    ++looked_at;
  }
  if (!order.empty()) next_start_ = (next_start_ + looked_at) % order.size();
  return candidates;
}

// The node with the highest score; among equals each has the same chance.
NodeIndex Scheduler::choose(const Filters& filters, const std::vector<NodeIndex>& candidates) {
  if (candidates.size() == 1) return candidates.front();
  const std::vector<std::int64_t> scores =
      total_scores(cache_, filters.pod(), filters.needs(), informers_, default_spread_, candidates);
  std::size_t best = 0;
  std::uint64_t equals = 1;
  for (std::size_t index = 1; index < scores.size(); ++index) {
    if (scores[index] > scores[best]) {
      best = index;
      equals = 1;
    } else if (scores[index] == scores[best] && random_.below(++equals) == 0) {
      best = index;
    }
  }
  return candidates[best];
}

void Scheduler::bind(const doc::Value& pod, const NodeInfo& node) {
  const api::ObjectKey key = api::key_of(pod);
  const std::string node_name = node.name;
  cache_.set_pod(pod, node_name);
  apiserver::Preconditions preconditions;
  preconditions.uid = std::string{api::uid(pod)};
  const auto bound = api_.bind(key.namespace_, key.name, node_name, preconditions);
  if (bound) {
    queue_.remove(key);
    events_.normal(pod, "Scheduled",
                   fmt::format("Successfully assigned {} to {}", key.to_string(), node_name));
    return;
  }
  cache_.remove_pod(key);
  if (bound.error().reason == api::reason::kNotFound) return queue_.remove(key);
  queue_.retry(key);
  report_failure(pod, "SchedulerError",
                 fmt::format("binding rejected: running Bind plugin \"DefaultBinder\": {}",
                             bound.error().message),
                 std::nullopt);
}

void Scheduler::report_no_fit(const doc::Value& pod, const Filters& filters) {
  FitError error;
  error.beforehand = filters.hopeless();
  error.node_count = static_cast<std::int64_t>(cache_.order().size());
  if (error.beforehand.empty()) {
    for (const NodeIndex index : cache_.order()) {
      for (const std::string& reason : filters.explain(cache_.node(index)).reasons) {
        ++error.reasons[reason];
      }
    }
  }
  std::optional<std::string> nominated_node;
  if (error.node_count != 0) {
    const Preemption preemption = plan_preemption(cache_, filters);
    error.afterwards = preemption.explanation;
    nominated_node = preemption.node_name;
    for (const api::Pod& victim : preemption.victims) evict(victim, pod, *nominated_node);
  }
  report_failure(pod, "Unschedulable", error.message(), nominated_node);
}

void Scheduler::evict(const api::Pod& victim, const doc::Value& preemptor,
                      const std::string& node_name) {
  const doc::Value* newest = pods_.find(victim.key());
  doc::Value marked = newest != nullptr ? *newest : victim.value();
  api::set_pod_condition(
      marked,
      {.type = "DisruptionTarget",
       .status = "True",
       .reason = "PreemptionByScheduler",
       .message = "default-scheduler: preempting to accommodate a higher priority pod"},
      loop_.now());
  // A victim that has just changed, or gone, is as good.
  (void)api_.update_status(kPods, std::move(marked));
  (void)api_.remove(kPods, victim.namespace_name(), victim.name());
  events_.normal(victim.value(), "Preempted",
                 fmt::format("Preempted by pod {} on node {}", api::uid(preemptor), node_name));
}

void Scheduler::report_failure(const doc::Value& pod, std::string_view reason,
                               const std::string& message,
                               const std::optional<std::string>& nominated_node) {
  events_.warning(pod, "FailedScheduling", message);
  doc::Value changed = pod;
  api::set_pod_condition(
      changed, {.type = "PodScheduled", .status = "False", .reason = reason, .message = message},
      loop_.now());
  if (nominated_node) changed.edit("status"_key).set("nominatedNodeName"_key, *nominated_node);
  if (changed == pod) return;
  // If the Pod has changed meanwhile, the next attempt will say it.
  (void)api_.update_status(kPods, std::move(changed));
}

void Scheduler::block_by_gates(const doc::Value& pod) {
  queue_.remove(api::key_of(pod));
  doc::Value changed = pod;
  api::set_pod_condition(changed,
                         {.type = "PodScheduled",
                          .status = "False",
                          .reason = "SchedulingGated",
                          .message = "Scheduling is blocked due to non-empty scheduling gates"},
                         loop_.now());
  if (!(changed == pod)) (void)api_.update_status(kPods, std::move(changed));
}

}  // namespace rockpool::scheduler
