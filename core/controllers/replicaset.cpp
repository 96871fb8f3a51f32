// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/replicaset.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/api/selector.h"
#include "core/client/event_recorder.h"
#include "core/client/selection.h"
#include "core/controllers/claim.h"
#include "core/controllers/expectations.h"
#include "core/controllers/paced_queue.h"
#include "core/controllers/replicaset_plan.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr sim::Duration kPeriod = std::chrono::milliseconds{20};
constexpr auto kPods = api::ResourceId::pods;
constexpr auto kReplicaSets = api::ResourceId::replicasets;

// The Pods that a ReplicaSet controls, counted as they change, so that its status costs the same
// for ten Pods and ten thousand.
struct Tally {
  api::ObjectKey owner;
  // What the counts depend on besides the Pods.
  doc::Value selector_value;
  doc::Value template_labels;
  api::LabelSelector selector;
  ReplicaCounts counts;
  // Active Pods that the selector no longer matches: to be released.
  std::int64_t strays = 0;
};

class ReplicaSetController final : public Controller {
 public:
  explicit ReplicaSetController(const Context& context)
      : context_{context},
        replica_sets_{context.informers.of(kReplicaSets)},
        pods_{context.informers.of(kPods)},
        expectations_{context.loop},
        events_{context.loop, context.api, "replicaset-controller"},
        queue_{context.loop, kPeriod,
               [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "replicaset-controller"; }

  void start() override {
    queue_.start();
    client::by_selector(replica_sets_, client::SelectorForm::label_selector);
    subscriptions_.push_back(
        replica_sets_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          on_replica_set(before, after);
        }));
    subscriptions_.push_back(pods_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
    for (const auto& [key, replica_set] : replica_sets_.objects()) queue_.add(key);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    expectations_.clear();
    tallies_.clear();
  }

 private:
  void on_replica_set(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);
  void count_pod(const doc::Value& pod, std::int64_t sign);
  std::optional<api::ObjectKey> owner_of(const doc::Value& pod) const;
  void enqueue_owner(const doc::Value& pod);

  Outcome reconcile(const api::ObjectKey& key);
  Tally& tally_of(const api::ReplicaSet& replica_set);
  bool claim_pods(const api::ReplicaSet& replica_set, const Tally& tally, std::int64_t& adopted);
  std::optional<ManageFailure> manage(const api::ReplicaSet& replica_set, std::int64_t active);
  std::optional<ManageFailure> create_pods(const api::ReplicaSet& replica_set, std::int64_t count);
  std::optional<ManageFailure> delete_pods(const api::ReplicaSet& replica_set, std::int64_t count);
  std::map<std::string, std::int64_t, std::less<>> active_by_node(
      const api::ReplicaSet& replica_set) const;
  std::optional<sim::Duration> count_available(const api::ReplicaSet& replica_set,
                                               ReplicaCounts& counts) const;

  Context context_;
  client::Informer& replica_sets_;
  client::Informer& pods_;
  Expectations expectations_;
  client::EventRecorder events_;
  PacedQueue<api::ObjectKey> queue_;
  // By the uid of the ReplicaSet.
  std::map<std::string, Tally, std::less<>> tallies_;
  std::vector<client::Subscription> subscriptions_;
};

void ReplicaSetController::on_replica_set(const doc::Value* before, const doc::Value* after) {
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  // Another uid under the same name is another ReplicaSet.
  if (before != nullptr && (after == nullptr || api::uid(*before) != api::uid(*after))) {
    expectations_.forget(key);
    tallies_.erase(std::string{api::uid(*before)});
    if (after == nullptr) queue_.forget(key);
  }
  queue_.add(key);
}

void ReplicaSetController::on_pod(const doc::Value* before, const doc::Value* after) {
  if (before != nullptr) {
    count_pod(*before, -1);
    // A controller that lost the Pod hears of it; one that keeps it does so below.
    if (after == nullptr || api::controller_uid(*before) != api::controller_uid(*after)) {
      enqueue_owner(*before);
    }
  }
  if (after != nullptr) {
    count_pod(*after, 1);
    enqueue_owner(*after);
  }
  const doc::Value& pod = after != nullptr ? *after : *before;
  const bool is_gone = after == nullptr || api::is_being_deleted(pod);
  if (!is_gone && before != nullptr) return;
  if (const auto owner = owner_of(pod)) {
    if (is_gone) {
      expectations_.deletion_observed(*owner, api::uid(pod));
    } else {
      expectations_.creation_observed(*owner);
    }
  }
}

// The ReplicaSet that controls the Pod; empty if none does.
std::optional<api::ObjectKey> ReplicaSetController::owner_of(const doc::Value& pod) const {
  const std::string_view uid = api::controller_uid(pod);
  if (uid.empty()) return std::nullopt;
  if (const auto tally = tallies_.find(uid); tally != tallies_.end()) return tally->second.owner;
  const auto owner = api::controller_of(pod);
  if (owner->kind != "ReplicaSet") return std::nullopt;
  return api::ObjectKey{std::string{api::namespace_of(pod)}, owner->name};
}

