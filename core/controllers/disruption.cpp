// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/disruption.h"

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/pod_condition.h"
#include "core/api/selector.h"
#include "core/api/views/pod.h"
#include "core/api/views/workloads.h"
#include "core/client/event_recorder.h"
#include "core/client/selection.h"
#include "core/controllers/disruption_plan.h"
#include "core/controllers/paced_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr sim::Duration kPeriod = std::chrono::milliseconds{20};
constexpr auto kBudgets = api::ResourceId::poddisruptionbudgets;
constexpr auto kPods = api::ResourceId::pods;
// How long a Pod may be marked for disruption without being deleted (stalePodDisruptionTimeout).
constexpr sim::Duration kStaleTimeout = std::chrono::minutes{2};
constexpr std::string_view kDisruptionTarget = "DisruptionTarget";

// The Pods of one controller that a budget selects.
struct Owned {
  std::int64_t pods = 0;
  api::OwnerReference controller;
};

// The Pods that a budget selects, counted as they change, so that its status costs the same for ten
// Pods and ten thousand.
struct Tally {
  api::LabelSelector selector;
  std::int64_t pods = 0;
  // Ready and not being deleted.
  std::int64_t healthy = 0;
  // By the uid of the controller; Pods without one have an entry of their own, under "".
  std::map<std::string, Owned, std::less<>> owned;
};

// What a controller wants, and its uid, under which it is counted once.
struct Scale {
  std::string uid;
  std::int64_t replicas = 0;
};

bool is_healthy(const api::Pod& pod) {
  return !pod.is_being_deleted() && pod.is_ready();
}

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

bool is_apps_kind(const api::OwnerReference& owner, std::string_view kind) {
  const std::string_view group = group_of(owner.api_version);
  return owner.kind == kind && (group == "apps" || group == "extensions");
}

// How long the Pod may keep the mark of a disruption that has not begun; empty if it has none.
std::optional<sim::Duration> stale_in(const api::Pod& pod, sim::Time now) {
  const doc::Value& condition = api::find_condition(pod.value(), kDisruptionTarget);
  if (condition["status"_key].as_string() != "True" || !pod.is_active() ||
      condition["reason"_key].as_string() == "TerminationByKubelet") {
    return std::nullopt;
  }
  const auto since = api::read_time(condition["lastTransitionTime"_key]);
  return std::max(since.value_or(sim::Time{}) + kStaleTimeout - now, sim::Duration{0});
}

class DisruptionController final : public Controller {
 public:
  explicit DisruptionController(const Context& context)
      : context_{context},
        budgets_{context.informers.of(kBudgets)},
        pods_{context.informers.of(kPods)},
        replica_sets_{context.informers.of(api::ResourceId::replicasets)},
        deployments_{context.informers.of(api::ResourceId::deployments)},
        events_{context.loop, context.api, "controllermanager"},
        queue_{context.loop, kPeriod, [this](const api::ObjectKey& key) { return reconcile(key); }},
        stale_{context.loop, [this](const api::ObjectKey& key) { return unmark(key); }} {}

  std::string_view name() const override { return "disruption-controller"; }

