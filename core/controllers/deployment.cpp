// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/api/selector.h"
#include "core/client/event_recorder.h"
#include "core/client/selection.h"
#include "core/controllers/claim.h"
#include "core/controllers/deployment_plan.h"
#include "core/controllers/deployment_status.h"
#include "core/controllers/paced_queue.h"
#include "core/controllers/write.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using client::Outcome;

constexpr sim::Duration kPeriod = std::chrono::milliseconds{20};
constexpr auto kDeployments = api::ResourceId::deployments;
constexpr auto kReplicaSets = api::ResourceId::replicasets;
constexpr auto kPods = api::ResourceId::pods;

// What one step of a reconciliation came to.
enum class Step { unchanged, changed, failed };

class DeploymentController final : public Controller {
 public:
  explicit DeploymentController(const Context& context)
      : context_{context},
        deployments_{context.informers.of(kDeployments)},
        replica_sets_{context.informers.of(kReplicaSets)},
        pods_{context.informers.of(kPods)},
        events_{context.loop, context.api, "deployment-controller"},
        queue_{context.loop, kPeriod,
               [this](const api::ObjectKey& key) { return reconcile(key); }} {}

  std::string_view name() const override { return "deployment-controller"; }

  void start() override {
    queue_.start();
    client::by_selector(deployments_, client::SelectorForm::label_selector);
    subscriptions_.push_back(
        deployments_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          const api::ObjectKey key = api::key_of(after != nullptr ? *after : *before);
          if (after == nullptr) queue_.forget(key);
          queue_.add(key);
        }));
    subscriptions_.push_back(
        replica_sets_.subscribe([this](const doc::Value* before, const doc::Value* after) {
          on_replica_set(before, after);
        }));
    subscriptions_.push_back(pods_.subscribe(
        [this](const doc::Value* before, const doc::Value* after) { on_pod(before, after); }));
    for (const auto& [key, deployment] : deployments_.objects()) queue_.add(key);
  }

  void stop() override {
    subscriptions_.clear();
    queue_.stop();
    written_.clear();
  }

 private:
  void on_replica_set(const doc::Value* before, const doc::Value* after);
  void on_pod(const doc::Value* before, const doc::Value* after);
  void enqueue_owner(const doc::Value& replica_set);

  Outcome reconcile(const api::ObjectKey& key);
  std::optional<std::vector<api::ReplicaSet>> claim(const api::Deployment& deployment);
  Outcome scale_only(Rollout& rollout);
  Outcome roll(Rollout& rollout);
  Outcome recreate(Rollout& rollout);
  Outcome finish(const Rollout& rollout, bool is_rollout);

  Step refresh_current(Rollout& rollout);
  Step refresh_deployment(Rollout& rollout, std::int64_t revision,
                          const std::optional<DeploymentCondition>& condition);
  Step ensure_current(Rollout& rollout);
  Step create_current(Rollout& rollout);
  Step resolve_name_clash(Rollout& rollout, const doc::Value& wanted);
  Step resize(Rollout& rollout, const Resize& resize);
  Step resize_all(Rollout& rollout, const std::vector<Resize>& plan);
  bool clean_up(const Rollout& rollout);
  bool has_old_pods(const Rollout& rollout) const;

  Context context_;
  client::Informer& deployments_;
  client::Informer& replica_sets_;
  client::Informer& pods_;
  client::EventRecorder events_;
  PacedQueue<api::ObjectKey> queue_;
  // The latest version of a ReplicaSet that this controller wrote, by uid, for as long as the cache
  // shows an older one. Without it a cache that lags would make it scale twice.
  std::map<std::string, doc::Value, std::less<>> written_;
  std::vector<client::Subscription> subscriptions_;
};

