// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "core/api/object.h"
#include "core/api/quantity.h"
#include "core/api/validation/parts.h"

// What limits others: PodDisruptionBudgets, ResourceQuotas, LimitRanges, PriorityClasses and
// RuntimeClasses (pkg/apis/policy, core, scheduling and node).
namespace rockpool::api::validation {

namespace {

constexpr std::int64_t kHighestUserPriority = 1'000'000'000;

void validate_hard(const Value& hard, const FieldPath& path, FieldErrors& errors) noexcept {
  for (const doc::Member& member : hard.members()) {
    const std::string_view name = member.key.text();
    validate_quota_resource_name(name, path.key(name), errors);
    validate_resource_quantity(name, member.value, path.key(name), errors);
  }
}

// Scopes that speak of Pods only count Pods and what they ask for.
bool counts_pods(std::string_view resource) noexcept {
  for (const std::string_view name :
       {"pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage"}) {
    if (resource == name) return true;
  }
  return false;
}

bool fits_scope(std::string_view scope, std::string_view resource) noexcept {
  if (scope == "BestEffort") return resource == "pods";
  return counts_pods(resource);
}

bool is_scope(std::string_view scope) noexcept {
  for (const std::string_view known :
       {"Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
        "CrossNamespacePodAffinity"}) {
    if (scope == known) return true;
  }
  return false;
}

void validate_scopes(const Value& spec, FieldErrors& errors) noexcept {
  const Value& scopes = spec["scopes"_key];
  const FieldPath path = FieldPath{"spec"}.child("scopes");
  Names seen;
  for (const Value& scope : scopes.items()) {
    seen.insert(scope.to_string());
    if (!is_scope(scope.as_string())) {
      errors.invalid(path, scopes, "unsupported scope");
      continue;
    }
    for (const doc::Member& hard : spec["hard"_key].members()) {
      if (!fits_scope(scope.as_string(), hard.key.text()) &&
          !hard.key.text().starts_with("count/")) {
        errors.invalid(path, scopes, "unsupported scope applied to resource");
      }
    }
  }
  const auto conflict = [&](std::string_view one, std::string_view other) {
    if (seen.contains(one) && seen.contains(other)) {
      errors.invalid(path, scopes, "conflicting scopes");
    }
  };
  conflict("BestEffort", "NotBestEffort");
  conflict("Terminating", "NotTerminating");
}

void validate_scope_selector(const Value& selector, FieldErrors& errors) noexcept {
  const Value& terms = selector["matchExpressions"_key];
  const FieldPath path = FieldPath{"spec"}.child("scopeSelector").child("matchExpressions");
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Value& scope = terms.at(i)["scopeName"_key];
    const std::string_view op = terms.at(i)["operator"_key].as_string();
    const Value& values = terms.at(i)["values"_key];
    if (!is_scope(scope.as_string())) {
      errors.invalid(path.index(i).child("scopeName"), scope, "unsupported scope");
    }
    if (scope.as_string() != "PriorityClass" && op != "Exists") {
      errors.invalid(path.index(i).child("operator"), terms.at(i)["operator"_key],
                     "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
                     "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                     "ResourceQuotaScopeNotBestEffort or "
                     "ResourceQuotaScopeCrossNamespacePodAffinity");
    }
    if (op == "In" || op == "NotIn") {
      if (values.size() == 0) {
        errors.required(path.index(i).child("values"),
                        "must be at least one value when `operator` is 'In' or 'NotIn' for scope "
                        "selector");
      }
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (values.size() != 0) {
        errors.invalid(path.index(i).child("values"), values,
                       "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope "
                       "selector");
      }
    } else {
      errors.invalid(path.index(i).child("operator"), terms.at(i)["operator"_key],
                     "not a valid selector operator");
    }
  }
}

// Two bounds of the same resource that are the wrong way round.
struct Order {
  doc::KnownKeyIndex smaller;
  doc::KnownKeyIndex greater;
  // Which of the two the message is about.
  doc::KnownKeyIndex at;
  std::string_view smaller_name;
  std::string_view greater_name;
};

constexpr Order kOrders[] = {
    {"min"_key, "max"_key, "min"_key, "min", "max"},
    {"min"_key, "defaultRequest"_key, "defaultRequest"_key, "min", "default request"},
    {"defaultRequest"_key, "max"_key, "defaultRequest"_key, "default request", "max"},
    {"defaultRequest"_key, "default"_key, "defaultRequest"_key, "default request", "default limit"},
    {"min"_key, "default"_key, "default"_key, "min", "default"},
    {"default"_key, "max"_key, "default"_key, "default", "max"},
};

void validate_limit_order(const Value& limit, const doc::Key& resource, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  for (const Order& order : kOrders) {
    const Value& smaller = limit[order.smaller][resource];
    const Value& greater = limit[order.greater][resource];
    if (smaller.is_null() || greater.is_null()) continue;
    if (Quantity::from_value(smaller) <= Quantity::from_value(greater)) continue;
    errors.invalid(path.child(doc::kKnownKeys[order.at.value]).key(resource.text()),
                   limit[order.at][resource],
                   fmt::format("{} value {} is greater than {} value {}", order.smaller_name,
                               smaller.as_string(), order.greater_name, greater.as_string()));
  }
}

void validate_limit_ratio(const Value& limit, const doc::Key& resource, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  const Value& ratio = limit["maxLimitRequestRatio"_key][resource];
  if (ratio.is_null()) return;
  const FieldPath ratio_path = path.child("maxLimitRequestRatio").key(resource.text());
  if (Quantity::from_value(ratio) < Quantity::of(1)) {
    errors.invalid(ratio_path, ratio, fmt::format("ratio {} is less than 1", ratio.as_string()));
  }
  const Value& min = limit["min"_key][resource];
  const Value& max = limit["max"_key][resource];
  if (min.is_null() || max.is_null() || Quantity::from_value(min).is_zero()) return;
  const double most = Quantity::from_value(max).as_double() / Quantity::from_value(min).as_double();
  if (Quantity::from_value(ratio).as_double() > most) {
    errors.invalid(ratio_path, ratio,
                   fmt::format("ratio {} is greater than max/min = {:f}", ratio.as_string(), most));
  }
}

void validate_limit(const Value& limit, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& type = limit["type"_key];
  const std::string_view type_name = type.as_string();
  errors.invalid_each(path.child("type"), type, check_qualified_name(type_name));
  if (type_name.find('/') == std::string_view::npos && type_name != "Pod" &&
      type_name != "Container" && type_name != "PersistentVolumeClaim") {
    errors.invalid(path.child("type"), type, "must be a standard limit type or fully qualified");
  }
  std::set<std::string, std::less<>> resources;
  for (const doc::KnownKeyIndex key :
       {"max"_key, "min"_key, "default"_key, "defaultRequest"_key, "maxLimitRequestRatio"_key}) {
    const FieldPath list_path = path.child(doc::kKnownKeys[key.value]);
    const bool forbidden = type_name == "Pod" && (key.value == "default"_key.value ||
                                                  key.value == "defaultRequest"_key.value);
    if (forbidden && limit[key].size() != 0) {
      errors.forbidden(list_path, "may not be specified when `type` is 'Pod'");
      continue;
    }
    for (const doc::Member& member : limit[key].members()) {
      const std::string_view name = member.key.text();
      validate_limit_resource_name(type_name, name, list_path.key(name), errors);
      resources.emplace(name);
    }
  }
  if (type_name == "PersistentVolumeClaim" && !limit["min"_key].contains("storage") &&
      !limit["max"_key].contains("storage")) {
    errors.required(path.child("limits"),
                    "either minimum or maximum storage value is required, but neither was "
                    "provided");
  }
  for (const std::string& resource : resources) {
    validate_limit_order(limit, doc::Key{resource}, path, errors);
    validate_limit_ratio(limit, doc::Key{resource}, path, errors);
  }
}

// What is wrong with a class that claims to be one of the system's; empty if nothing is.
std::string check_system_class(const Value& priority_class) {
  const std::string_view own = name(priority_class);
  const std::int64_t value = own == "system-node-critical"      ? 2'000'001'000
                             : own == "system-cluster-critical" ? 2'000'000'000
                                                                : 0;
  if (value == 0) return fmt::format("{} is not a known system priority class", own);
  if (priority_class["value"_key].as_int() != value) {
    return fmt::format("value of {} PriorityClass must be {}", own, value);
  }
  if (priority_class["globalDefault"_key].as_bool()) {
    return fmt::format("globalDefault of {} PriorityClass must be false", own);
  }
  return {};
}

}  // namespace