  void start() override {
    queue_.start();
    stale_.start();
    client::by_selector(budgets_, client::SelectorForm::label_selector);
    subscriptions_.push_back(budgets_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_budget(before, after); }));
    subscriptions_.push_back(pods_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
    for (const auto& [key, budget] : budgets_.objects()) queue_.add(key);
    for (const auto& [key, pod] : pods_.objects()) watch_mark(pod);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    stale_.stop();
    tallies_.clear();
  }

 private:
  void on_budget(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);
  void watch_mark(const doc::Value& pod);
  std::set<api::ObjectKey> count_for_all(const doc::Value& pod, std::int64_t sign);
  static void count(Tally& tally, const api::Pod& pod, std::int64_t sign);

  Outcome reconcile(const api::ObjectKey& key);
  Outcome unmark(const api::ObjectKey& key);
  Tally& tally_of(const api::DisruptionBudget& budget);
  std::expected<std::int64_t, std::string> total_scale(const api::DisruptionBudget& budget,
                                                       const Tally& tally);
  std::expected<Scale, std::string> scale_of(std::string_view ns,
                                             const api::OwnerReference& controller,
                                             const Tally& tally) const;
  std::optional<Scale> deployment_or_replica_set(std::string_view ns,
                                                 const api::OwnerReference& controller) const;
  std::string a_pod_of(const api::OwnerReference& controller, const Tally& tally) const;
  Outcome write(const api::DisruptionBudget& budget, const doc::Value& status);
  Outcome fail(const api::DisruptionBudget& budget, std::string_view why);

  Context context_;
  client::Informer& budgets_;
  client::Informer& pods_;
  client::Informer& replica_sets_;
  client::Informer& deployments_;
  client::EventRecorder events_;
  PacedQueue<api::ObjectKey> queue_;
  // Pods whose mark is to be taken back unless they are deleted.
  client::WorkQueue<api::ObjectKey> stale_;
  // Of budgets that were reconciled since their selector changed.
  std::map<api::ObjectKey, Tally> tallies_;
  std::vector<client::Subscription> subscriptions_;
};

void DisruptionController::on_budget(const doc::Value* before, const doc::Value* after) {
  const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
  const bool keeps_selector =
      before != nullptr && after != nullptr &&
      api::DisruptionBudget{*before}.selector() == api::DisruptionBudget{*after}.selector();
  if (!keeps_selector) tallies_.erase(key);
  if (after == nullptr) return queue_.forget(key);
  queue_.add(key);
}

void DisruptionController::on_pod(const doc::Value* before, const doc::Value* after) {
  if (before != nullptr) count_for_all(*before, -1);
  if (after == nullptr) return;
  const std::set<api::ObjectKey> budgets = count_for_all(*after, 1);
  if (budgets.size() > 1) {
    events_.warning(
        *after, "MultiplePodDisruptionBudgets",
        fmt::format(
            R"(Pod "{}"/"{}" matches multiple PodDisruptionBudgets.  Chose "{}" arbitrarily.)",
            api::namespace_of(*after), api::name(*after), budgets.begin()->name));
  }
  watch_mark(*after);
}

void DisruptionController::watch_mark(const doc::Value& pod) {
  if (const auto left = stale_in(api::Pod{pod}, context_.loop.now())) {
    stale_.add_after(api::key_of(pod), *left);
  }
}

// Adds the Pod to the budgets that select it, or takes it off them; they are looked at again.
std::set<api::ObjectKey> DisruptionController::count_for_all(const doc::Value& value,
                                                             std::int64_t sign) {
  std::set<api::ObjectKey> keys;
  if (budgets_.objects().empty()) return keys;
  const api::Pod pod{value};
  client::for_each_selecting(budgets_, client::SelectorForm::label_selector, pod.namespace_name(),
                             pod.labels(), [&](const doc::Value& budget) {
                               if (api::DisruptionBudget{budget}.selector().is_null()) return;
                               const api::ObjectKey key = api::key_of(budget);
                               if (const auto tally = tallies_.find(key); tally != tallies_.end()) {
                                 count(tally->second, pod, sign);
                               }
                               queue_.add(key);
                               keys.insert(key);
                             });
  return keys;
}

void DisruptionController::count(Tally& tally, const api::Pod& pod, std::int64_t sign) {
  tally.pods += sign;
  if (is_healthy(pod)) tally.healthy += sign;
  const std::string_view uid = api::controller_uid(pod.value());
  auto found = tally.owned.find(uid);
  if (found == tally.owned.end()) {
    found = tally.owned.emplace(std::string{uid}, Owned{}).first;
    if (!uid.empty()) found->second.controller = *api::controller_of(pod.value());
  }
  found->second.pods += sign;
  if (found->second.pods == 0) tally.owned.erase(found);
}

