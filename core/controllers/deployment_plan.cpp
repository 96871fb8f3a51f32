// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/deployment_plan.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include "core/api/names.h"
#include "core/api/object.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

// Revision histories are cut from the front at this length.
constexpr std::size_t kMaxRevisionHistoryLength = 2000;

std::int64_t parse_number(std::string_view text, std::int64_t fallback) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : fallback;
}

bool older(const api::ReplicaSet& left, const api::ReplicaSet& right) {
  const auto age = [](const api::ReplicaSet& replica_set) {
    return std::tuple{api::creation_timestamp(replica_set.value()), replica_set.name()};
  };
  return age(left) < age(right);
}

// Surge and unavailability resolved against the wanted number (ResolveFenceposts).
struct Fenceposts {
  std::int64_t surge = 0;
  std::int64_t unavailable = 0;
};

Fenceposts fenceposts(const api::Deployment& deployment) {
  const std::int64_t wanted = deployment.replicas();
  Fenceposts result;
  result.surge = api::scaled_value(deployment.max_surge(), wanted, api::Rounding::up).value_or(0);
  result.unavailable =
      api::scaled_value(deployment.max_unavailable(), wanted, api::Rounding::down).value_or(0);
  // With both at zero nothing could ever move.
  if (result.surge == 0 && result.unavailable == 0) result.unavailable = 1;
  return result;
}

bool is_rolling(const api::Deployment& deployment) {
  return deployment.strategy() == "RollingUpdate";
}

bool is_active(const api::ReplicaSet& replica_set) {
  return replica_set.replicas() > 0;
}

// All Pods of the Deployment are the current ReplicaSet's, and available (IsSaturated).
bool is_saturated(const Rollout& rollout) {
  if (!rollout.current) return false;
  const api::ReplicaSet& current = *rollout.current;
  const std::int64_t wanted = rollout.deployment.replicas();
  const std::int64_t desired =
      parse_number(api::annotation(current.value(), kDesiredReplicasAnnotation), -1);
  return current.replicas() == wanted && desired == wanted &&
         current.available_replicas() == wanted;
}

// The only ReplicaSet with Pods, or the latest if none has any (FindActiveOrLatest).
std::optional<api::ReplicaSet> active_or_latest(const Rollout& rollout) {
  const std::vector<api::ReplicaSet> all = rollout.all();
  std::vector<api::ReplicaSet> active;
  std::ranges::copy_if(all, std::back_inserter(active), is_active);
  if (active.size() > 1) return std::nullopt;
  if (active.size() == 1) return active.front();
  if (rollout.current) return rollout.current;
  return rollout.old.empty() ? std::nullopt : std::optional{rollout.old.back()};
}

// By how much a ReplicaSet changes so that it keeps its share of the whole (getReplicaSetFraction).
std::int64_t share(const api::ReplicaSet& replica_set, const api::Deployment& deployment) {
  if (deployment.replicas() == 0) return -replica_set.replicas();
  const std::int64_t largest = deployment.replicas() + max_surge(deployment);
  std::int64_t largest_before =
      parse_number(api::annotation(replica_set.value(), kMaxReplicasAnnotation), 0);
  if (largest_before <= 0) largest_before = deployment.status_replicas();
  if (largest_before <= 0) return 0;
  const double size =
      static_cast<double>(replica_set.replicas() * largest) / static_cast<double>(largest_before);
  return std::llround(size) - replica_set.replicas();
}

// Larger ones first. When adding, the newest of the same size comes first; when removing, the
// oldest.
void sort_for_scaling(std::vector<api::ReplicaSet>& replica_sets, bool adding) {
  std::ranges::stable_sort(replica_sets, [adding](const auto& left, const auto& right) {
    if (left.replicas() != right.replicas()) return left.replicas() > right.replicas();
    return adding ? older(right, left) : older(left, right);
  });
}