void DeploymentController::on_replica_set(const doc::Value* before, const doc::Value* after) {
  const doc::Value& object = after != nullptr ? *after : *before;
  if (const auto written = written_.find(api::uid(object)); written != written_.end()) {
    if (after == nullptr ||
        api::resource_version(*after) >= api::resource_version(written->second)) {
      written_.erase(written);
    }
  }
  if (before != nullptr &&
      (after == nullptr || api::controller_uid(*before) != api::controller_uid(*after))) {
    enqueue_owner(*before);
  }
  if (after != nullptr) enqueue_owner(*after);
}

void DeploymentController::enqueue_owner(const doc::Value& replica_set) {
  const std::string_view namespace_ = api::namespace_of(replica_set);
  if (const auto owner = api::controller_of(replica_set)) {
    if (owner->kind == "Deployment") queue_.add({std::string{namespace_}, owner->name});
    return;
  }
  client::for_each_selecting(deployments_, client::SelectorForm::label_selector, namespace_,
                             api::labels(replica_set),
                             [this](const doc::Value& owner) { queue_.add(api::key_of(owner)); });
}

// A Deployment that recreates waits for its old Pods to be gone; no change of a ReplicaSet tells
// it.
void DeploymentController::on_pod(const doc::Value* before, const doc::Value* after) {
  if (before == nullptr || (after != nullptr && !api::Pod{*after}.is_terminal())) return;
  const auto owner = api::controller_of(*before);
  if (!owner || owner->kind != "ReplicaSet") return;
  const std::string namespace_{api::namespace_of(*before)};
  const doc::Value* replica_set = replica_sets_.find({namespace_, owner->name});
  if (replica_set == nullptr) return;
  const auto deployment = api::controller_of(*replica_set);
  if (!deployment || deployment->kind != "Deployment") return;
  const api::ObjectKey key{namespace_, deployment->name};
  const doc::Value* found = deployments_.find(key);
  if (found != nullptr && api::Deployment{*found}.strategy() == "Recreate") queue_.add(key);
}

Outcome DeploymentController::reconcile(const api::ObjectKey& key) {
  const doc::Value* found = deployments_.find(key);
  if (found == nullptr) {
    queue_.forget(key);
    return Outcome::done();
  }
  const api::Deployment deployment{*found};
  const auto selector = api::LabelSelector::from_value(deployment.selector());
  if (!selector) return Outcome::done();
  if (selector->is_everything()) {
    events_.warning(*found, "SelectingAll",
                    "This deployment is selecting all pods. A non-empty selector is required.");
    doc::Value status = deployment.value()["status"_key];
    status.set("observedGeneration"_key, deployment.generation());
    const auto written = write_status(context_.api, kDeployments, *found, std::move(status));
    return written ? Outcome::done() : Outcome::retry();
  }
  auto replica_sets = claim(deployment);
  if (!replica_sets) return Outcome::retry();
  Rollout rollout = make_rollout(deployment, std::move(*replica_sets));
  if (deployment.is_being_deleted()) return finish(rollout, false);

  auto paused = write_status(context_.api, kDeployments, deployment.value(),
                             paused_status(deployment, context_.loop.now()));
  if (!paused) return Outcome::retry();
  rollout.deployment = api::Deployment{std::move(*paused)};
  if (deployment.is_paused() || is_scaling_event(rollout)) return scale_only(rollout);
  return deployment.strategy() == "Recreate" ? recreate(rollout) : roll(rollout);
}