Tally& DisruptionController::tally_of(const api::DisruptionBudget& budget) {
  const auto [found, is_new] = tallies_.try_emplace(budget.key());
  Tally& tally = found->second;
  if (!is_new) return tally;
  tally.selector =
      api::LabelSelector::from_value(budget.selector()).value_or(api::LabelSelector::nothing());
  const auto labels = budget.selector()["matchLabels"_key].members();
  const client::EntrySet& candidates = labels.empty()
                                           ? pods_.by_namespace().find(budget.namespace_name())
                                           : pods_.by_label().find(client::label_index_value(
                                                 budget.namespace_name(), labels.front().key.text(),
                                                 labels.front().value.as_string()));
  for (const client::Entry* entry : candidates) {
    if (tally.selector.matches(api::labels(entry->second))) {
      count(tally, api::Pod{entry->second}, 1);
    }
  }
  return tally;
}

Outcome DisruptionController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = budgets_.find(key);
  if (found == nullptr) {
    queue_.forget(key);
    return Outcome::done();
  }
  const api::DisruptionBudget budget{*found};
  const sim::Time now = context_.loop.now();
  const Tally& tally = tally_of(budget);
  if (tally.pods == 0) events_.normal(budget.value(), "NoPods", "No matching pods found");

  std::int64_t scale = 0;
  if (needs_scale(budget)) {
    const auto total = total_scale(budget, tally);
    if (!total) {
      events_.warning(
          budget.value(), "CalculateExpectedPodCountFailed",
          fmt::format("Failed to calculate the number of expected pods: {}", total.error()));
      return fail(budget, total.error());
    }
    scale = *total;
  }
  const auto selected = [&](std::string_view name) -> const doc::Value* {
    const doc::Value* pod = pods_.find({key.namespace_, std::string{name}});
    const bool counts =
        pod != nullptr && !api::is_being_deleted(*pod) && tally.selector.matches(api::labels(*pod));
    return counts ? pod : nullptr;
  };
  const DisruptedPods disrupted =
      disrupted_pods(budget, [&](std::string_view name) { return selected(name) != nullptr; }, now);
  for (const std::string& name : disrupted.overdue) {
    // Upstream names the namespace twice.
    events_.warning(
        *selected(name), "NotDeleted",
        fmt::format("Pod was expected by PDB {0}/{0} to be deleted but it wasn't", key.namespace_));
  }
  const std::int64_t leaving = std::ranges::count_if(
      disrupted.pending.members(),
      [&](const doc::Member& pod) { return is_healthy(api::Pod{*selected(pod.key.text())}); });
  const Outcome written =
      write(budget, disruption_status(budget, expected_pods(budget, tally.pods, scale),
                                      tally.healthy - leaving, disrupted.pending, now));
  if (written.failed || !disrupted.next_deadline) return written;
  return Outcome::again(*disrupted.next_deadline - now);
}

// What the controllers of the selected Pods want in all (getExpectedScale); an error is why that is
// not known.
std::expected<std::int64_t, std::string> DisruptionController::total_scale(
    const api::DisruptionBudget& budget, const Tally& tally) {
  std::map<std::string, std::int64_t> scales;
  for (const auto& [uid, owned] : tally.owned) {
    if (uid.empty()) {
      events_.warning(
          budget.value(), "UnmanagedPods",
          fmt::format(
              "Pods selected by this PodDisruptionBudget (selector: {}) were found to be "
              "unmanaged. As a result, the status of the PDB cannot be calculated correctly, which "
              "may result in undefined behavior. To account for these pods please set "
              "\".spec.minAvailable\" field of the PDB to an integer value.",
              selector_in_go(budget.selector())));
      continue;
    }
    auto scale = scale_of(budget.namespace_name(), owned.controller, tally);
    if (!scale) return std::unexpected{std::move(scale.error())};
    scales[scale->uid] = scale->replicas;
  }
  std::int64_t total = 0;
  for (const auto& [uid, replicas] : scales) total += replicas;
  return total;
}