std::vector<Resize> plan_proportional_scale(const Rollout& rollout) {
  const api::Deployment& deployment = rollout.deployment;
  std::vector<api::ReplicaSet> active;
  for (api::ReplicaSet& replica_set : rollout.all()) {
    if (is_active(replica_set)) active.push_back(std::move(replica_set));
  }
  const std::int64_t allowed =
      deployment.replicas() > 0 ? deployment.replicas() + max_surge(deployment) : 0;
  const std::int64_t to_add = allowed - total_replicas(active);
  sort_for_scaling(active, to_add > 0);

  std::vector<Resize> plan;
  std::int64_t added = 0;
  for (const api::ReplicaSet& replica_set : active) {
    std::int64_t change = 0;
    if (to_add != added) {
      const std::int64_t fraction = share(replica_set, deployment);
      change = to_add > 0 ? std::min(fraction, to_add - added) : std::max(fraction, to_add - added);
    }
    plan.push_back({replica_set, replica_set.replicas() + change});
    added += change;
  }
  if (!plan.empty()) {
    plan.front().replicas = std::max<std::int64_t>(plan.front().replicas + to_add - added, 0);
  }
  return plan;
}

// The annotations that a Deployment does not hand down (annotationsToSkip).
bool is_own_annotation(std::string_view key) {
  return key == "kubectl.kubernetes.io/last-applied-configuration" || key == kRevisionAnnotation ||
         key == kRevisionHistoryAnnotation || key == kDesiredReplicasAnnotation ||
         key == kMaxReplicasAnnotation || key == "deprecated.deployment.rollback.to";
}

bool set_annotation(doc::Value& object, std::string_view key, std::string_view value) {
  const doc::Value* found = api::annotations(object).find(key);
  if (found != nullptr && found->as_string() == value) return false;
  api::set_annotation(object, key, value);
  return true;
}

// A ReplicaSet that becomes current again remembers which revisions it was before.
void remember_revision(doc::Value& replica_set, std::string_view old_revision) {
  std::string history{api::annotation(replica_set, kRevisionHistoryAnnotation)};
  while (history.size() + old_revision.size() + 1 > kMaxRevisionHistoryLength) {
    const std::size_t comma = history.find(',');
    if (comma == std::string::npos) return;
    history.erase(0, comma + 1);
  }
  if (!history.empty()) history += ',';
  api::set_annotation(replica_set, kRevisionHistoryAnnotation, history.append(old_revision));
}

}  // namespace

std::vector<api::ReplicaSet> Rollout::all() const {
  std::vector<api::ReplicaSet> result = old;
  if (current) result.push_back(*current);
  return result;
}

Rollout make_rollout(const api::Deployment& deployment, std::vector<api::ReplicaSet> replica_sets) {
  std::ranges::stable_sort(replica_sets, older);
  Rollout rollout{.deployment = deployment, .current = std::nullopt, .old = {}};
  for (api::ReplicaSet& replica_set : replica_sets) {
    // If several have the present template, the oldest is it, so that the choice never changes.
    if (!rollout.current &&
        is_same_template(replica_set.pod_template(), deployment.pod_template())) {
      rollout.current = std::move(replica_set);
    } else {
      rollout.old.push_back(std::move(replica_set));
    }
  }
  return rollout;
}

std::int64_t max_surge(const api::Deployment& deployment) {
  return is_rolling(deployment) ? fenceposts(deployment).surge : 0;
}

std::int64_t max_unavailable(const api::Deployment& deployment) {
  if (!is_rolling(deployment) || deployment.replicas() == 0) return 0;
  return std::min(fenceposts(deployment).unavailable, deployment.replicas());
}

std::int64_t total_replicas(const std::vector<api::ReplicaSet>& replica_sets) {
  std::int64_t sum = 0;
  for (const api::ReplicaSet& replica_set : replica_sets) sum += replica_set.replicas();
  return sum;
}