// The ReplicaSets that the Deployment controls, as far as is known, after adopting and releasing;
// empty if something went wrong.
std::optional<std::vector<api::ReplicaSet>> DeploymentController::claim(
    const api::Deployment& deployment) {
  const auto selector = api::LabelSelector::from_value(deployment.selector());
  std::vector<api::ReplicaSet> owned;
  bool all_well = true;
  for (const client::Entry* entry : replica_sets_.by_controller().find(deployment.uid())) {
    const doc::Value& cached = entry->second;
    const bool matches = selector->matches(api::labels(cached));
    if (judge_claim(cached, deployment.value(), matches) == Claim::release) {
      all_well = release(context_.api, kReplicaSets, cached, deployment.uid()) && all_well;
      continue;
    }
    const auto written = written_.find(api::uid(cached));
    owned.emplace_back(written != written_.end() ? written->second : cached);
  }
  // A ReplicaSet just made may not show in the cache at all yet.
  for (const auto& [uid, written] : written_) {
    if (api::controller_uid(written) == deployment.uid() &&
        replica_sets_.find(api::key_of(written)) == nullptr) {
      owned.emplace_back(written);
    }
  }
  client::for_each_orphan(replica_sets_, deployment.namespace_name(), deployment.selector(),
                          *selector, [&](const doc::Value& orphan) {
                            if (judge_claim(orphan, deployment.value(), true) != Claim::adopt)
                              return;
                            auto adopted = adopt(context_.api, kReplicaSets, orphan, kDeployments,
                                                 deployment.value());
                            all_well = all_well && adopted;
                            if (adopted) owned.emplace_back(std::move(*adopted));
                          });
  if (!all_well) return std::nullopt;
  return owned;
}

Outcome DeploymentController::scale_only(Rollout& rollout) {
  if (refresh_current(rollout) == Step::failed) return Outcome::retry();
  if (resize_all(rollout, plan_scale(rollout)) == Step::failed) return Outcome::retry();
  if (rollout.deployment.is_paused() && !clean_up(rollout)) return Outcome::retry();
  return finish(rollout, false);
}

Outcome DeploymentController::roll(Rollout& rollout) {
  if (ensure_current(rollout) == Step::failed) return Outcome::retry();
  if (!rollout.current) return Outcome::done();
  const std::int64_t size = plan_current(rollout);
  Step step = resize(rollout, {*rollout.current, size});
  if (step == Step::failed) return Outcome::retry();
  if (step == Step::unchanged) {
    step = resize_all(rollout, plan_old(rollout));
    if (step == Step::failed) return Outcome::retry();
  }
  if (step == Step::unchanged &&
      is_complete(rollout.deployment, rollout.deployment.value()["status"_key]) &&
      !clean_up(rollout)) {
    return Outcome::retry();
  }
  return finish(rollout, true);
}

Outcome DeploymentController::recreate(Rollout& rollout) {
  if (refresh_current(rollout) == Step::failed) return Outcome::retry();
  std::vector<Resize> plan;
  for (const api::ReplicaSet& replica_set : rollout.old) {
    if (replica_set.replicas() != 0) plan.push_back({replica_set, 0});
  }
  const Step step = resize_all(rollout, plan);
  if (step == Step::failed) return Outcome::retry();
  if (step == Step::changed || has_old_pods(rollout)) return finish(rollout, true);
  if (ensure_current(rollout) == Step::failed) return Outcome::retry();
  if (!rollout.current) return Outcome::done();
  const Resize wanted{*rollout.current, rollout.deployment.replicas()};
  if (resize(rollout, wanted) == Step::failed) return Outcome::retry();
  if (is_complete(rollout.deployment, rollout.deployment.value()["status"_key]) &&
      !clean_up(rollout)) {
    return Outcome::retry();
  }
  return finish(rollout, true);
}

// Writes the status; looks again when the progress deadline may have passed.
Outcome DeploymentController::finish(const Rollout& rollout, bool is_rollout) {
  const sim::Time now = context_.loop.now();
  const doc::Value status =
      is_rollout ? rollout_status(rollout, now) : plain_deployment_status(rollout, now);
  const auto written = write_status(context_.api, kDeployments, rollout.deployment.value(), status);
  if (!written) return is_not_found(written.error()) ? Outcome::done() : Outcome::retry();
  const auto check = is_rollout ? deadline_check(rollout.deployment, status, now) : std::nullopt;
  return check ? Outcome::again(*check) : Outcome::done();
}

