// SPDX-License-Identifier: Apache-2.0
#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/api/validation/parts.h"

// StatefulSets, DaemonSets, ControllerRevisions, ReplicationControllers and PodTemplates
// (pkg/apis/apps/validation, pkg/apis/core/validation).
namespace rockpool::api::validation {

namespace {

constexpr std::string_view kBeyondReplicas = "cannot be greater than status.replicas";

bool is_empty_selector(const Value& selector) noexcept {
  return selector["matchLabels"_key].size() + selector["matchExpressions"_key].size() == 0;
}

void validate_stateful_update_strategy(const Value& strategy, const FieldPath& path,
                                       FieldErrors& errors) noexcept {
  const std::string_view type = strategy["type"_key].as_string();
  const Value& rolling = strategy["rollingUpdate"_key];
  const FieldPath rolling_path = path.child("rollingUpdate");
  if (type == "OnDelete") {
    if (!rolling.is_null()) {
      errors.invalid(rolling_path, rolling, "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (type == "RollingUpdate") {
    validate_not_negative_member(rolling, "partition"_key, rolling_path, errors);
    const Value& unavailable = rolling["maxUnavailable"_key];
    if (unavailable.is_null()) return;
    const FieldPath unavailable_path = rolling_path.child("maxUnavailable");
    validate_int_or_percent(unavailable, unavailable_path, errors);
    if (is_zero_int_or_percent(unavailable)) {
      errors.invalid(unavailable_path, unavailable, "cannot be 0");
    }
    validate_at_most_100_percent(unavailable, unavailable_path, errors);
  } else {
    errors.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
  }
}

void validate_retention_policy(const Value& policy, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  if (policy.is_null()) return;
  for (const doc::KnownKeyIndex key : {"whenDeleted"_key, "whenScaled"_key}) {
    validate_one_of(policy[key], path.child(doc::kKnownKeys[key.value]), errors,
                    {"Retain", "Delete"});
  }
}

// Upstream leaves the PodSpec alone here, as its mounts may name claims instead of volumes.
void validate_stateful_template(const Value& spec, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const FieldPath selector_path = path.child("selector");
  const Value& selector = spec["selector"_key];
  if (selector.is_null()) {
    errors.required(selector_path);
  } else {
    validate_label_selector(selector, selector_path, errors);
    if (is_empty_selector(selector)) {
      errors.invalid(selector_path, selector, "empty selector is invalid for statefulset");
    }
  }
  const FieldPath template_path = path.child("template");
  const Value& pod_template = spec["template"_key];
  const Value& metadata = pod_template["metadata"_key];
  if (const Result<LabelSelector> parsed = LabelSelector::from_value(selector); !parsed) {
    errors.invalid(selector_path, selector, "");
  } else {
    if (!parsed->is_everything() && !parsed->is_nothing() &&
        !parsed->matches(metadata["labels"_key])) {
      validate_selects_template(pod_template, template_path, errors);
    }
    validate_labels(metadata["labels"_key], template_path.child("labels"), errors);
    validate_annotations(metadata["annotations"_key], template_path.child("annotations"), errors);
    validate_pod_annotations(metadata["annotations"_key], pod_template["spec"_key],
                             template_path.child("annotations"), errors);
  }
  validate_runs_for_ever(pod_template["spec"_key], "StatefulSet", template_path.child("spec"),
                         errors);
}

void validate_collision_count(const Value& object, const Value& old_object,
                              FieldErrors& errors) noexcept {
  const Value& count = object["status"_key]["collisionCount"_key];
  const Value& old_count = old_object["status"_key]["collisionCount"_key];
  if (!old_count.is_null() && (count.is_null() || count.as_int() < old_count.as_int())) {
    errors.invalid(FieldPath{"status"}.child("collisionCount"), count, "cannot be decremented");
  }
}

void validate_rolling_daemons(const Value& rolling, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const Value& unavailable = rolling["maxUnavailable"_key];
  const Value& surge = rolling["maxSurge"_key];
  const FieldPath unavailable_path = path.child("maxUnavailable");
  const FieldPath surge_path = path.child("maxSurge");
  validate_int_or_percent(unavailable, unavailable_path, errors);
  validate_int_or_percent(surge, surge_path, errors);
  validate_at_most_100_percent(unavailable, unavailable_path, errors);
  validate_at_most_100_percent(surge, surge_path, errors);
  const bool has_unavailable = !is_zero_int_or_percent(unavailable);
  const bool has_surge = !is_zero_int_or_percent(surge);
  if (has_unavailable && has_surge) {
    errors.invalid(surge_path, surge, "may not be set when maxUnavailable is non-zero");
  } else if (!has_unavailable && !has_surge) {
    errors.required(unavailable_path, "cannot be 0 when maxSurge is 0");
  }
}

void validate_daemon_strategy(const Value& strategy, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const std::string_view type = strategy["type"_key].as_string();
  if (type == "OnDelete") return;
  if (type != "RollingUpdate") {
    return errors.not_supported(path.child("type"), strategy["type"_key],
                                {"RollingUpdate", "OnDelete"});
  }
  const Value& rolling = strategy["rollingUpdate"_key];
  if (rolling.is_null()) return errors.required(path.child("rollingUpdate"));
  validate_rolling_daemons(rolling, path.child("rollingUpdate"), errors);
}

}  // namespace

void validate_stateful_set(const Value& stateful_set, FieldErrors& errors) noexcept {
  validate_object_meta(stateful_set, true, check_dns1123_subdomain, errors);
  const Value& spec = stateful_set["spec"_key];
  const FieldPath path{"spec"};
  const std::string_view management = spec["podManagementPolicy"_key].as_string();
  if (management != "OrderedReady" && management != "Parallel") {
    errors.invalid(path.child("podManagementPolicy"), spec["podManagementPolicy"_key],
                   "must be 'OrderedReady' or 'Parallel'");
  }
  validate_stateful_update_strategy(spec["updateStrategy"_key], path.child("updateStrategy"),
                                    errors);
  validate_retention_policy(spec["persistentVolumeClaimRetentionPolicy"_key],
                            path.child("persistentVolumeClaimRetentionPolicy"), errors);
  validate_not_negative_member(spec, "replicas"_key, path, errors);
  validate_not_negative_member(spec, "minReadySeconds"_key, path, errors);
  validate_not_negative(spec["ordinals"_key]["start"_key], path.child("ordinals.start"), errors);
  validate_stateful_template(spec, path, errors);
}

void validate_stateful_set_update(const Value& stateful_set, const Value& old_stateful_set,
                                  FieldErrors& errors) noexcept {
  Value rest = stateful_set["spec"_key];
  for (const doc::KnownKeyIndex key :
       {"replicas"_key, "ordinals"_key, "template"_key, "updateStrategy"_key,
        "revisionHistoryLimit"_key, "persistentVolumeClaimRetentionPolicy"_key,
        "minReadySeconds"_key}) {
    if (const Value& old_value = old_stateful_set["spec"_key][key]; !old_value.is_null()) {
      rest.set(key, old_value);
    } else {
      rest.erase(key);
    }
  }
  if (rest != old_stateful_set["spec"_key]) {
    errors.forbidden(
        FieldPath{"spec"},
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
        "'minReadySeconds' are forbidden");
  }
}

void validate_stateful_set_status(const Value& stateful_set, const Value& old_stateful_set,
                                  FieldErrors& errors) noexcept {
  const Value& status = stateful_set["status"_key];
  validate_counts(
      status,
      {"replicas"_key, "readyReplicas"_key, "currentReplicas"_key, "updatedReplicas"_key,
       "availableReplicas"_key, "observedGeneration"_key, "collisionCount"_key},
      errors);
  for (const doc::KnownKeyIndex key : {"readyReplicas"_key, "currentReplicas"_key,
                                       "updatedReplicas"_key, "availableReplicas"_key}) {
    validate_at_most(status, key, "replicas"_key, kBeyondReplicas, FieldPath{"status"}, errors);
  }
  validate_at_most(status, "availableReplicas"_key, "readyReplicas"_key,
                   "cannot be greater than status.readyReplicas", FieldPath{"status"}, errors);
  validate_collision_count(stateful_set, old_stateful_set, errors);
}

void validate_daemon_set(const Value& daemon_set, FieldErrors& errors) noexcept {
  validate_object_meta(daemon_set, true, check_dns1123_subdomain, errors);
  const Value& spec = daemon_set["spec"_key];
  const FieldPath path{"spec"};
  const FieldPath template_path = path.child("template");
  const Value& selector = spec["selector"_key];
  const Value& pod_template = spec["template"_key];
  validate_label_selector(selector, path.child("selector"), errors);
  const Result<LabelSelector> parsed = LabelSelector::from_value(selector);
  if (parsed && !parsed->matches(pod_template["metadata"_key]["labels"_key])) {
    validate_selects_template(pod_template, template_path, errors);
  }
  if (!selector.is_null() && is_empty_selector(selector)) {
    errors.invalid(path.child("selector"), selector, "empty selector is invalid for daemonset");
  }
  validate_pod_template_spec(pod_template, template_path, errors);
  const FieldPath spec_path = template_path.child("spec");
  validate_read_only_disks(pod_template["spec"_key]["volumes"_key], spec_path.child("volumes"),
                           errors);
  validate_runs_for_ever(pod_template["spec"_key], "DaemonSet", spec_path, errors);
  validate_not_negative_member(spec, "minReadySeconds"_key, path, errors);
  validate_daemon_strategy(spec["updateStrategy"_key], path.child("updateStrategy"), errors);
  validate_not_negative_member(spec, "revisionHistoryLimit"_key, path, errors);
}

void validate_daemon_set_status(const Value& daemon_set, const Value& old_daemon_set,
                                FieldErrors& errors) noexcept {
  validate_counts(
      daemon_set["status"_key],
      {"currentNumberScheduled"_key, "numberMisscheduled"_key, "desiredNumberScheduled"_key,
       "numberReady"_key, "observedGeneration"_key, "updatedNumberScheduled"_key,
       "numberAvailable"_key, "numberUnavailable"_key, "collisionCount"_key},
      errors);
  validate_collision_count(daemon_set, old_daemon_set, errors);
}

void validate_selector_update(const Value& object, const Value& old_object,
                              FieldErrors& errors) noexcept {
  validate_immutable(object["spec"_key]["selector"_key], old_object["spec"_key]["selector"_key],
                     FieldPath{"spec"}.child("selector"), errors);
}

void validate_controller_revision(const Value& revision, FieldErrors& errors) noexcept {
  validate_object_meta(revision, true, check_dns1123_subdomain, errors);
  if (revision["data"_key].is_null()) errors.required(FieldPath{"data"}, "data is mandatory");
  validate_not_negative(revision["revision"_key], FieldPath{"revision"}, errors);
}

void validate_controller_revision_update(const Value& revision, const Value& old_revision,
                                         FieldErrors& errors) noexcept {
  validate_immutable(revision["data"_key], old_revision["data"_key], FieldPath{"data"}, errors);
}

void validate_replication_controller(const Value& controller, FieldErrors& errors) noexcept {
  validate_object_meta(controller, true, check_dns1123_subdomain, errors);
  const Value& spec = controller["spec"_key];
  const FieldPath path{"spec"};
  validate_not_negative_member(spec, "minReadySeconds"_key, path, errors);
  const Value& selector = spec["selector"_key];
  if (selector.size() == 0) errors.required(path.child("selector"));
  validate_not_negative_member(spec, "replicas"_key, path, errors);
  const FieldPath template_path = path.child("template");
  const Value& pod_template = spec["template"_key];
  if (pod_template.is_null()) return errors.required(template_path);
  if (selector.size() != 0 &&
      !LabelSelector::from_labels(selector).matches(pod_template["metadata"_key]["labels"_key])) {
    validate_selects_template(pod_template, template_path, errors);
  }
  validate_pod_template_spec(pod_template, template_path, errors);
  const FieldPath spec_path = template_path.child("spec");
  if (spec["replicas"_key].as_int() > 1) {
    validate_read_only_disks(pod_template["spec"_key]["volumes"_key], spec_path.child("volumes"),
                             errors);
  }
  validate_runs_for_ever(pod_template["spec"_key], "ReplicationController", spec_path, errors);
}

void validate_replication_controller_status(const Value& controller, const Value&,
                                            FieldErrors& errors) noexcept {
  const Value& status = controller["status"_key];
  validate_counts(status,
                  {"replicas"_key, "fullyLabeledReplicas"_key, "readyReplicas"_key,
                   "availableReplicas"_key, "observedGeneration"_key},
                  errors);
  for (const doc::KnownKeyIndex key :
       {"fullyLabeledReplicas"_key, "readyReplicas"_key, "availableReplicas"_key}) {
    validate_at_most(status, key, "replicas"_key, kBeyondReplicas, FieldPath{"status"}, errors);
  }
  validate_at_most(status, "availableReplicas"_key, "readyReplicas"_key,
                   "cannot be greater than readyReplicas", FieldPath{"status"}, errors);
}

void validate_pod_template(const Value& pod_template, FieldErrors& errors) noexcept {
  validate_object_meta(pod_template, true, check_dns1123_subdomain, errors);
  validate_pod_template_spec(pod_template["template"_key], FieldPath{"template"}, errors);
}

}  // namespace rockpool::api::validation