void validate_disruption_budget(const Value& budget, FieldErrors& errors) noexcept {
  validate_object_meta(budget, true, check_path_segment, errors);
  const Value& spec = budget["spec"_key];
  const FieldPath path{"spec"};
  if (!spec["minAvailable"_key].is_null() && !spec["maxUnavailable"_key].is_null()) {
    errors.invalid(path, spec, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const doc::KnownKeyIndex key : {"minAvailable"_key, "maxUnavailable"_key}) {
    if (spec[key].is_null()) continue;
    const FieldPath member_path = path.child(doc::kKnownKeys[key.value]);
    validate_int_or_percent(spec[key], member_path, errors);
    validate_at_most_100_percent(spec[key], member_path, errors);
  }
  validate_label_selector(spec["selector"_key], path.child("selector"), errors);
  validate_one_of(spec["unhealthyPodEvictionPolicy"_key], path.child("unhealthyPodEvictionPolicy"),
                  errors, {"AlwaysAllow", "IfHealthyBudget"});
}

void validate_disruption_budget_status(const Value& budget, const Value&,
                                       FieldErrors& errors) noexcept {
  validate_counts(
      budget["status"_key],
      {"disruptionsAllowed"_key, "currentHealthy"_key, "desiredHealthy"_key, "expectedPods"_key},
      errors);
}

void validate_resource_quota(const Value& quota, FieldErrors& errors) noexcept {
  validate_object_meta(quota, true, check_dns1123_subdomain, errors);
  const Value& spec = quota["spec"_key];
  validate_hard(spec["hard"_key], FieldPath{"spec"}.child("hard"), errors);
  validate_scopes(spec, errors);
  validate_scope_selector(spec["scopeSelector"_key], errors);
}

void validate_resource_quota_update(const Value& quota, const Value& old_quota,
                                    FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"scopes"_key, "scopeSelector"_key}) {
    validate_immutable(quota["spec"_key][key], old_quota["spec"_key][key],
                       FieldPath{"spec"}.child(doc::kKnownKeys[key.value]), errors);
  }
}