// Keeps the current ReplicaSet's revision and annotations up to date, and the Deployment's with
// them.
Step DeploymentController::refresh_current(Rollout& rollout) {
  if (!rollout.current) return Step::unchanged;
  const api::Deployment& deployment = rollout.deployment;
  doc::Value changed = rollout.current->value();
  bool is_changed = annotate_replica_set(deployment, changed, next_revision(rollout), false);
  if (rollout.current->min_ready_seconds() != deployment.min_ready_seconds()) {
    changed.edit("spec"_key).set("minReadySeconds"_key, deployment.min_ready_seconds());
    is_changed = true;
  }
  if (is_changed) {
    auto updated = context_.api.update(kReplicaSets, std::move(changed));
    if (!updated) return Step::failed;
    written_[std::string{api::uid(*updated)}] = *updated;
    rollout.current = api::ReplicaSet{std::move(*updated)};
  }
  std::optional<DeploymentCondition> condition;
  if (has_progress_deadline(deployment) &&
      api::find_condition(deployment.value(), "Progressing").is_null()) {
    condition = {"Progressing", "True", "FoundNewReplicaSet",
                 fmt::format("Found new replica set \"{}\"", rollout.current->name())};
  }
  return refresh_deployment(rollout, revision_of(rollout.current->value()), condition);
}

// Puts the revision of the current ReplicaSet and a condition on the Deployment. The annotation
// belongs to the object, the condition to its status, so this may take two writes.
Step DeploymentController::refresh_deployment(Rollout& rollout, std::int64_t revision,
                                              const std::optional<DeploymentCondition>& condition) {
  doc::Value object = rollout.deployment.value();
  if (revision_of(object) != revision) {
    api::set_annotation(object, kRevisionAnnotation, std::to_string(revision));
    auto updated = context_.api.update(kDeployments, std::move(object));
    if (!updated) return Step::failed;
    object = std::move(*updated);
    rollout.deployment = api::Deployment{object};
  }
  if (!condition) return Step::unchanged;
  doc::Value status = object["status"_key];
  set_deployment_condition(status, *condition, context_.loop.now());
  auto written = write_status(context_.api, kDeployments, object, std::move(status));
  if (!written) return Step::failed;
  rollout.deployment = api::Deployment{std::move(*written)};
  return Step::changed;
}

Step DeploymentController::ensure_current(Rollout& rollout) {
  return rollout.current ? refresh_current(rollout) : create_current(rollout);
}

Step DeploymentController::create_current(Rollout& rollout) {
  const api::Deployment& deployment = rollout.deployment;
  doc::Value wanted = new_replica_set(rollout);
  const std::string wanted_name{api::name(wanted)};
  auto created = context_.api.create(kReplicaSets, deployment.namespace_name(), wanted);
  if (!created) {
    if (already_exists(created.error())) return resolve_name_clash(rollout, wanted);
    if (is_namespace_terminating(created.error())) return Step::unchanged;
    const std::string message = fmt::format("Failed to create new replica set \"{}\": {}",
                                            wanted_name, created.error().message);
    if (has_progress_deadline(deployment)) {
      doc::Value status = deployment.value()["status"_key];
      set_deployment_condition(status, {"Progressing", "False", "ReplicaSetCreateError", message},
                               context_.loop.now());
      // The failure is what counts; should this write fail too, the retry repeats it.
      (void)write_status(context_.api, kDeployments, deployment.value(), std::move(status));
    }
    events_.warning(deployment.value(), "ReplicaSetCreateError", message);
    return Step::failed;
  }
  written_[std::string{api::uid(*created)}] = *created;
  rollout.current = api::ReplicaSet{std::move(*created)};
  if (rollout.current->replicas() > 0) {
    events_.normal(deployment.value(), "ScalingReplicaSet",
                   fmt::format("Scaled up replica set {} from 0 to {}", wanted_name,
                               rollout.current->replicas()));
  }
  std::optional<DeploymentCondition> condition;
  if (has_progress_deadline(deployment)) {
    condition = {"Progressing", "True", "NewReplicaSetCreated",
                 fmt::format("Created new replica set \"{}\"", wanted_name)};
  }
  return refresh_deployment(rollout, revision_of(rollout.current->value()), condition);
}

