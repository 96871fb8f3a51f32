// SPDX-License-Identifier: Apache-2.0
#include "core/api/field_selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/api/field_error.h"
#include "core/api/object.h"

namespace rockpool::api {

using namespace doc::literals;

namespace {

constexpr std::string_view kPodFields[] = {"metadata.name",
                                           "metadata.namespace",
                                           "spec.nodeName",
                                           "spec.restartPolicy",
                                           "spec.schedulerName",
                                           "spec.serviceAccountName",
                                           "spec.hostNetwork",
                                           "status.phase",
                                           "status.podIP",
                                           "status.podIPs",
                                           "status.nominatedNodeName"};
constexpr std::string_view kNodeFields[] = {"metadata.name", "spec.unschedulable"};
constexpr std::string_view kNamespaceFields[] = {"metadata.name", "status.phase"};
constexpr std::string_view kServiceFields[] = {"metadata.name", "metadata.namespace",
                                               "spec.clusterIP", "spec.type"};
constexpr std::string_view kSecretFields[] = {"metadata.name", "metadata.namespace", "type"};
constexpr std::string_view kEventFields[] = {"involvedObject.kind",
                                             "involvedObject.namespace",
                                             "involvedObject.name",
                                             "involvedObject.uid",
                                             "involvedObject.apiVersion",
                                             "involvedObject.resourceVersion",
                                             "involvedObject.fieldPath",
                                             "metadata.name",
                                             "metadata.namespace",
                                             "reason",
                                             "reportingComponent",
                                             "source",
                                             "type"};
constexpr std::string_view kReplicationControllerFields[] = {"metadata.name", "metadata.namespace",
                                                             "status.replicas"};
constexpr std::string_view kJobFields[] = {"metadata.name", "metadata.namespace",
                                           "status.successful"};
constexpr std::string_view kSigningRequestFields[] = {"metadata.name", "spec.signerName"};
constexpr std::string_view kNamespacedFields[] = {"metadata.name", "metadata.namespace"};
constexpr std::string_view kClusterFields[] = {"metadata.name"};

std::span<const std::string_view> fields_of(const Resource& resource) {
  switch (resource.id) {
    case ResourceId::pods:
      return kPodFields;
    case ResourceId::nodes:
      return kNodeFields;
    case ResourceId::namespaces:
      return kNamespaceFields;
    case ResourceId::services:
      return kServiceFields;
    case ResourceId::secrets:
      return kSecretFields;
    case ResourceId::events:
      return kEventFields;
    case ResourceId::replicationcontrollers:
      return kReplicationControllerFields;
    case ResourceId::jobs:
      return kJobFields;
    case ResourceId::certificatesigningrequests:
      return kSigningRequestFields;
    default:
      if (resource.namespaced) return kNamespacedFields;
      return kClusterFields;
  }
}

// Kinds with a list of their own say so otherwise than those with the common one.
std::string unknown_field_message(const Resource& resource, std::string_view field) {
  switch (resource.id) {
    case ResourceId::pods:
    case ResourceId::nodes:
    case ResourceId::namespaces:
    case ResourceId::services:
    case ResourceId::secrets:
    case ResourceId::events:
    case ResourceId::replicationcontrollers:
    case ResourceId::certificatesigningrequests:
      return fmt::format("field label not supported: {}", field);
    case ResourceId::jobs:
      return fmt::format("field label {} not supported for batchv1.Job", quote(field));
    default:
      return fmt::format(
          "{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
          quote(field));
  }
}

// Splits at commas that no backslash escapes.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      terms.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  if (!text.empty()) terms.push_back(text.substr(start));
  return terms;
}

struct Term {
  std::string_view field;
  bool negated = false;
  std::string_view value;
};

std::optional<Term> split_term(std::string_view term) {
  for (std::size_t i = 0; i < term.size(); ++i) {
    const std::string_view rest = term.substr(i);
    if (rest.starts_with("!=")) return Term{term.substr(0, i), true, rest.substr(2)};
    if (rest.starts_with("==")) return Term{term.substr(0, i), false, rest.substr(2)};
    if (rest.starts_with('=')) return Term{term.substr(0, i), false, rest.substr(1)};
  }
  return std::nullopt;
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',' || text[i] == '=') {
      return std::unexpected{bad_request(
          fmt::format("invalid field selector: unescaped character in value: {}", text[i]))};
    }
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const std::string_view sequence = text.substr(i, 2);
    if (sequence != "\\\\" && sequence != "\\," && sequence != "\\=") {
      return std::unexpected{bad_request(
          fmt::format("invalid field selector: invalid escape sequence: {}", sequence))};
    }
    out += sequence[1];
    ++i;
  }
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == ',' || c == '=') out += '\\';
    out += c;
  }
  return out;
}

