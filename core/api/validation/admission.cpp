// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "core/api/object.h"
#include "core/api/validation/parts.h"

// Models pkg/apis/admissionregistration/validation. Expressions are not compiled: nobody runs them.
namespace rockpool::api::validation {

namespace {

constexpr std::int64_t kMaxTimeoutSeconds = 30;

// A list that must have entries, none of them empty, and "*" only by itself.
void validate_list(const Value& rule, doc::KnownKeyIndex key, bool empty_allowed,
                   const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& list = rule[key];
  const std::string_view field = doc::kKnownKeys[key.value];
  const FieldPath list_path = path.child(field);
  if (list.size() == 0) return errors.required(list_path);
  bool all = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    all = all || list.at(i).as_string() == "*";
    if (!empty_allowed && list.at(i).is_empty()) errors.required(list_path.index(i));
  }
  if (all && list.size() > 1) {
    errors.invalid(list_path, list,
                   fmt::format("if '*' is present, must not specify other {}",
                               field == "apiGroups"     ? "API groups"
                               : field == "apiVersions" ? "API versions"
                                                        : "operations"));
  }
}

void validate_rule(const Value& rule, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_list(rule, "operations"_key, true, path, errors);
  const Value& operations = rule["operations"_key];
  for (std::size_t i = 0; i < operations.size(); ++i) {
    validate_one_of(operations.at(i), path.child("operations").index(i), errors,
                    {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"});
  }
  validate_list(rule, "apiGroups"_key, true, path, errors);
  validate_list(rule, "apiVersions"_key, false, path, errors);
  const Value& resources = rule["resources"_key];
  if (resources.size() == 0) errors.required(path.child("resources"));
  for (std::size_t i = 0; i < resources.size(); ++i) {
    if (resources.at(i).is_empty()) errors.required(path.child("resources").index(i));
  }
  validate_one_of(rule["scope"_key], path.child("scope"), errors, {"*", "Cluster", "Namespaced"});
}

void validate_rule_list(const Value& rules, const FieldPath& path, FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < rules.size(); ++i) validate_rule(rules.at(i), path.index(i), errors);
}

void validate_service(const Value& service, const FieldPath& path, FieldErrors& errors) noexcept {
  if (service["name"_key].is_empty()) {
    errors.required(path.child("name"), "service name is required");
  }
  if (service["namespace"_key].is_empty()) {
    errors.required(path.child("namespace"), "service namespace is required");
  }
  if (!check_port_number(service["port"_key].as_int()).empty()) {
    errors.invalid(path.child("port"), service["port"_key],
                   "port is not valid: must be between 1 "
                   "and 65535, inclusive");
  }
  const Value& url_path = service["path"_key];
  if (!url_path.is_null() && !url_path.as_string().starts_with('/')) {
    errors.invalid(path.child("path"), url_path, "must start with a '/'");
  }
}

void validate_client(const Value& config, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& url = config["url"_key];
  const Value& service = config["service"_key];
  if (url.is_null() == service.is_null()) {
    errors.required(path, "exactly one of url or service is required");
  } else if (!url.is_null()) {
    if (!url.as_string().starts_with("https://")) {
      errors.invalid(path.child("url"), url,
                     "'https' is the only allowed URL scheme; desired format: "
                     "https://host[/path]");
    }
  } else {
    validate_service(service, path.child("service"), errors);
  }
}

void validate_conditions(const Value& conditions, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  Names seen;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Value& name = conditions.at(i)["name"_key];
    if (conditions.at(i)["expression"_key].is_empty()) {
      errors.required(path.index(i).child("expression"));
    }
    if (name.is_empty()) {
      errors.required(path.index(i).child("name"));
    } else if (!seen.insert(name.to_string()).second) {
      errors.duplicate(path.index(i).child("name"), name);
    }
  }
}

void validate_webhook(const Value& webhook, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& name = webhook["name"_key];
  if (name.is_empty()) {
    errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), name,
                        check_fully_qualified_domain_name(name.as_string()));
  }
  const Value& versions = webhook["admissionReviewVersions"_key];
  if (versions.size() == 0) {
    errors.required(path.child("admissionReviewVersions"), "must specify one of v1, v1beta1");
  }
  validate_rule_list(webhook["rules"_key], path.child("rules"), errors);
  validate_one_of(webhook["failurePolicy"_key], path.child("failurePolicy"), errors,
                  {"Fail", "Ignore"});
  validate_one_of(webhook["matchPolicy"_key], path.child("matchPolicy"), errors,
                  {"Equivalent", "Exact"});
  const Value& effects = webhook["sideEffects"_key];
  if (effects.is_null()) {
    errors.required(path.child("sideEffects"), "must specify one of None, NoneOnDryRun");
  } else {
    validate_one_of(effects, path.child("sideEffects"), errors, {"None", "NoneOnDryRun"});
  }
  const Value& timeout = webhook["timeoutSeconds"_key];
  if (!timeout.is_null() && (timeout.as_int() > kMaxTimeoutSeconds || timeout.as_int() < 1)) {
    errors.invalid(
        path.child("timeoutSeconds"), timeout,
        fmt::format("the timeout value must be between 1 and {} seconds", kMaxTimeoutSeconds));
  }
  for (const doc::KnownKeyIndex key : {"namespaceSelector"_key, "objectSelector"_key}) {
    validate_label_selector(webhook[key], path.child(doc::kKnownKeys[key.value]), errors);
  }
  validate_client(webhook["clientConfig"_key], path.child("clientConfig"), errors);
  validate_one_of(webhook["reinvocationPolicy"_key], path.child("reinvocationPolicy"), errors,
                  {"IfNeeded", "Never"});
  validate_conditions(webhook["matchConditions"_key], path.child("matchConditions"), errors);
}