// A ReplicaSet of that name exists. If it is ours and has the same template, the cache lags;
// otherwise the hash collides with another template's, and counting the collision gives the next
// attempt another name.
Step DeploymentController::resolve_name_clash(Rollout& rollout, const doc::Value& wanted) {
  const api::Deployment& deployment = rollout.deployment;
  auto existing = context_.api.get(kReplicaSets, deployment.namespace_name(), api::name(wanted));
  if (!existing) return Step::failed;
  const api::ReplicaSet replica_set{*existing};
  if (api::is_controlled_by(*existing, deployment.uid()) &&
      is_same_template(replica_set.pod_template(), deployment.pod_template())) {
    rollout.current = replica_set;
    return refresh_current(rollout);
  }
  doc::Value status = deployment.value()["status"_key];
  status.set("collisionCount"_key, std::max<std::int64_t>(deployment.collision_count(), 0) + 1);
  (void)write_status(context_.api, kDeployments, deployment.value(), std::move(status));
  return Step::failed;
}

Step DeploymentController::resize(Rollout& rollout, const Resize& resize) {
  const api::Deployment& deployment = rollout.deployment;
  const std::int64_t before = resize.replica_set.replicas();
  doc::Value changed = resize.replica_set.value();
  const bool annotated = annotate_replicas(deployment, changed);
  if (before == resize.replicas && !annotated) return Step::unchanged;
  changed.edit("spec"_key).set("replicas"_key, resize.replicas);
  auto updated = context_.api.update(kReplicaSets, std::move(changed));
  if (!updated) return Step::failed;
  written_[std::string{api::uid(*updated)}] = *updated;
  const api::ReplicaSet replica_set{std::move(*updated)};
  if (rollout.current && rollout.current->uid() == replica_set.uid()) rollout.current = replica_set;
  for (api::ReplicaSet& old : rollout.old) {
    if (old.uid() == replica_set.uid()) old = replica_set;
  }
  if (before == resize.replicas) return Step::unchanged;
  events_.normal(deployment.value(), "ScalingReplicaSet",
                 fmt::format("Scaled {} replica set {} from {} to {}",
                             before < resize.replicas ? "up" : "down", replica_set.name(), before,
                             resize.replicas));
  return Step::changed;
}

Step DeploymentController::resize_all(Rollout& rollout, const std::vector<Resize>& plan) {
  Step result = Step::unchanged;
  for (const Resize& one : plan) {
    const Step step = resize(rollout, one);
    if (step == Step::failed) return step;
    if (step == Step::changed) result = step;
  }
  return result;
}

bool DeploymentController::clean_up(const Rollout& rollout) {
  bool all_well = true;
  for (const api::ReplicaSet& replica_set : plan_cleanup(rollout)) {
    const auto removed =
        context_.api.remove(kReplicaSets, replica_set.namespace_name(), replica_set.name());
    all_well = all_well && (removed || is_not_found(removed.error()));
  }
  return all_well;
}

// Pods of old ReplicaSets, running or still ending.
bool DeploymentController::has_old_pods(const Rollout& rollout) const {
  if (total_status_replicas(rollout.old) > 0) return true;
  return std::ranges::any_of(rollout.old, [this](const api::ReplicaSet& replica_set) {
    return std::ranges::any_of(
        pods_.by_controller().find(replica_set.uid()),
        [](const client::Entry* entry) { return !api::Pod{entry->second}.is_terminal(); });
  });
}

}  // namespace

std::unique_ptr<Controller> make_deployment_controller(const Context& context) {
  return std::make_unique<DeploymentController>(context);
}

}  // namespace rockpool::controllers