std::int64_t total_status_replicas(const std::vector<api::ReplicaSet>& replica_sets) {
  std::int64_t sum = 0;
  for (const api::ReplicaSet& replica_set : replica_sets) sum += replica_set.status_replicas();
  return sum;
}

std::int64_t total_available(const std::vector<api::ReplicaSet>& replica_sets) {
  std::int64_t sum = 0;
  for (const api::ReplicaSet& replica_set : replica_sets) sum += replica_set.available_replicas();
  return sum;
}

bool is_same_template(const doc::Value& left, const doc::Value& right) {
  if (!(left["spec"_key] == right["spec"_key])) return false;
  const auto without_hash = [](const doc::Value& pod_template) {
    doc::Value copy = pod_template;
    api::remove_label(copy, kPodTemplateHashLabel);
    return copy;
  };
  return without_hash(left) == without_hash(right);
}

doc::Value new_replica_set(const Rollout& rollout) {
  const api::Deployment& deployment = rollout.deployment;
  const std::string hash =
      api::pod_template_hash(deployment.pod_template(), deployment.collision_count());
  doc::Value pod_template = deployment.pod_template();
  api::set_label(pod_template, kPodTemplateHashLabel, hash);
  doc::Value selector = deployment.selector();
  selector.edit("matchLabels"_key).set(kPodTemplateHashLabel, hash);
  doc::Value spec =
      doc::Value::object({{"replicas"_key, 0}, {"selector"_key, std::move(selector)}});
  if (deployment.min_ready_seconds() != 0) {
    spec.set("minReadySeconds"_key, deployment.min_ready_seconds());
  }
  doc::Value metadata = doc::Value::object({
      {"name"_key, std::string{deployment.name()} + "-" + hash},
      {"namespace"_key, deployment.namespace_name()},
      {"labels"_key, pod_template["metadata"_key]["labels"_key]},
      {"ownerReferences"_key,
       doc::Value::array({api::new_controller_reference(deployment.value()).to_value()})},
  });
  spec.set("template"_key, std::move(pod_template));
  doc::Value replica_set =
      doc::Value::object({{"metadata"_key, std::move(metadata)}, {"spec"_key, std::move(spec)}});
  Rollout with_new = rollout;
  with_new.current = api::ReplicaSet{replica_set};
  replica_set.edit("spec"_key).set("replicas"_key, plan_current(with_new));
  annotate_replica_set(deployment, replica_set, next_revision(rollout), true);
  return replica_set;
}

bool is_scaling_event(const Rollout& rollout) {
  return std::ranges::any_of(rollout.all(), [&](const api::ReplicaSet& replica_set) {
    const std::int64_t desired =
        parse_number(api::annotation(replica_set.value(), kDesiredReplicasAnnotation), -1);
    return is_active(replica_set) && desired >= 0 && desired != rollout.deployment.replicas();
  });
}

std::vector<Resize> plan_scale(const Rollout& rollout) {
  if (const auto only = active_or_latest(rollout)) return {{*only, rollout.deployment.replicas()}};
  std::vector<Resize> plan;
  if (is_saturated(rollout)) {
    for (const api::ReplicaSet& replica_set : rollout.old) {
      if (is_active(replica_set)) plan.push_back({replica_set, 0});
    }
    return plan;
  }
  if (!is_rolling(rollout.deployment)) return plan;
  return plan_proportional_scale(rollout);
}

std::int64_t plan_current(const Rollout& rollout) {
  const std::int64_t wanted = rollout.deployment.replicas();
  const std::int64_t present = rollout.current->replicas();
  if (!is_rolling(rollout.deployment) || present >= wanted) return wanted;
  const std::int64_t room = wanted + max_surge(rollout.deployment) - total_replicas(rollout.all());
  return present + std::clamp<std::int64_t>(room, 0, wanted - present);
}

