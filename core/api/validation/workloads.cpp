// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/api/validation/parts.h"
#include "core/api/validation/validation.h"

// Models pkg/apis/apps/validation.
namespace rockpool::api::validation {

namespace {

// A percentage's number; a plain number counts as none.
std::optional<std::int64_t> percentage(const Value& value) {
  const std::string_view text = value.as_string();
  if (!value.is_string() || !check_percent(text).empty()) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void validate_not_negative_member(const Value& object, doc::KnownKeyIndex key,
                                  const FieldPath& path, FieldErrors& errors) noexcept {
  validate_not_negative(object[key], path.child(doc::kKnownKeys[key.value]), errors);
}

void validate_counts(const Value& status, std::initializer_list<doc::KnownKeyIndex> keys,
                     FieldErrors& errors) noexcept {
  const FieldPath path{"status"};
  for (const doc::KnownKeyIndex key : keys) {
    validate_not_negative_member(status, key, path, errors);
  }
}

void validate_at_most(const Value& status, doc::KnownKeyIndex key, doc::KnownKeyIndex bound,
                      std::string_view message, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  if (status[key].as_int() > status[bound].as_int()) {
    errors.invalid(path.child(doc::kKnownKeys[key.value]), status[key], message);
  }
}

void validate_int_or_percent(const Value& value, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  if (value.is_string()) {
    errors.invalid_each(path, value, check_percent(value.as_string()));
  } else {
    validate_not_negative(value, path, errors);
  }
}

bool is_zero_int_or_percent(const Value& value) noexcept {
  return value.is_string() ? percentage(value).value_or(0) == 0 : value.as_int() == 0;
}

void validate_at_most_100_percent(const Value& value, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  if (percentage(value).value_or(0) > 100) {
    errors.invalid(path, value, "must not be greater than 100%");
  }
}

void validate_runs_for_ever(const Value& pod_spec, std::string_view kind, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  if (pod_spec["restartPolicy"_key].as_string() != "Always") {
    errors.not_supported(path.child("restartPolicy"), pod_spec["restartPolicy"_key].to_string(),
                         {"Always"});
  }
  if (!pod_spec["activeDeadlineSeconds"_key].is_null()) {
    errors.forbidden(path.child("activeDeadlineSeconds"),
                     fmt::format("activeDeadlineSeconds in {} is not Supported", kind));
  }
}

void validate_selects_template(const Value& pod_template, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const Value& labels = pod_template["metadata"_key]["labels"_key];
  errors.invalid_rendered(path.child("metadata").child("labels"),
                          labels.is_null() ? "null" : render_value(labels),
                          "`selector` does not match template `labels`");
}

namespace {

constexpr std::string_view kBeyondReplicas = "cannot be greater than status.replicas";
constexpr std::string_view kBeyondReady = "cannot be greater than readyReplicas";

void validate_selector(const Value& selector, const FieldPath& path, FieldErrors& errors) noexcept {
  if (selector.is_null()) return errors.required(path);
  validate_label_selector(selector, path, errors);
  if (selector["matchLabels"_key].size() + selector["matchExpressions"_key].size() == 0) {
    // Upstream says "deployment" for both kinds.
    errors.invalid(path, selector, "empty selector is invalid for deployment");
  }
}

// ValidatePodTemplateSpecForReplicaSet.
void validate_template(const Value& spec, const LabelSelector& selector, const FieldPath& path,
                       FieldErrors& errors) noexcept {
  const Value& pod_template = spec["template"_key];
  const Value& pod_spec = pod_template["spec"_key];
  const bool selects = !selector.is_everything() && !selector.is_nothing();
  if (selects && !selector.matches(pod_template["metadata"_key]["labels"_key])) {
    validate_selects_template(pod_template, path, errors);
  }
  validate_pod_template_spec(pod_template, path, errors);
  const FieldPath spec_path = path.child("spec");
  if (spec["replicas"_key].as_int() > 1) {
    validate_read_only_disks(pod_spec["volumes"_key], spec_path.child("volumes"), errors);
  }
  validate_runs_for_ever(pod_spec, "ReplicaSet", spec_path, errors);
}

void validate_selector_and_template(const Value& spec, const FieldPath& path,
                                    FieldErrors& errors) noexcept {
  const FieldPath selector_path = path.child("selector");
  validate_selector(spec["selector"_key], selector_path, errors);
  const Result<LabelSelector> selector = LabelSelector::from_value(spec["selector"_key]);
  if (!selector) {
    return errors.invalid(selector_path, spec["selector"_key], "invalid label selector");
  }
  validate_template(spec, *selector, path.child("template"), errors);
}

void validate_rolling_update(const Value& rolling, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const Value& unavailable = rolling["maxUnavailable"_key];
  const Value& surge = rolling["maxSurge"_key];
  const FieldPath unavailable_path = path.child("maxUnavailable");
  validate_int_or_percent(unavailable, unavailable_path, errors);
  validate_int_or_percent(surge, path.child("maxSurge"), errors);
  if (is_zero_int_or_percent(unavailable) && is_zero_int_or_percent(surge)) {
    errors.invalid(unavailable_path, unavailable, "may not be 0 when `maxSurge` is 0");
  }
  validate_at_most_100_percent(unavailable, unavailable_path, errors);
}

void validate_strategy(const Value& strategy, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view type = strategy["type"_key].as_string();
  const Value& rolling = strategy["rollingUpdate"_key];
  const FieldPath rolling_path = path.child("rollingUpdate");
  if (type == "Recreate") {
    if (!rolling.is_null()) {
      errors.forbidden(rolling_path, "may not be specified when strategy `type` is 'Recreate'");
    }
  } else if (type == "RollingUpdate") {
    if (rolling.is_null()) {
      errors.required(rolling_path, "this should be defaulted and never be nil");
    } else {
      validate_rolling_update(rolling, rolling_path, errors);
    }
  } else {
    errors.not_supported(path, strategy, {"Recreate", "RollingUpdate"});
  }
}

void validate_deployment_spec(const Value& spec, FieldErrors& errors) noexcept {
  const FieldPath path{"spec"};
  validate_not_negative_member(spec, "replicas"_key, path, errors);
  validate_selector_and_template(spec, path, errors);
  validate_strategy(spec["strategy"_key], path.child("strategy"), errors);
  validate_not_negative_member(spec, "minReadySeconds"_key, path, errors);
  validate_not_negative_member(spec, "revisionHistoryLimit"_key, path, errors);
  const Value& deadline = spec["progressDeadlineSeconds"_key];
  if (deadline.is_null()) return;
  const FieldPath deadline_path = path.child("progressDeadlineSeconds");
  validate_not_negative(deadline, deadline_path, errors);
  if (deadline.as_int() <= spec["minReadySeconds"_key].as_int()) {
    errors.invalid(deadline_path, deadline, "must be greater than minReadySeconds");
  }
}

void validate_replica_set_spec(const Value& spec, FieldErrors& errors) noexcept {
  const FieldPath path{"spec"};
  validate_not_negative_member(spec, "replicas"_key, path, errors);
  validate_not_negative_member(spec, "minReadySeconds"_key, path, errors);
  validate_selector_and_template(spec, path, errors);
}

void validate_same_selector(const Value& object, const Value& old_object,
                            FieldErrors& errors) noexcept {
  validate_immutable(object["spec"_key]["selector"_key], old_object["spec"_key]["selector"_key],
                     FieldPath{"spec"}.child("selector"), errors);
}

}  // namespace

void validate_deployment(const Value& deployment, FieldErrors& errors) noexcept {
  validate_object_meta(deployment, true, check_dns1123_subdomain, errors);
  validate_deployment_spec(deployment["spec"_key], errors);
}

void validate_deployment_update(const Value& deployment, const Value& old_deployment,
                                FieldErrors& errors) noexcept {
  validate_object_meta_update(deployment, old_deployment, errors);
  validate_deployment_spec(deployment["spec"_key], errors);
  validate_same_selector(deployment, old_deployment, errors);
}

void validate_deployment_status_update(const Value& deployment, const Value& old_deployment,
                                       FieldErrors& errors) noexcept {
  validate_object_meta_update(deployment, old_deployment, errors);
  const Value& status = deployment["status"_key];
  const FieldPath path{"status"};
  for (const doc::KnownKeyIndex key :
       {"observedGeneration"_key, "replicas"_key, "updatedReplicas"_key, "readyReplicas"_key,
        "availableReplicas"_key, "unavailableReplicas"_key, "terminatingReplicas"_key,
        "collisionCount"_key}) {
    validate_not_negative_member(status, key, path, errors);
  }
  for (const doc::KnownKeyIndex key :
       {"updatedReplicas"_key, "readyReplicas"_key, "availableReplicas"_key}) {
    validate_at_most(status, key, "replicas"_key, kBeyondReplicas, path, errors);
  }
  validate_at_most(status, "availableReplicas"_key, "readyReplicas"_key, kBeyondReady, path,
                   errors);
  const Value& count = status["collisionCount"_key];
  const Value& old_count = old_deployment["status"_key]["collisionCount"_key];
  if (!old_count.is_null() && (count.is_null() || count.as_int() < old_count.as_int())) {
    errors.invalid(path.child("collisionCount"), count, "cannot be decremented");
  }
}

void validate_replica_set(const Value& replica_set, FieldErrors& errors) noexcept {
  validate_object_meta(replica_set, true, check_dns1123_subdomain, errors);
  validate_replica_set_spec(replica_set["spec"_key], errors);
}

void validate_replica_set_update(const Value& replica_set, const Value& old_replica_set,
                                 FieldErrors& errors) noexcept {
  validate_object_meta_update(replica_set, old_replica_set, errors);
  validate_replica_set_spec(replica_set["spec"_key], errors);
  validate_same_selector(replica_set, old_replica_set, errors);
}

void validate_replica_set_status_update(const Value& replica_set, const Value& old_replica_set,
                                        FieldErrors& errors) noexcept {
  validate_object_meta_update(replica_set, old_replica_set, errors);
  const Value& status = replica_set["status"_key];
  const FieldPath path{"status"};
  for (const doc::KnownKeyIndex key :
       {"replicas"_key, "fullyLabeledReplicas"_key, "readyReplicas"_key, "availableReplicas"_key,
        "terminatingReplicas"_key, "observedGeneration"_key}) {
    validate_not_negative_member(status, key, path, errors);
  }
  for (const doc::KnownKeyIndex key :
       {"fullyLabeledReplicas"_key, "readyReplicas"_key, "availableReplicas"_key}) {
    validate_at_most(status, key, "replicas"_key, kBeyondReplicas, path, errors);
  }
  validate_at_most(status, "availableReplicas"_key, "readyReplicas"_key, kBeyondReady, path,
                   errors);
}

}  // namespace rockpool::api::validation

namespace rockpool::api {

using namespace doc::literals;

FieldErrors validate_scale(const doc::Value& scale) {
  FieldErrors errors;
  validation::validate_object_meta(scale, true, check_dns1123_subdomain, errors);
  validation::validate_not_negative(scale["spec"_key]["replicas"_key],
                                    FieldPath{"spec"}.child("replicas"), errors);
  return errors;
}

}  // namespace rockpool::api