void validate_match(const Value& match, bool required, const FieldPath& path,
                    FieldErrors& errors) noexcept {
  validate_one_of(match["matchPolicy"_key], path.child("matchPolicy"), errors,
                  {"Equivalent", "Exact"});
  for (const doc::KnownKeyIndex key : {"namespaceSelector"_key, "objectSelector"_key}) {
    validate_label_selector(match[key], path.child(doc::kKnownKeys[key.value]), errors);
  }
  const Value& rules = match["resourceRules"_key];
  if (required && rules.size() == 0) errors.required(path.child("resourceRules"));
  validate_rule_list(rules, path.child("resourceRules"), errors);
  validate_rule_list(match["excludeResourceRules"_key], path.child("excludeResourceRules"), errors);
}

}  // namespace

void validate_webhooks(const Value& configuration, FieldErrors& errors) noexcept {
  validate_object_meta(configuration, false, check_dns1123_subdomain, errors);
  const Value& webhooks = configuration["webhooks"_key];
  Names seen;
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    const FieldPath path = FieldPath{"webhooks"}.index(i);
    validate_webhook(webhooks.at(i), path, errors);
    const Value& name = webhooks.at(i)["name"_key];
    if (!name.is_empty() && !seen.insert(name.to_string()).second) {
      errors.duplicate(path.child("name"), name);
    }
  }
}

void validate_admission_policy(const Value& policy, FieldErrors& errors) noexcept {
  validate_object_meta(policy, false, check_dns1123_subdomain, errors);
  const Value& spec = policy["spec"_key];
  const FieldPath path{"spec"};
  validate_one_of(spec["failurePolicy"_key], path.child("failurePolicy"), errors,
                  {"Fail", "Ignore"});
  if (const Value& kind = spec["paramKind"_key]; !kind.is_null()) {
    for (const doc::KnownKeyIndex key : {"apiVersion"_key, "kind"_key}) {
      if (kind[key].is_empty()) {
        errors.required(path.child("paramKind").child(doc::kKnownKeys[key.value]));
      }
    }
  }
  const FieldPath match_path = path.child("matchConstraints");
  if (spec["matchConstraints"_key].is_null()) {
    errors.required(match_path);
  } else {
    validate_match(spec["matchConstraints"_key], true, match_path, errors);
  }
  validate_conditions(spec["matchConditions"_key], path.child("matchConditions"), errors);
  validate_conditions(spec["variables"_key], path.child("variables"), errors);
  const Value& validations = spec["validations"_key];
  if (validations.size() + spec["auditAnnotations"_key].size() == 0) {
    constexpr std::string_view kOne =
        "validations or auditAnnotations must contain at least one item";
    errors.required(path.child("validations"), kOne);
    errors.required(path.child("auditAnnotations"), kOne);
  }
  for (std::size_t i = 0; i < validations.size(); ++i) {
    if (validations.at(i)["expression"_key].is_empty()) {
      errors.required(path.child("validations").index(i).child("expression"),
                      "expression is not specified");
    }
  }
}

void validate_admission_policy_binding(const Value& binding, FieldErrors& errors) noexcept {
  validate_object_meta(binding, false, check_dns1123_subdomain, errors);
  const Value& spec = binding["spec"_key];
  const FieldPath path{"spec"};
  const Value& policy = spec["policyName"_key];
  if (policy.is_empty()) {
    errors.required(path.child("policyName"));
  } else {
    errors.invalid_each(path.child("policyName"), policy,
                        check_dns1123_subdomain(policy.as_string()));
  }
  if (const Value& match = spec["matchResources"_key]; !match.is_null()) {
    validate_match(match, false, path.child("matchResources"), errors);
  }
  const Value& actions = spec["validationActions"_key];
  const FieldPath actions_path = path.child("validationActions");
  if (actions.size() == 0) errors.required(actions_path);
  Names seen;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    validate_one_of(actions.at(i), actions_path.index(i), errors, {"Audit", "Deny", "Warn"});
    if (!seen.insert(actions.at(i).to_string()).second) {
      errors.duplicate(actions_path.index(i), actions.at(i));
    }
  }
  if (seen.contains("Deny") && seen.contains("Warn")) {
    errors.invalid(actions_path, actions,
                   "must not contain both Deny and Warn (repeating the same validation failure "
                   "information in the API response and headers serves no purpose)");
  }
}

}  // namespace rockpool::api::validation
