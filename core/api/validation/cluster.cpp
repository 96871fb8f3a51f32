// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/object.h"
#include "core/api/validation/parts.h"
#include "core/api/validation/validation.h"

// Namespaces, Nodes, Events and Leases.
namespace rockpool::api::validation {

namespace {

// pkg/apis/core/validation/events.go
constexpr std::size_t kMaxEventTextLength = 128;
constexpr std::size_t kMaxEventMessageLength = 1024;

void validate_resource_list(const Value& resources, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  for (const doc::Member& resource : resources.members()) {
    validate_resource_quantity(resource.key.text(), resource.value, path.child(resource.key.text()),
                               errors);
  }
}

void validate_node_resources(const Value& node, FieldErrors& errors) noexcept {
  const FieldPath path{"status"};
  validate_resource_list(node["status"_key]["capacity"_key], path.child("capacity"), errors);
  validate_resource_list(node["status"_key]["allocatable"_key], path.child("allocatable"), errors);
}

void validate_pod_cidrs(const Value& cidrs, FieldErrors& errors) noexcept {
  const FieldPath path = FieldPath{"spec"}.child("podCIDRs");
  for (std::size_t i = 0; i < cidrs.size(); ++i) {
    validate_cidr(cidrs.at(i), path.index(i), errors);
  }
  if (cidrs.size() < 2) return;
  if (!is_dual_stack(cidrs, false) || cidrs.size() > 2) {
    errors.invalid(path, cidrs, "may specify no more than one CIDR for each IP family");
  }
  Names seen;
  for (std::size_t i = 0; i < cidrs.size(); ++i) {
    if (!seen.insert(cidrs.at(i).to_string()).second) errors.duplicate(path.index(i), cidrs.at(i));
  }
}

// The kubelet's dynamic configuration: no longer used, still checked. `in_status` tells
// status.config from spec.configSource.
void validate_config_source(const Value& source, bool in_status, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  if (source.is_null()) return;
  const Value& config_map = source["configMap"_key];
  if (config_map.is_null()) {
    return errors.invalid(path, source, "exactly one reference subfield must be non-nil");
  }
  const FieldPath map_path = path.child("configMap");
  for (const doc::KnownKeyIndex key : {"uid"_key, "resourceVersion"_key}) {
    const std::string_view field = doc::kKnownKeys[key.value];
    if (in_status && config_map[key].is_empty()) {
      errors.required(map_path.child(field), fmt::format("{} must be set in status", field));
    } else if (!in_status && !config_map[key].is_empty()) {
      errors.forbidden(map_path.child(field), fmt::format("{} must not be set in spec", field));
    }
  }
  const auto check = [&](doc::KnownKeyIndex key, NameCheck is_name) {
    const std::string_view field = doc::kKnownKeys[key.value];
    if (config_map[key].is_empty()) {
      errors.required(map_path.child(field), fmt::format("{} must be set", field));
    } else {
      errors.invalid_each(map_path.child(field), config_map[key],
                          is_name(config_map[key].as_string()));
    }
  };
  check("namespace"_key, check_dns1123_label);
  check("name"_key, check_dns1123_subdomain);
  check("kubeletConfigKey"_key, check_config_map_key);
}

void validate_event_text(const Value& text, std::string_view field, FieldErrors& errors) noexcept {
  const FieldPath path{field};
  if (text.is_empty()) errors.required(path);
  if (text.as_string().size() > kMaxEventTextLength) {
    errors.invalid(path, "", fmt::format("can have at most {} characters", kMaxEventTextLength));
  }
}

// Events of the new kind say when they happened and who reports them.
void validate_new_event(const Value& event, FieldErrors& errors) noexcept {
  const Value& reporter = event["reportingComponent"_key];
  const FieldPath reporter_path{"reportingComponent"};
  if (reporter.is_empty()) errors.required(reporter_path);
  validate_label_name(reporter.as_string(), reporter_path, errors);
  validate_event_text(event["reportingInstance"_key], "reportingInstance", errors);
  validate_event_text(event["action"_key], "action", errors);
  validate_event_text(event["reason"_key], "reason", errors);
  if (event["message"_key].as_string().size() > kMaxEventMessageLength) {
    errors.invalid(FieldPath{"message"}, "",
                   fmt::format("can have at most {} characters", kMaxEventMessageLength));
  }
}

}  // namespace

void validate_namespace(const Value& object, FieldErrors& errors) noexcept {
  validate_object_meta(object, false, check_dns1123_label, errors);
  const FieldPath path = FieldPath{"spec"}.child("finalizers");
  for (const Value& finalizer : object["spec"_key]["finalizers"_key].items()) {
    validate_finalizer_name(finalizer.as_string(), path, errors);
  }
}

void validate_namespace_status_update(const Value& object, const Value& old_object,
                                      FieldErrors& errors) noexcept {
  validate_object_meta_update(object, old_object, errors);
  const Value& phase = object["status"_key]["phase"_key];
  const FieldPath path = FieldPath{"status"}.child("Phase");
  if (!is_being_deleted(object)) {
    if (phase.as_string() != "Active") {
      errors.invalid(path, phase.to_string(),
                     "may only be 'Active' if `deletionTimestamp` is empty");
    }
  } else if (phase.as_string() != "Terminating") {
    errors.invalid(path, phase.to_string(),
                   "may only be 'Terminating' if `deletionTimestamp` is not empty");
  }
}

void validate_node(const Value& node, FieldErrors& errors) noexcept {
  validate_object_meta(node, false, check_dns1123_subdomain, errors);
  // Upstream reports taints below metadata.
  validate_taints(node["spec"_key]["taints"_key], FieldPath{"metadata"}.child("taints"), errors);
  validate_node_resources(node, errors);
  validate_pod_cidrs(node["spec"_key]["podCIDRs"_key], errors);
}

void validate_node_update(const Value& node, const Value& old_node, FieldErrors& errors) noexcept {
  validate_object_meta_update(node, old_node, errors);
  validate_node_resources(node, errors);
  const Value& spec = node["spec"_key];
  const Value& old_spec = old_node["spec"_key];
  const FieldPath path{"spec"};
  const FieldPath addresses_path = FieldPath{"status"}.child("addresses");
  const Value& addresses = node["status"_key]["addresses"_key];
  Names seen;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string key = fmt::format("{} {}", addresses.at(i)["type"_key].as_string(),
                                        addresses.at(i)["address"_key].as_string());
    if (!seen.insert(key).second) errors.duplicate(addresses_path.index(i), addresses.at(i));
  }
  if (old_spec["podCIDRs"_key].size() != 0 && spec["podCIDRs"_key] != old_spec["podCIDRs"_key]) {
    errors.forbidden(path.child("podCIDRs"),
                     "node updates may not change podCIDR except from \"\" to valid");
  }
  const Value& provider = old_spec["providerID"_key];
  if (!provider.is_empty() && spec["providerID"_key] != provider) {
    errors.forbidden(path.child("providerID"),
                     "node updates may not change providerID except from \"\" to valid");
  }
  validate_config_source(spec["configSource"_key], false, path.child("configSource"), errors);
  const FieldPath config_path = FieldPath{"status"}.child("config");
  const Value& config = node["status"_key]["config"_key];
  for (const doc::KnownKeyIndex key : {"assigned"_key, "active"_key, "lastKnownGood"_key}) {
    validate_config_source(config[key], true, config_path.child(doc::kKnownKeys[key.value]),
                           errors);
  }
  validate_taints(spec["taints"_key], FieldPath{"metadata"}.child("taints"), errors);
  if (spec["externalID"_key] != old_spec["externalID"_key]) {
    errors.forbidden(path.child("externalID"), "may not be updated");
  }
}

