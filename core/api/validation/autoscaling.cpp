// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "core/api/object.h"
#include "core/api/quantity.h"
#include "core/api/validation/parts.h"

// Models pkg/apis/autoscaling/validation.
namespace rockpool::api::validation {

namespace {

constexpr std::int64_t kMaxStabilizationSeconds = 3600;
constexpr std::int64_t kMaxPeriodSeconds = 1800;

void validate_segment(const Value& text, std::string_view absent, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  if (text.is_empty()) return errors.required(path, absent);
  errors.invalid_each(path, text, check_path_segment(text.as_string()));
}

void validate_object_ref(const Value& ref, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_segment(ref["kind"_key], {}, path.child("kind"), errors);
  validate_segment(ref["name"_key], {}, path.child("name"), errors);
}

void validate_positive_quantity(const Value& quantity, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  if (!quantity.is_null() && Quantity::from_value(quantity).sign() != 1) {
    errors.invalid(path, quantity, "must be positive");
  }
}

void validate_target(const Value& target, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view type = target["type"_key].as_string();
  if (type.empty()) {
    errors.required(path.child("type"), "must specify a metric target type");
  } else if (type != "Utilization" && type != "Value" && type != "AverageValue") {
    errors.invalid(path.child("type"), target["type"_key],
                   "must be either Utilization, Value, or AverageValue");
  }
  validate_positive_quantity(target["value"_key], path.child("value"), errors);
  validate_positive_quantity(target["averageValue"_key], path.child("averageValue"), errors);
  const Value& utilization = target["averageUtilization"_key];
  if (!utilization.is_null() && utilization.as_int() < 1) {
    errors.invalid(path.child("averageUtilization"), utilization, "must be greater than 0");
  }
}

void validate_metric_name(const Value& source, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  validate_segment(source["metric"_key]["name"_key], "must specify a metric name",
                   path.child("metric").child("name"), errors);
}

void validate_object_metric(const Value& source, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const Value& target = source["target"_key];
  const FieldPath target_path = path.child("target");
  validate_object_ref(source["describedObject"_key], path.child("describedObject"), errors);
  validate_target(target, target_path, errors);
  validate_metric_name(source, path, errors);
  if (target["value"_key].is_null() && target["averageValue"_key].is_null()) {
    errors.required(target_path.child("averageValue"),
                    "must set either a target value for metric or a per-pod target");
  }
}

void validate_external_metric(const Value& source, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const Value& target = source["target"_key];
  const FieldPath target_path = path.child("target");
  validate_metric_name(source, path, errors);
  validate_target(target, target_path, errors);
  const bool has_value = !target["value"_key].is_null();
  const bool has_average = !target["averageValue"_key].is_null();
  if (!has_value && !has_average) {
    errors.required(target_path.child("averageValue"),
                    "must set either a target value for metric or a per-pod target");
  } else if (has_value && has_average) {
    errors.forbidden(target_path.child("value"),
                     "may not set both a target value for metric and a per-pod target");
  }
}

void validate_pods_metric(const Value& source, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  const Value& target = source["target"_key];
  const FieldPath target_path = path.child("target");
  validate_metric_name(source, path, errors);
  validate_target(target, target_path, errors);
  const Value& average = target["averageValue"_key];
  if (average.is_null() || Quantity::from_value(average).sign() != 1) {
    errors.required(target_path.child("averageValue"),
                    "must specify a positive target averageValue");
  }
}

void validate_resource_metric(const Value& source, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const Value& target = source["target"_key];
  const FieldPath target_path = path.child("target");
  if (source["name"_key].is_empty()) {
    errors.required(path.child("name"), "must specify a resource name");
  }
  validate_target(target, target_path, errors);
  const bool has_utilization = !target["averageUtilization"_key].is_null();
  const bool has_value = !target["averageValue"_key].is_null();
  if (!has_utilization && !has_value) {
    errors.required(target_path.child("averageUtilization"),
                    "must set either a target raw value or a target utilization");
  } else if (has_utilization && has_value) {
    errors.forbidden(target_path.child("averageValue"),
                     "may not set both a target raw value and a target utilization");
  }
}

void validate_container_metric(const Value& source, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  if (source["container"_key].is_empty()) {
    errors.required(path.child("container"), "must specify a container");
  }
  validate_resource_metric(source, path, errors);
}

struct MetricType {
  std::string_view type;
  doc::KnownKeyIndex member;
  void (*validate)(const Value& source, const FieldPath& path, FieldErrors& errors) noexcept;
};

constexpr MetricType kMetricTypes[] = {
    {"Object", "object"_key, validate_object_metric},
    {"External", "external"_key, validate_external_metric},
    {"Pods", "pods"_key, validate_pods_metric},
    {"Resource", "resource"_key, validate_resource_metric},
    {"ContainerResource", "containerResource"_key, validate_container_metric},
};

void validate_metric(const Value& metric, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& type = metric["type"_key];
  if (type.is_empty()) {
    errors.required(path.child("type"), "must specify a metric source type");
  } else {
    validate_one_of(type, path.child("type"), errors,
                    {"ContainerResource", "External", "Object", "Pods", "Resource"});
  }
  int present = 0;
  const MetricType* expected = nullptr;
  for (const MetricType& candidate : kMetricTypes) {
    if (!metric[candidate.member].is_null()) ++present;
    if (candidate.type == type.as_string()) expected = &candidate;
  }
  for (const MetricType& candidate : kMetricTypes) {
    const Value& source = metric[candidate.member];
    if (source.is_null() || present != 1) continue;
    candidate.validate(source, path.child(doc::kKnownKeys[candidate.member.value]), errors);
  }
  if (expected != nullptr && metric[expected->member].is_null()) {
    errors.required(path.child(doc::kKnownKeys[expected->member.value]),
                    "must populate information for the given metric source");
  }
  if (present == 1) return;
  for (const MetricType& candidate : kMetricTypes) {
    if (&candidate == expected || metric[candidate.member].is_null()) continue;
    errors.forbidden(path.child(doc::kKnownKeys[candidate.member.value]),
                     "must populate the given metric source only");
  }
}

void validate_scaling_policy(const Value& policy, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  validate_one_of(policy["type"_key], path.child("type"), errors, {"Percent", "Pods"});
  if (policy["value"_key].as_int() <= 0) {
    errors.invalid(path.child("value"), policy["value"_key].as_int(), kNotPositive);
  }
  const std::int64_t period = policy["periodSeconds"_key].as_int();
  if (period <= 0) {
    errors.invalid(path.child("periodSeconds"), period, kNotPositive);
  } else if (period > kMaxPeriodSeconds) {
    errors.invalid(path.child("periodSeconds"), period,
                   fmt::format("must be less than or equal to {}", kMaxPeriodSeconds));
  }
}

void validate_scaling_rules(const Value& rules, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  if (rules.is_null()) return;
  const Value& window = rules["stabilizationWindowSeconds"_key];
  const FieldPath window_path = path.child("stabilizationWindowSeconds");
  if (window.as_int() < 0) {
    errors.invalid(window_path, window, "must be greater than or equal to zero");
  } else if (window.as_int() > kMaxStabilizationSeconds) {
    errors.invalid(window_path, window,
                   fmt::format("must be less than or equal to {}", kMaxStabilizationSeconds));
  }
  validate_one_of(rules["selectPolicy"_key], path.child("selectPolicy"), errors,
                  {"Disabled", "Max", "Min"});
  const Value& policies = rules["policies"_key];
  const FieldPath policies_path = path.child("policies");
  if (policies.size() == 0) errors.required(policies_path, "must specify at least one Policy");
  for (std::size_t i = 0; i < policies.size(); ++i) {
    validate_scaling_policy(policies.at(i), policies_path.index(i), errors);
  }
  const Value& tolerance = rules["tolerance"_key];
  if (!tolerance.is_null() && Quantity::from_value(tolerance).sign() < 0) {
    errors.invalid(path.child("tolerance"), tolerance, "must be greater or equal to zero");
  }
}

}  // namespace

void validate_autoscaler(const Value& autoscaler, FieldErrors& errors) noexcept {
  validate_object_meta(autoscaler, true, check_dns1123_subdomain, errors);
  const Value& spec = autoscaler["spec"_key];
  const FieldPath path{"spec"};
  const Value& least = spec["minReplicas"_key];
  const std::int64_t most = spec["maxReplicas"_key].as_int();
  if (!least.is_null() && least.as_int() < 1) {
    errors.invalid(path.child("minReplicas"), least, "must be greater than or equal to 1");
  }
  if (most < 1) errors.invalid(path.child("maxReplicas"), most, "must be greater than 0");
  if (!least.is_null() && most < least.as_int()) {
    errors.invalid(path.child("maxReplicas"), most,
                   "must be greater than or equal to `minReplicas`");
  }
  validate_object_ref(spec["scaleTargetRef"_key], path.child("scaleTargetRef"), errors);
  const Value& metrics = spec["metrics"_key];
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    validate_metric(metrics.at(i), path.child("metrics").index(i), errors);
  }
  const Value& behavior = spec["behavior"_key];
  const FieldPath behavior_path = path.child("behavior");
  validate_scaling_rules(behavior["scaleUp"_key], behavior_path.child("scaleUp"), errors);
  validate_scaling_rules(behavior["scaleDown"_key], behavior_path.child("scaleDown"), errors);
}

void validate_autoscaler_status(const Value& autoscaler, const Value&,
                                FieldErrors& errors) noexcept {
  validate_counts(autoscaler["status"_key], {"currentReplicas"_key, "desiredReplicas"_key}, errors);
}

}  // namespace rockpool::api::validation