void validate_limit_range(const Value& limit_range, FieldErrors& errors) noexcept {
  validate_object_meta(limit_range, true, check_dns1123_subdomain, errors);
  const Value& limits = limit_range["spec"_key]["limits"_key];
  const FieldPath path = FieldPath{"spec"}.child("limits");
  Names types;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const Value& type = limits.at(i)["type"_key];
    if (!types.insert(type.to_string()).second) {
      errors.duplicate(path.index(i).child("type"), type);
    }
    validate_limit(limits.at(i), path.index(i), errors);
  }
}

void validate_priority_class(const Value& priority_class, FieldErrors& errors) noexcept {
  validate_object_meta(priority_class, false, check_dns1123_subdomain, errors);
  if (name(priority_class).starts_with("system-")) {
    if (const std::string problem = check_system_class(priority_class); !problem.empty()) {
      errors.forbidden(FieldPath{"metadata"}.child("name"),
                       "priority class names with 'system-' prefix are reserved for system use "
                       "only. error: " +
                           problem);
    }
  } else if (priority_class["value"_key].as_int() > kHighestUserPriority) {
    errors.forbidden(FieldPath{"value"},
                     fmt::format("maximum allowed value of a user defined priority is {}",
                                 kHighestUserPriority));
  }
  validate_one_of(priority_class["preemptionPolicy"_key], FieldPath{"preemptionPolicy"}, errors,
                  {"Never", "PreemptLowerPriority"});
}

void validate_priority_class_update(const Value& priority_class, const Value& old_priority_class,
                                    FieldErrors& errors) noexcept {
  if (priority_class["value"_key].as_int() != old_priority_class["value"_key].as_int()) {
    errors.forbidden(FieldPath{"value"}, "may not be changed in an update.");
  }
  validate_immutable(priority_class["preemptionPolicy"_key],
                     old_priority_class["preemptionPolicy"_key], FieldPath{"preemptionPolicy"},
                     errors);
}

void validate_runtime_class(const Value& runtime_class, FieldErrors& errors) noexcept {
  validate_object_meta(runtime_class, false, check_dns1123_subdomain, errors);
  const Value& handler = runtime_class["handler"_key];
  errors.invalid_each(FieldPath{"handler"}, handler, check_dns1123_label(handler.as_string()));
  const Value& fixed = runtime_class["overhead"_key]["podFixed"_key];
  const FieldPath fixed_path = FieldPath{"overhead"}.child("podFixed");
  for (const doc::Member& member : fixed.members()) {
    validate_resource_quantity(member.key.text(), member.value, fixed_path.key(member.key.text()),
                               errors);
  }
  const Value& scheduling = runtime_class["scheduling"_key];
  const FieldPath path{"scheduling"};
  validate_labels(scheduling["nodeSelector"_key], path.child("nodeSelector"), errors);
  validate_tolerations(scheduling["tolerations"_key], path.child("tolerations"), errors);
}

void validate_runtime_class_update(const Value& runtime_class, const Value& old_runtime_class,
                                   FieldErrors& errors) noexcept {
  validate_immutable(runtime_class["handler"_key], old_runtime_class["handler"_key],
                     FieldPath{"handler"}, errors);
}

}  // namespace rockpool::api::validation