// legacyValidateEvent, with the name rules that rest.BeforeCreate adds.
void validate_event(const Value& event, FieldErrors& errors) noexcept {
  const std::string_view event_name = name(event);
  const FieldPath meta_path{"metadata"};
  if (event_name.empty()) {
    errors.required(meta_path.child("name"), "name or generateName is required");
  } else if (event_name == "." || event_name == "..") {
    errors.invalid(meta_path.child("name"), event_name, fmt::format("may not be '{}'", event_name));
  }
  for (const char illegal : {'/', '%'}) {
    if (event_name.find(illegal) != std::string_view::npos) {
      errors.invalid(meta_path.child("name"), event_name,
                     fmt::format("may not contain '{}'", illegal));
    }
  }
  validate_labels(labels(event), meta_path.child("labels"), errors);
  validate_annotations(annotations(event), meta_path.child("annotations"), errors);
  const std::string_view about = event["involvedObject"_key]["namespace"_key].as_string();
  const std::string_view home = namespace_of(event);
  const bool is_new = !event["eventTime"_key].is_null();
  const bool fits = is_new ? !about.empty() || home == "default" || home == "kube-system"
                           : (about.empty() ? home.empty() || home == "default" : about == home);
  if (!fits) {
    errors.invalid(FieldPath{"involvedObject"}.child("namespace"), about,
                   "does not match event.namespace");
  }
  if (is_new) validate_new_event(event, errors);
  errors.invalid_each(FieldPath{"namespace"}, home, check_dns1123_subdomain(home));
}

void validate_lease(const Value& lease, FieldErrors& errors) noexcept {
  validate_object_meta(lease, true, check_dns1123_subdomain, errors);
  const Value& spec = lease["spec"_key];
  const FieldPath path{"spec"};
  const Value& duration = spec["leaseDurationSeconds"_key];
  if (!duration.is_null() && duration.as_int() <= 0) {
    errors.invalid(path.child("leaseDurationSeconds"), duration, "must be greater than 0");
  }
  validate_not_negative(spec["leaseTransitions"_key], path.child("leaseTransitions"), errors);
  const Value& strategy = spec["strategy"_key];
  if (!strategy.is_null()) {
    const std::string_view text = strategy.as_string();
    if (text.find('/') != std::string_view::npos) {
      errors.invalid_each(path.child("strategy"), strategy, check_qualified_name(text));
    } else if (text != "OldestEmulationVersion") {
      errors.not_supported(path.child("strategy"), strategy, {"OldestEmulationVersion"});
    }
  }
  if (!spec["preferredHolder"_key].is_empty() && strategy.is_empty()) {
    errors.forbidden(path.child("preferredHolder"),
                     "may only be specified when `strategy` is defined");
  }
}

}  // namespace rockpool::api::validation

namespace rockpool::api {

using namespace doc::literals;

FieldErrors validate_namespace_finalize_update(const doc::Value& namespace_object,
                                               const doc::Value& old_namespace) {
  FieldErrors errors;
  validation::validate_object_meta_update(namespace_object, old_namespace, errors);
  const FieldPath path = FieldPath{"spec"}.child("finalizers");
  const doc::Value& finalizers = namespace_object["spec"_key]["finalizers"_key];
  for (std::size_t i = 0; i < finalizers.size(); ++i) {
    validation::validate_finalizer_name(finalizers.at(i).as_string(), path.index(i), errors);
  }
  return errors;
}

}  // namespace rockpool::api
