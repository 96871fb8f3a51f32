// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/api/validation/parts.h"

namespace rockpool::api::validation {

namespace {

// Values of required affinity must be possible label values; those of preferred affinity need not.
enum class LabelValues { strict, lenient };

void validate_selector_requirement(const Value& requirement, LabelValues label_values,
                                   const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view op = requirement["operator"_key].as_string();
  const Value& values = requirement["values"_key];
  const FieldPath values_path = path.child("values");
  if (op == "In" || op == "NotIn") {
    if (values.size() == 0) {
      errors.required(values_path, "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (values.size() != 0) {
      errors.forbidden(values_path,
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (op == "Gt" || op == "Lt") {
    if (values.size() != 1) {
      errors.required(values_path,
                      "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
  validate_label_name(requirement["key"_key].as_string(), path.child("key"), errors);
  if (label_values == LabelValues::lenient) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    errors.invalid_each(values_path.index(i), values.at(i),
                        check_label_value(values.at(i).as_string()));
  }
}

void validate_field_requirement(const Value& requirement, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const std::string_view op = requirement["operator"_key].as_string();
  const Value& values = requirement["values"_key];
  const FieldPath values_path = path.child("values");
  if (op == "In" || op == "NotIn") {
    if (values.size() != 1) {
      errors.required(values_path,
                      "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                      "selector");
    }
  } else {
    errors.invalid(path.child("operator"), op, "not a valid selector operator");
  }
  const std::string_view key = requirement["key"_key].as_string();
  if (key != "metadata.name") {
    return errors.invalid(path.child("key"), key, "not a valid field selector key");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    errors.invalid_each(values_path.index(i), values.at(i),
                        check_dns1123_subdomain(values.at(i).as_string()));
  }
}

void validate_term(const Value& term, LabelValues label_values, const FieldPath& path,
                   FieldErrors& errors) noexcept {
  const Value& expressions = term["matchExpressions"_key];
  const FieldPath expressions_path = path.child("matchExpressions");
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    validate_selector_requirement(expressions.at(i), label_values, expressions_path.index(i),
                                  errors);
  }
  const Value& fields = term["matchFields"_key];
  const FieldPath fields_path = path.child("matchFields");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    validate_field_requirement(fields.at(i), fields_path.index(i), errors);
  }
}

}  // namespace

void validate_node_selector(const Value& selector, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const Value& terms = selector["nodeSelectorTerms"_key];
  const FieldPath terms_path = path.child("nodeSelectorTerms");
  if (terms.size() == 0) {
    return errors.required(terms_path, "must have at least one node selector term");
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    validate_term(terms.at(i), LabelValues::strict, terms_path.index(i), errors);
  }
}

namespace {

void validate_weight(const Value& weight, const FieldPath& path, FieldErrors& errors) noexcept {
  if (weight.as_int() <= 0 || weight.as_int() > 100) {
    errors.invalid(path, weight.as_int(), "must be in the range 1-100");
  }
}

constexpr doc::KnownKeyIndex kRequired = "requiredDuringSchedulingIgnoredDuringExecution"_key;
constexpr doc::KnownKeyIndex kPreferred = "preferredDuringSchedulingIgnoredDuringExecution"_key;
constexpr std::string_view kRequiredName = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferredName = "preferredDuringSchedulingIgnoredDuringExecution";

void validate_node_affinity(const Value& affinity, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  if (const Value& required = affinity[kRequired]; !required.is_null()) {
    validate_node_selector(required, path.child(kRequiredName), errors);
  }
  const Value& preferred = affinity[kPreferred];
  const FieldPath preferred_path = path.child(kPreferredName);
  for (std::size_t i = 0; i < preferred.size(); ++i) {
    const FieldPath item = preferred_path.index(i);
    validate_weight(preferred.at(i)["weight"_key], item.child("weight"), errors);
    validate_term(preferred.at(i)["preference"_key], LabelValues::lenient, item.child("preference"),
                  errors);
  }
}

void validate_label_keys(const Value& keys, const Value& selector, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  if (keys.size() == 0) return;
  if (selector.is_null()) {
    return errors.forbidden(path, "must not be specified when labelSelector is not set");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    validate_label_name(keys.at(i).as_string(), path.index(i), errors);
  }
}

bool lists(const Value& items, std::string_view text) noexcept {
  return std::ranges::any_of(items.items(),
                             [&](const Value& item) { return item.as_string() == text; });
}

void validate_match_label_keys(const Value& term, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const Value& match = term["matchLabelKeys"_key];
  const Value& mismatch = term["mismatchLabelKeys"_key];
  const FieldPath match_path = path.child("matchLabelKeys");
  validate_label_keys(match, term["labelSelector"_key], match_path, errors);
  validate_label_keys(mismatch, term["labelSelector"_key], path.child("mismatchLabelKeys"), errors);
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (lists(mismatch, match.at(i).as_string())) {
      errors.invalid(match_path.index(i), match.at(i),
                     "exists in both matchLabelKeys and mismatchLabelKeys");
    }
  }
}

void validate_pod_affinity_term(const Value& term, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  validate_label_selector(term["labelSelector"_key], path.child("labelSelector"), errors);
  validate_label_selector(term["namespaceSelector"_key], path.child("namespaceSelector"), errors);
  for (const Value& name : term["namespaces"_key].items()) {
    errors.invalid_each(path.child("namespace"), name, check_dns1123_label(name.as_string()));
  }
  validate_match_label_keys(term, path, errors);
  const std::string_view key = term["topologyKey"_key].as_string();
  if (key.empty()) errors.required(path.child("topologyKey"), "can not be empty");
  validate_label_name(key, path.child("topologyKey"), errors);
}

void validate_pod_affinity(const Value& affinity, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  const Value& required = affinity[kRequired];
  const FieldPath required_path = path.child(kRequiredName);
  for (std::size_t i = 0; i < required.size(); ++i) {
    validate_pod_affinity_term(required.at(i), required_path.index(i), errors);
  }
  const Value& preferred = affinity[kPreferred];
  const FieldPath preferred_path = path.child(kPreferredName);
  for (std::size_t i = 0; i < preferred.size(); ++i) {
    const FieldPath item = preferred_path.index(i);
    validate_weight(preferred.at(i)["weight"_key], item.child("weight"), errors);
    validate_pod_affinity_term(preferred.at(i)["podAffinityTerm"_key],
                               item.child("podAffinityTerm"), errors);
  }
}

void validate_taint_effect(const Value& effect, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  const std::string_view text = effect.as_string();
  if (text != "NoSchedule" && text != "PreferNoSchedule" && text != "NoExecute") {
    errors.not_supported(path, text, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
  }
}

void validate_toleration(const Value& toleration, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  const std::string_view key = toleration["key"_key].as_string();
  const std::string_view op = toleration["operator"_key].as_string();
  const std::string_view value = toleration["value"_key].as_string();
  const std::string_view effect = toleration["effect"_key].as_string();
  if (!key.empty()) validate_label_name(key, path.child("key"), errors);
  if (key.empty() && op != "Exists") {
    errors.invalid(path.child("operator"), op,
                   "operator must be Exists when `key` is empty, which means \"match all values "
                   "and all keys\"");
  }
  if (!toleration["tolerationSeconds"_key].is_null() && effect != "NoExecute") {
    errors.invalid(path.child("effect"), effect,
                   "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  if (op.empty() || op == "Equal") {
    if (const Problems problems = check_label_value(value); !problems.empty()) {
      errors.invalid(path.child("operator"), value, fmt::format("{}", fmt::join(problems, ";")));
    }
  } else if (op == "Exists") {
    if (!value.empty()) {
      errors.invalid(path.child("operator"), value,
                     "value must be empty when `operator` is 'Exists'");
    }
  } else {
    errors.not_supported(path.child("operator"), op, {"Equal", "Exists"});
  }
  if (!effect.empty()) {
    validate_taint_effect(toleration["effect"_key], path.child("effect"), errors);
  }
}

void validate_inclusion_policy(const Value& policy, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  if (policy.is_null()) return;
  if (policy.as_string() != "Honor" && policy.as_string() != "Ignore") {
    errors.not_supported(path, policy, {"Honor", "Ignore"});
  }
}

void validate_min_domains(const Value& constraint, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  const Value& domains = constraint["minDomains"_key];
  if (domains.is_null()) return;
  if (domains.as_int() <= 0) errors.invalid(path, domains, kNotPositive);
  const std::string_view action = constraint["whenUnsatisfiable"_key].as_string();
  if (action != "DoNotSchedule") {
    errors.invalid(
        path, domains,
        fmt::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", action));
  }
}

void validate_spread_label_keys(const Value& constraint, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const Value& keys = constraint["matchLabelKeys"_key];
  if (keys.size() == 0) return;
  const Value& selector = constraint["labelSelector"_key];
  if (selector.is_null()) {
    errors.forbidden(path, "must not be specified when labelSelector is not set");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string_view key = keys.at(i).as_string();
    validate_label_name(key, path.index(i), errors);
    bool selected = selector["matchLabels"_key].contains(key);
    for (const Value& expression : selector["matchExpressions"_key].items()) {
      if (expression["key"_key].as_string() == key) selected = true;
    }
    if (selected) {
      errors.invalid(path.index(i), key, "exists in both matchLabelKeys and labelSelector");
    }
  }
}

void validate_spread_constraint(const Value& constraint, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const Value& skew = constraint["maxSkew"_key];
  if (skew.as_int() <= 0) errors.invalid(path.child("maxSkew"), skew.as_int(), kNotPositive);
  if (constraint["topologyKey"_key].is_empty()) {
    errors.required(path.child("topologyKey"), "can not be empty");
  }
  const std::string_view action = constraint["whenUnsatisfiable"_key].as_string();
  if (action != "DoNotSchedule" && action != "ScheduleAnyway") {
    errors.not_supported(path.child("whenUnsatisfiable"), action,
                         {"DoNotSchedule", "ScheduleAnyway"});
  }
}

bool has_only_additions(const Value& now, const Value& before, doc::KnownKeyIndex key) noexcept {
  const Value& old_items = before[key];
  if (now[key].size() < old_items.size()) return false;
  for (std::size_t i = 0; i < old_items.size(); ++i) {
    if (now[key].at(i) != old_items.at(i)) return false;
  }
  return true;
}

bool term_has_only_additions(const Value& now, const Value& before) noexcept {
  const bool was_empty =
      before["matchExpressions"_key].size() == 0 && before["matchFields"_key].size() == 0;
  const bool is_empty =
      now["matchExpressions"_key].size() == 0 && now["matchFields"_key].size() == 0;
  if (was_empty && !is_empty) return false;
  return has_only_additions(now, before, "matchExpressions"_key) &&
         has_only_additions(now, before, "matchFields"_key);
}

}  // namespace

void validate_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_node_affinity(affinity["nodeAffinity"_key], path.child("nodeAffinity"), errors);
  validate_pod_affinity(affinity["podAffinity"_key], path.child("podAffinity"), errors);
  validate_pod_affinity(affinity["podAntiAffinity"_key], path.child("podAntiAffinity"), errors);
}

void validate_tolerations(const Value& tolerations, const FieldPath& path,
                          FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < tolerations.size(); ++i) {
    validate_toleration(tolerations.at(i), path.index(i), errors);
  }
}

void validate_topology_spread(const Value& constraints, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const Value& constraint = constraints.at(i);
    const FieldPath item = path.index(i);
    validate_spread_constraint(constraint, item, errors);
    for (std::size_t j = i + 1; j < constraints.size(); ++j) {
      const Value& other = constraints.at(j);
      if (constraint["topologyKey"_key] != other["topologyKey"_key] ||
          constraint["whenUnsatisfiable"_key] != other["whenUnsatisfiable"_key]) {
        continue;
      }
      errors.duplicate(item.child("{topologyKey, whenUnsatisfiable}"),
                       fmt::format("{{{}, {}}}", constraint["topologyKey"_key].as_string(),
                                   constraint["whenUnsatisfiable"_key].as_string()));
      break;
    }
    validate_min_domains(constraint, item.child("minDomains"), errors);
    validate_inclusion_policy(constraint["nodeAffinityPolicy"_key],
                              item.child("nodeAffinityPolicy"), errors);
    validate_inclusion_policy(constraint["nodeTaintsPolicy"_key], item.child("nodeTaintsPolicy"),
                              errors);
    validate_spread_label_keys(constraint, item.child("matchLabelKeys"), errors);
    validate_label_selector(constraint["labelSelector"_key], item.child("labelSelector"), errors);
  }
}

void validate_taints(const Value& taints, const FieldPath& path, FieldErrors& errors) noexcept {
  Names seen;
  for (std::size_t i = 0; i < taints.size(); ++i) {
    const Value& taint = taints.at(i);
    const FieldPath item = path.index(i);
    const std::string_view key = taint["key"_key].as_string();
    const std::string_view value = taint["value"_key].as_string();
    const Value& effect = taint["effect"_key];
    validate_label_name(key, item.child("key"), errors);
    if (const Problems problems = check_label_value(value); !problems.empty()) {
      errors.invalid(item.child("value"), value, fmt::format("{}", fmt::join(problems, ";")));
    }
    if (effect.is_empty()) {
      errors.required(item.child("effect"));
    } else {
      validate_taint_effect(effect, item.child("effect"), errors);
    }
    if (!seen.insert(fmt::format("{}:{}", effect.as_string(), key)).second) {
      errors.duplicate_rendered(item, render_value(taint),
                                "taints must be unique by key and effect pair");
    }
  }
}

void validate_node_affinity_mutation(const Value& now, const Value& before, const FieldPath& path,
                                     FieldErrors& errors) noexcept {
  const Value& old_terms = before[kRequired]["nodeSelectorTerms"_key];
  const Value& terms = now[kRequired]["nodeSelectorTerms"_key];
  if (old_terms.size() == 0) return;
  const FieldPath terms_path = path.child(kRequiredName).child("nodeSelectorTerms");
  if (old_terms.size() != terms.size()) {
    return errors.invalid(terms_path, terms,
                          "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
  }
  for (std::size_t i = 0; i < old_terms.size(); ++i) {
    if (!term_has_only_additions(terms.at(i), old_terms.at(i))) {
      errors.invalid(terms_path.index(i), terms.at(i),
                     "only additions are allowed (no mutations or deletions)");
    }
  }
}

}  // namespace rockpool::api::validation