std::string scalar_text(const doc::Value& value) {
  if (value.is_boolean()) return value.as_bool() ? "true" : "false";
  return value.to_string();
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(const Resource& resource, std::string_view text) {
  std::vector<std::string_view> parts = split_terms(text);
  std::sort(parts.begin(), parts.end());
  FieldSelector selector;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    const std::optional<Term> term = split_term(part);
    if (!term) {
      return std::unexpected{
          bad_request(fmt::format("invalid selector: '{}'; can't understand '{}'", text, part))};
    }
    Result<std::string> value = unescape(term->value);
    if (!value) return std::unexpected{value.error()};
    selector.requirements_.push_back({std::string{term->field}, term->negated, std::move(*value)});
  }
  const std::span<const std::string_view> known = fields_of(resource);
  for (Requirement& requirement : selector.requirements_) {
    // An old name that Pods still answer to.
    if (resource.id == ResourceId::pods && requirement.field == "spec.host") {
      requirement.field = "spec.nodeName";
    }
    if (std::find(known.begin(), known.end(), requirement.field) == known.end()) {
      return std::unexpected{bad_request(unknown_field_message(resource, requirement.field))};
    }
  }
  return selector;
}

FieldSelector FieldSelector::equals(std::string_view field, std::string_view value) {
  FieldSelector selector;
  selector.requirements_.push_back({std::string{field}, false, std::string{value}});
  return selector;
}

bool FieldSelector::matches(const doc::Value& object) const {
  for (const Requirement& requirement : requirements_) {
    if ((field_value(object, requirement.field) == requirement.value) == requirement.negated) {
      return false;
    }
  }
  return true;
}

const std::string* FieldSelector::required_value(std::string_view field) const {
  for (const Requirement& requirement : requirements_) {
    if (!requirement.negated && requirement.field == field) return &requirement.value;
  }
  return nullptr;
}

std::string FieldSelector::to_string() const {
  std::string text;
  for (const Requirement& requirement : requirements_) {
    if (!text.empty()) text += ',';
    text += requirement.field + (requirement.negated ? "!=" : "=") + escape(requirement.value);
  }
  return text;
}

std::string field_value(const doc::Value& object, std::string_view field) {
  if (field == "spec.hostNetwork" || field == "spec.unschedulable") {
    const std::string_view member = field.substr(field.find('.') + 1);
    return object["spec"_key][member].as_bool() ? "true" : "false";
  }
  if (field == "status.successful") {
    return std::to_string(object["status"_key]["succeeded"_key].as_int());
  }
  if (field == "status.replicas") {
    return std::to_string(object["status"_key]["replicas"_key].as_int());
  }
  if (field == "status.podIPs") return object["status"_key]["podIP"_key].to_string();
  if (field == "source") {
    const doc::Value& component = object["source"_key]["component"_key];
    return (component.is_empty() ? object["reportingComponent"_key] : component).to_string();
  }
  const std::size_t dot = field.find('.');
  if (dot == std::string_view::npos) return scalar_text(object[field]);
  return scalar_text(object[field.substr(0, dot)][field.substr(dot + 1)]);
}

}  // namespace rockpool::api
