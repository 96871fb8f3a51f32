// SPDX-License-Identifier: Apache-2.0
#include "core/api/node_affinity.h"

#include <charconv>
#include <optional>

#include "core/api/object.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

bool lists(const doc::Value& values, std::string_view text) {
  for (const doc::Value& value : values.items()) {
    if (value.as_string() == text) return true;
  }
  return false;
}

// `actual` is nullptr if the node has no such label.
bool requirement_matches(const doc::Value& requirement, const std::string_view* actual) {
  const std::string_view op = requirement["operator"_key].as_string();
  const doc::Value& values = requirement["values"_key];
  if (op == "In") return actual != nullptr && lists(values, *actual);
  if (op == "NotIn") return actual == nullptr || !lists(values, *actual);
  if (op == "Exists") return actual != nullptr;
  if (op == "DoesNotExist") return actual == nullptr;
  if (actual == nullptr || values.size() != 1) return false;
  const auto number = parse_integer(*actual);
  const auto bound = parse_integer(values.at(0).as_string());
  if (!number || !bound) return false;
  if (op == "Gt") return *number > *bound;
  if (op == "Lt") return *number < *bound;
  return false;
}

bool label_requirement_matches(const doc::Value& requirement, const doc::Value& node_labels) {
  const doc::Value* found = node_labels.find(requirement["key"_key].as_string());
  if (found == nullptr) return requirement_matches(requirement, nullptr);
  const std::string_view text = found->as_string();
  return requirement_matches(requirement, &text);
}

}  // namespace

bool node_selector_term_matches(const doc::Value& term, const doc::Value& node) {
  const doc::Value& expressions = term["matchExpressions"_key];
  const doc::Value& fields = term["matchFields"_key];
  if (expressions.size() == 0 && fields.size() == 0) return false;
  for (const doc::Value& requirement : expressions.items()) {
    if (!label_requirement_matches(requirement, labels(node))) return false;
  }
  for (const doc::Value& requirement : fields.items()) {
    // The only field that validation lets through.
    if (requirement["key"_key].as_string() != "metadata.name") return false;
    const std::string_view node_name = name(node);
    if (!requirement_matches(requirement, &node_name)) return false;
  }
  return true;
}

bool node_selector_matches(const doc::Value& node_selector, const doc::Value& node) {
  for (const doc::Value& term : node_selector["nodeSelectorTerms"_key].items()) {
    if (node_selector_term_matches(term, node)) return true;
  }
  return false;
}

bool required_node_affinity_matches(const doc::Value& pod_spec, const doc::Value& node) {
  for (const doc::Member& wanted : pod_spec["nodeSelector"_key].members()) {
    const doc::Value* found = labels(node).find(wanted.key);
    if (found == nullptr || *found != wanted.value) return false;
  }
  const doc::Value& required = pod_spec["affinity"_key]["nodeAffinity"_key]
                                       ["requiredDuringSchedulingIgnoredDuringExecution"_key];
  return required.is_null() || node_selector_matches(required, node);
}

std::int64_t preferred_node_affinity_weight(const doc::Value& pod_spec, const doc::Value& node) {
  std::int64_t weight = 0;
  const doc::Value& preferred = pod_spec["affinity"_key]["nodeAffinity"_key]
                                        ["preferredDuringSchedulingIgnoredDuringExecution"_key];
  for (const doc::Value& term : preferred.items()) {
    if (node_selector_term_matches(term["preference"_key], node)) {
      weight += term["weight"_key].as_int();
    }
  }
  return weight;
}

bool tolerates(const doc::Value& toleration, const doc::Value& taint) {
  const std::string_view effect = toleration["effect"_key].as_string();
  if (!effect.empty() && effect != taint["effect"_key].as_string()) return false;
  const std::string_view key = toleration["key"_key].as_string();
  if (!key.empty() && key != taint["key"_key].as_string()) return false;
  const std::string_view op = toleration["operator"_key].as_string();
  if (op == "Exists") return true;
  if (!op.empty() && op != "Equal") return false;
  return toleration["value"_key].as_string() == taint["value"_key].as_string();
}

bool tolerations_tolerate(const doc::Value& tolerations, const doc::Value& taint) {
  for (const doc::Value& toleration : tolerations.items()) {
    if (tolerates(toleration, taint)) return true;
  }
  return false;
}

const doc::Value& find_untolerated_taint(const doc::Value& taints, const doc::Value& tolerations,
                                         std::initializer_list<std::string_view> effects) {
  for (const doc::Value& taint : taints.items()) {
    bool counts = false;
    for (const std::string_view effect : effects) {
      if (taint["effect"_key].as_string() == effect) counts = true;
    }
    if (counts && !tolerations_tolerate(tolerations, taint)) return taint;
  }
  // An index out of range reads as null.
  return taints.at(taints.size());
}

}  // namespace rockpool::api