void ReplicaSetController::count_pod(const doc::Value& value, std::int64_t sign) {
  const auto found = tallies_.find(api::controller_uid(value));
  if (found == tallies_.end()) return;
  const api::Pod pod{value};
  if (!pod.is_active()) return;
  Tally& tally = found->second;
  if (!tally.selector.matches(pod.labels())) {
    tally.strays += sign;
    return;
  }
  tally.counts.active += sign;
  if (client::has_labels(pod.labels(), tally.template_labels)) tally.counts.fully_labelled += sign;
  if (pod.is_ready()) tally.counts.ready += sign;
}

void ReplicaSetController::enqueue_owner(const doc::Value& pod) {
  if (!api::controller_uid(pod).empty()) {
    if (const auto owner = owner_of(pod)) queue_.add(*owner);
    return;
  }
  // It belongs to nobody: whoever selects it may want it.
  client::for_each_selecting(replica_sets_, client::SelectorForm::label_selector,
                             api::namespace_of(pod), api::labels(pod),
                             [this](const doc::Value& owner) { queue_.add(api::key_of(owner)); });
}

Tally& ReplicaSetController::tally_of(const api::ReplicaSet& replica_set) {
  const doc::Value& labels = replica_set.pod_template()["metadata"_key]["labels"_key];
  Tally& tally = tallies_[std::string{replica_set.uid()}];
  if (!tally.owner.name.empty() && tally.selector_value == replica_set.selector() &&
      tally.template_labels == labels) {
    return tally;
  }
  tally = {.owner = replica_set.key(),
           .selector_value = replica_set.selector(),
           .template_labels = labels,
           .selector = api::LabelSelector::from_value(replica_set.selector())
                           .value_or(api::LabelSelector::nothing()),
           .counts = {},
           .strays = 0};
  for (const client::Entry* entry : pods_.by_controller().find(replica_set.uid())) {
    count_pod(entry->second, 1);
  }
  return tally;
}

Outcome ReplicaSetController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = replica_sets_.find(key);
  if (found == nullptr) {
    expectations_.forget(key);
    queue_.forget(key);
    return Outcome::done();
  }
  const api::ReplicaSet replica_set{*found};
  const Tally& tally = tally_of(replica_set);
  std::int64_t adopted = 0;
  if (!claim_pods(replica_set, tally, adopted)) return Outcome::retry();

  ReplicaCounts counts = tally.counts;
  std::optional<ManageFailure> failure;
  if (expectations_.satisfied(key) && !replica_set.is_being_deleted()) {
    failure = manage(replica_set, counts.active + adopted);
  }
  counts.active += adopted;
  const std::optional<sim::Duration> next = count_available(replica_set, counts);
  const auto written =
      write_status(context_.api, kReplicaSets, replica_set.value(),
                   replica_set_status(replica_set, counts, failure, context_.loop.now()));
  if (failure || (!written && !is_not_found(written.error()))) return Outcome::retry();
  return next ? Outcome::again(*next) : Outcome::done();
}

// Takes Pods that belong to nobody and lets strays go; false if something went wrong. Adopted Pods
// show in the tally only after their change has come back.
bool ReplicaSetController::claim_pods(const api::ReplicaSet& replica_set, const Tally& tally,
                                      std::int64_t& adopted) {
  const doc::Value& owner = replica_set.value();
  bool all_well = true;
  client::for_each_orphan(
      pods_, replica_set.namespace_name(), replica_set.selector(), tally.selector,
      [&](const doc::Value& pod) {
        if (!api::Pod{pod}.is_active() || judge_claim(pod, owner, true) != Claim::adopt) return;
        const auto result = adopt(context_.api, kPods, pod, kReplicaSets, owner);
        if (result) ++adopted;
        all_well = all_well && (result || is_not_found(result.error()));
      });
  if (tally.strays == 0) return all_well;
  for (const client::Entry* entry : pods_.by_controller().find(replica_set.uid())) {
    const api::Pod pod{entry->second};
    const bool matches = tally.selector.matches(pod.labels());
    if (!pod.is_active() || judge_claim(pod.value(), owner, matches) != Claim::release) continue;
    all_well = release(context_.api, kPods, pod.value(), replica_set.uid()) && all_well;
  }
  return all_well;
}

std::optional<ManageFailure> ReplicaSetController::manage(const api::ReplicaSet& replica_set,
                                                          std::int64_t active) {
  const std::int64_t change = plan_replicas(replica_set, active);
  if (change > 0) return create_pods(replica_set, change);
  if (change < 0) return delete_pods(replica_set, -change);
  return std::nullopt;
}