std::expected<Scale, std::string> DisruptionController::scale_of(
    std::string_view ns, const api::OwnerReference& controller, const Tally& tally) const {
  if (auto known = deployment_or_replica_set(ns, controller)) return *std::move(known);
  const api::Resource* resource = context_.api.find_kind(controller.api_version, controller.kind);
  if (resource == nullptr) {
    return std::unexpected{fmt::format(R"(no matches for kind "{}" in version "{}")",
                                       controller.kind, controller.api_version)};
  }
  if (!resource->subresources.contains(api::Subresource::scale)) {
    const std::string_view dot = resource->group.empty() ? "" : ".";
    return std::unexpected{fmt::format("{}{}{} does not implement the scale subresource",
                                       resource->plural, dot, resource->group)};
  }
  const auto scale = context_.api.get_scale(resource->id, ns, controller.name);
  if (scale && api::uid(*scale) == controller.uid) {
    return Scale{controller.uid, (*scale)["spec"_key]["replicas"_key].as_int()};
  }
  if (!scale && !is_not_found(scale.error())) return std::unexpected{scale.error().message};
  return std::unexpected{
      fmt::format(R"(found no controllers for pod "{}")", a_pod_of(controller, tally))};
}

// The Deployment behind a ReplicaSet, or the ReplicaSet itself if it has none.
std::optional<Scale> DisruptionController::deployment_or_replica_set(
    std::string_view ns, const api::OwnerReference& controller) const {
  if (!is_apps_kind(controller, "ReplicaSet")) return std::nullopt;
  const doc::Value* replica_set = replica_sets_.find({std::string{ns}, controller.name});
  if (replica_set == nullptr || api::uid(*replica_set) != controller.uid) return std::nullopt;
  const auto owner = api::controller_of(*replica_set);
  if (!owner || !is_apps_kind(*owner, "Deployment")) {
    return Scale{controller.uid, api::ReplicaSet{*replica_set}.replicas()};
  }
  const doc::Value* deployment = deployments_.find({std::string{ns}, owner->name});
  if (deployment == nullptr || api::uid(*deployment) != owner->uid) return std::nullopt;
  return Scale{owner->uid, api::Deployment{*deployment}.replicas()};
}

// The name of one Pod of the controller, for the message that says that it cannot be found.
std::string DisruptionController::a_pod_of(const api::OwnerReference& controller,
                                           const Tally& tally) const {
  for (const client::Entry* entry : pods_.by_controller().find(controller.uid)) {
    if (tally.selector.matches(api::labels(entry->second))) return entry->first.name;
  }
  return {};
}

// Nothing is tried again after a failure that was said in the status: the next change will tell
// whether it lasts.
Outcome DisruptionController::fail(const api::DisruptionBudget& budget, std::string_view why) {
  return write(budget, failed_disruption_status(budget, why, context_.loop.now()));
}

Outcome DisruptionController::write(const api::DisruptionBudget& budget, const doc::Value& status) {
  const auto written = write_status(context_.api, kBudgets, budget.value(), status);
  return written || is_not_found(written.error()) ? Outcome::done() : Outcome::retry();
}

// Takes the mark back from a Pod that was not deleted after all (syncStalePodDisruption).
Outcome DisruptionController::unmark(const api::ObjectKey& key) {
  const doc::Value* pod = pods_.find(key);
  if (pod == nullptr) return Outcome::done();
  const sim::Time now = context_.loop.now();
  const auto left = stale_in(api::Pod{*pod}, now);
  if (!left) return Outcome::done();
  if (*left > sim::Duration{0}) return Outcome::again(*left);
  doc::Value cleared = *pod;
  api::set_pod_condition(cleared, {.type = kDisruptionTarget, .status = "False"}, now);
  const auto written = write_status(context_.api, kPods, *pod, cleared["status"_key]);
  return written || is_not_found(written.error()) ? Outcome::done() : Outcome::retry();
}

}  // namespace

std::unique_ptr<Controller> make_disruption_controller(const Context& context) {
  return std::make_unique<DisruptionController>(context);
}

}  // namespace rockpool::controllers