std::vector<Resize> plan_old(const Rollout& rollout) {
  const api::Deployment& deployment = rollout.deployment;
  const std::int64_t min_available = deployment.replicas() - max_unavailable(deployment);
  const api::ReplicaSet& current = *rollout.current;
  const std::int64_t spare = total_replicas(rollout.all()) - min_available -
                             (current.replicas() - current.available_replicas());
  std::vector<Resize> plan;
  if (total_replicas(rollout.old) == 0 || spare <= 0) return plan;

  for (const api::ReplicaSet& replica_set : rollout.old) {
    plan.push_back({replica_set, replica_set.replicas()});
  }
  std::int64_t removable = spare;
  for (Resize& resize : plan) {
    const std::int64_t unavailable = resize.replicas - resize.replica_set.available_replicas();
    const std::int64_t count = std::clamp<std::int64_t>(unavailable, 0, removable);
    resize.replicas -= count;
    removable -= count;
  }
  std::int64_t sparable = std::max<std::int64_t>(total_available(rollout.all()) - min_available, 0);
  for (Resize& resize : plan) {
    const std::int64_t count = std::min(sparable, resize.replicas);
    resize.replicas -= count;
    sparable -= count;
  }
  std::erase_if(
      plan, [](const Resize& resize) { return resize.replicas == resize.replica_set.replicas(); });
  return plan;
}

std::vector<api::ReplicaSet> plan_cleanup(const Rollout& rollout) {
  std::vector<api::ReplicaSet> candidates;
  for (const api::ReplicaSet& replica_set : rollout.old) {
    if (!replica_set.is_being_deleted()) candidates.push_back(replica_set);
  }
  const auto limit = static_cast<std::size_t>(rollout.deployment.revision_history_limit());
  if (candidates.size() <= limit) return {};
  std::ranges::stable_sort(candidates, {}, [](const api::ReplicaSet& replica_set) {
    return revision_of(replica_set.value());
  });
  candidates.resize(candidates.size() - limit);
  std::erase_if(candidates, [](const api::ReplicaSet& replica_set) {
    return replica_set.status_replicas() != 0 || replica_set.replicas() != 0 ||
           replica_set.generation() > replica_set.observed_generation();
  });
  return candidates;
}

std::int64_t revision_of(const doc::Value& object) {
  return parse_number(api::annotation(object, kRevisionAnnotation), 0);
}

std::int64_t next_revision(const Rollout& rollout) {
  std::int64_t highest = 0;
  for (const api::ReplicaSet& replica_set : rollout.old) {
    highest = std::max(highest, revision_of(replica_set.value()));
  }
  return highest + 1;
}

bool annotate_replica_set(const api::Deployment& deployment, doc::Value& replica_set,
                          std::int64_t revision, bool is_new) {
  bool changed = false;
  for (const doc::Member& annotation : deployment.annotations().members()) {
    if (is_own_annotation(annotation.key.text())) continue;
    changed =
        set_annotation(replica_set, annotation.key.text(), annotation.value.as_string()) || changed;
  }
  const std::string old_revision{api::annotation(replica_set, kRevisionAnnotation)};
  if (parse_number(old_revision, 0) < revision) {
    api::set_annotation(replica_set, kRevisionAnnotation, std::to_string(revision));
    if (!old_revision.empty()) remember_revision(replica_set, old_revision);
    changed = true;
  }
  if (is_new) changed = annotate_replicas(deployment, replica_set) || changed;
  return changed;
}

bool annotate_replicas(const api::Deployment& deployment, doc::Value& replica_set) {
  const std::int64_t wanted = deployment.replicas();
  const bool desired =
      set_annotation(replica_set, kDesiredReplicasAnnotation, std::to_string(wanted));
  const bool largest = set_annotation(replica_set, kMaxReplicasAnnotation,
                                      std::to_string(wanted + max_surge(deployment)));
  return desired || largest;
}

}  // namespace rockpool::controllers