// In batches of 1, 2, 4, …, so that a mistake in the template costs one failed call, not a thousand
// (controller.slowStartBatch).
std::optional<ManageFailure> ReplicaSetController::create_pods(const api::ReplicaSet& replica_set,
                                                               std::int64_t count) {
  const api::ObjectKey key = replica_set.key();
  expectations_.expect_creations(key, count);
  const doc::Value pod = pod_from_template(replica_set);
  std::int64_t created = 0;
  std::optional<ManageFailure> failure;
  for (std::int64_t batch = 1; created < count && !failure; batch *= 2) {
    const std::int64_t end = std::min(created + batch, count);
    for (std::int64_t index = created; index < end; ++index) {
      const auto result = context_.api.create(kPods, key.namespace_, pod);
      if (result) {
        ++created;
        events_.normal(replica_set.value(), "SuccessfulCreate",
                       fmt::format("Created pod: {}", api::name(*result)));
        continue;
      }
      // Nothing can be made in a namespace that goes away, and nobody minds.
      if (is_namespace_terminating(result.error())) break;
      events_.warning(replica_set.value(), "FailedCreate",
                      fmt::format("Error creating: {}", result.error().message));
      failure = ManageFailure{"FailedCreate", result.error().message};
    }
    if (created < end) break;
  }
  for (std::int64_t skipped = created; skipped < count; ++skipped) {
    expectations_.creation_observed(key);
  }
  return failure;
}

std::optional<ManageFailure> ReplicaSetController::delete_pods(const api::ReplicaSet& replica_set,
                                                               std::int64_t count) {
  const api::ObjectKey key = replica_set.key();
  std::vector<api::Pod> pods;
  for (const client::Entry* entry : pods_.by_controller().find(replica_set.uid())) {
    api::Pod pod{entry->second};
    if (pod.is_active()) pods.push_back(std::move(pod));
  }
  pods = choose_victims(std::move(pods), active_by_node(replica_set), count, context_.loop.now());
  std::set<std::string, std::less<>> uids;
  for (const api::Pod& pod : pods) uids.emplace(pod.uid());
  expectations_.expect_deletions(key, std::move(uids));

  std::optional<ManageFailure> failure;
  for (const api::Pod& pod : pods) {
    const auto result = context_.api.remove(kPods, pod.namespace_name(), pod.name());
    if (result) {
      events_.normal(replica_set.value(), "SuccessfulDelete",
                     fmt::format("Deleted pod: {}", pod.name()));
      continue;
    }
    expectations_.deletion_observed(key, pod.uid());
    if (is_not_found(result.error())) continue;
    events_.warning(replica_set.value(), "FailedDelete",
                    fmt::format("Error deleting: {}", result.error().message));
    failure = ManageFailure{"FailedDelete", result.error().message};
  }
  return failure;
}

// How many active Pods there are on each node of all ReplicaSets of the same owner.
std::map<std::string, std::int64_t, std::less<>> ReplicaSetController::active_by_node(
    const api::ReplicaSet& replica_set) const {
  std::map<std::string, std::int64_t, std::less<>> counts;
  const auto count = [&](std::string_view uid) {
    for (const client::Entry* entry : pods_.by_controller().find(uid)) {
      const api::Pod pod{entry->second};
      if (pod.is_active() && pod.is_scheduled()) ++counts[std::string{pod.node_name()}];
    }
  };
  const std::string_view owner = api::controller_uid(replica_set.value());
  if (owner.empty()) {
    count(replica_set.uid());
    return counts;
  }
  for (const client::Entry* entry : replica_sets_.by_controller().find(owner)) {
    count(api::uid(entry->second));
  }
  return counts;
}

// Without minReadySeconds every ready Pod is available. Returns in how long the next one will be.
std::optional<sim::Duration> ReplicaSetController::count_available(
    const api::ReplicaSet& replica_set, ReplicaCounts& counts) const {
  const std::int64_t min_ready_seconds = replica_set.min_ready_seconds();
  counts.available = counts.ready;
  if (min_ready_seconds == 0 || counts.ready == 0) return std::nullopt;
  std::optional<sim::Duration> next;
  const sim::Time now = context_.loop.now();
  for (const client::Entry* entry : pods_.by_controller().find(replica_set.uid())) {
    const api::Pod pod{entry->second};
    if (!pod.is_active()) continue;
    const auto moment = available_at(pod, min_ready_seconds);
    if (!moment || *moment <= now) continue;
    --counts.available;
    next = next ? std::min(*next, *moment - now) : *moment - now;
  }
  return next;
}

}  // namespace

std::unique_ptr<Controller> make_replicaset_controller(const Context& context) {
  return std::make_unique<ReplicaSetController>(context);
}

}  // namespace rockpool::controllers
