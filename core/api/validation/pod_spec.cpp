// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "core/api/validation/parts.h"

namespace rockpool::api::validation {

namespace {

constexpr std::size_t kMaxDnsNameservers = 3;
constexpr std::size_t kMaxDnsSearchPaths = 32;
constexpr std::size_t kMaxDnsSearchCharacters = 2048;
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";
constexpr std::string_view kDeletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

void validate_claims(const Value& claims, const FieldPath& path, FieldErrors& errors) noexcept {
  Names names;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Value& claim = claims.at(i);
    const FieldPath item = path.index(i);
    const std::string_view name = claim["name"_key].as_string();
    if (name.empty()) {
      errors.required(item.child("name"));
    } else if (!names.emplace(name).second) {
      errors.duplicate(item.child("name"), name);
    } else {
      errors.invalid_each(item.child("name"), name, check_dns1123_label(name));
    }
    const Value& direct = claim["resourceClaimName"_key];
    const Value& from_template = claim["resourceClaimTemplateName"_key];
    if (!direct.is_null() && !from_template.is_null()) {
      errors.invalid(item, claim,
                     "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be "
                     "specified");
    }
    if (direct.is_null() && from_template.is_null()) {
      errors.invalid(item, claim,
                     "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    }
    if (!direct.is_null()) {
      errors.invalid_each(item.child("resourceClaimName"), direct,
                          check_dns1123_subdomain(direct.as_string()));
    }
    if (!from_template.is_null()) {
      errors.invalid_each(item.child("resourceClaimTemplateName"), from_template,
                          check_dns1123_subdomain(from_template.as_string()));
    }
  }
}

void validate_host_network_ports(const Value& spec, bool is_pod, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  if (!spec["hostNetwork"_key].as_bool()) return;
  const FieldPath containers_path = path.child("containers");
  const Value& containers = spec["containers"_key];
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const FieldPath ports_path = containers_path.index(i).child("ports");
    const Value& ports = containers.at(i)["ports"_key];
    for (std::size_t j = 0; j < ports.size(); ++j) {
      const std::int64_t host = ports.at(j)["hostPort"_key].as_int();
      if (!is_pod && host == 0) continue;
      if (host != ports.at(j)["containerPort"_key].as_int()) {
        errors.invalid(ports_path.index(j).child("hostPort"), host,
                       "must match `containerPort` when `hostNetwork` is true");
      }
    }
  }
}

// A text that must be there and be one of `known`.
void validate_required_choice(const Value& value, std::initializer_list<std::string_view> known,
                              const FieldPath& path, FieldErrors& errors) noexcept {
  if (value.is_empty()) return errors.required(path);
  for (const std::string_view choice : known) {
    if (value.as_string() == choice) return;
  }
  errors.not_supported(path, value, known);
}

void validate_dns_searches(const Value& searches, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  if (searches.size() > kMaxDnsSearchPaths) {
    errors.invalid(path, searches,
                   fmt::format("must not have more than {} search paths", kMaxDnsSearchPaths));
  }
  std::size_t characters = searches.size() == 0 ? 0 : searches.size() - 1;
  for (const Value& search : searches.items()) characters += search.as_string().size();
  if (characters > kMaxDnsSearchCharacters) {
    errors.invalid(path, searches,
                   fmt::format("must not have more than {} characters (including spaces) in the "
                               "search list",
                               kMaxDnsSearchCharacters));
  }
  for (std::size_t i = 0; i < searches.size(); ++i) {
    std::string_view search = searches.at(i).as_string();
    if (search == ".") continue;
    if (search.ends_with('.')) search.remove_suffix(1);
    errors.invalid_each(path.index(i), search, check_dns1123_subdomain_with_underscore(search));
  }
}

void validate_dns_config(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& config = spec["dnsConfig"_key];
  const Value& nameservers = config["nameservers"_key];
  if (spec["dnsPolicy"_key].as_string() == "None") {
    if (config.is_null()) {
      return errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
    }
    if (nameservers.size() == 0) {
      return errors.required(path.child("nameservers"),
                             "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
  }
  if (config.is_null()) return;
  const FieldPath nameservers_path = path.child("nameservers");
  if (nameservers.size() > kMaxDnsNameservers) {
    errors.invalid(nameservers_path, nameservers,
                   fmt::format("must not have more than {} nameservers", kMaxDnsNameservers));
  }
  for (std::size_t i = 0; i < nameservers.size(); ++i) {
    validate_ip(nameservers.at(i), nameservers_path.index(i), errors);
  }
  validate_dns_searches(config["searches"_key], path.child("searches"), errors);
  const FieldPath options_path = path.child("options");
  const Value& options = config["options"_key];
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options.at(i)["name"_key].is_empty()) {
      errors.required(options_path.index(i), "must not be empty");
    }
  }
}

void validate_gates(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const FieldPath readiness_path = path.child("readinessGates");
  const Value& readiness = spec["readinessGates"_key];
  for (std::size_t i = 0; i < readiness.size(); ++i) {
    validate_label_name(readiness.at(i)["conditionType"_key].as_string(),
                        readiness_path.index(i).child("conditionType"), errors);
  }
  const FieldPath scheduling_path = path.child("schedulingGates");
  const Value& scheduling = spec["schedulingGates"_key];
  Names seen;
  for (std::size_t i = 0; i < scheduling.size(); ++i) {
    const std::string_view name = scheduling.at(i)["name"_key].as_string();
    validate_label_name(name, scheduling_path.index(i), errors);
    if (!seen.emplace(name).second) errors.duplicate(scheduling_path.index(i), name);
  }
}

void validate_host_aliases(const Value& aliases, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    const FieldPath item = path.index(i);
    validate_ip(aliases.at(i)["ip"_key], item.child("ip"), errors);
    const FieldPath names_path = item.child("hostnames");
    const Value& names = aliases.at(i)["hostnames"_key];
    for (std::size_t j = 0; j < names.size(); ++j) {
      errors.invalid_each(names_path.index(j), names.at(j),
                          check_dns1123_subdomain(names.at(j).as_string()));
    }
  }
}

// Texts that must be a name if they are there.
void validate_names(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const auto check = [&](doc::KnownKeyIndex key, NameCheck is_name) {
    const Value& text = spec[key];
    if (text.is_empty()) return;
    errors.invalid_each(path.child(doc::kKnownKeys[key.value]), text, is_name(text.as_string()));
  };
  check("serviceAccountName"_key, check_dns1123_subdomain);
  check("nodeName"_key, check_dns1123_subdomain);
  const Value& deadline = spec["activeDeadlineSeconds"_key];
  constexpr std::int64_t kMaxDeadline = std::numeric_limits<std::int32_t>::max();
  if (!deadline.is_null() && (deadline.as_int() < 1 || deadline.as_int() > kMaxDeadline)) {
    errors.invalid(path.child("activeDeadlineSeconds"), deadline,
                   fmt::format("must be between 1 and {}, inclusive", kMaxDeadline));
  }
  check("hostname"_key, check_dns1123_label);
  check("subdomain"_key, check_dns1123_label);
  validate_tolerations(spec["tolerations"_key], path.child("tolerations"), errors);
  validate_host_aliases(spec["hostAliases"_key], path.child("hostAliases"), errors);
  check("priorityClassName"_key, check_dns1123_subdomain);
  const Value& runtime_class = spec["runtimeClassName"_key];
  if (!runtime_class.is_null()) {
    errors.invalid_each(path.child("runtimeClassName"), runtime_class,
                        check_dns1123_subdomain(runtime_class.as_string()));
  }
}

// What a PodSpec says of its containers and their volumes.
void validate_workload(const Value& spec, std::string_view pod_name, const FieldPath& path,
                       FieldErrors& errors) noexcept {
  const Volumes volumes =
      validate_volumes(spec["volumes"_key], pod_name, path.child("volumes"), errors);
  Names claims;
  for (const Value& claim : spec["resourceClaims"_key].items()) {
    if (!claim["name"_key].is_empty()) claims.insert(claim["name"_key].to_string());
  }
  validate_claims(spec["resourceClaims"_key], path.child("resourceClaims"), errors);
  const PodContext context{volumes, claims, spec, spec["hostUsers"_key].as_bool(true)};
  validate_containers(context, path.child("containers"), errors);
  validate_init_containers(context, path.child("initContainers"), errors);
  validate_ephemeral_containers(context, path.child("ephemeralContainers"), errors);
  if (const Value& resources = spec["resources"_key]; !resources.is_null()) {
    validate_pod_resources(resources, path.child("resources"), errors);
  }
}

}  // namespace

void validate_pod_spec(const Value& spec, std::string_view pod_name, bool is_pod,
                       const FieldPath& path, FieldErrors& errors) noexcept {
  if (spec["terminationGracePeriodSeconds"_key].is_null()) {
    errors.required(path.child("terminationGracePeriodSeconds"));
  }
  validate_workload(spec, pod_name, path, errors);
  validate_host_network_ports(spec, is_pod, path, errors);
  validate_required_choice(spec["restartPolicy"_key], {"Always", "OnFailure", "Never"},
                           path.child("restartPolicy"), errors);
  validate_required_choice(spec["dnsPolicy"_key],
                           {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
                           path.child("dnsPolicy"), errors);
  validate_labels(spec["nodeSelector"_key], path.child("nodeSelector"), errors);
  validate_pod_security_context(spec, path.child("securityContext"), errors);
  validate_affinity(spec["affinity"_key], path.child("affinity"), errors);
  validate_dns_config(spec, path.child("dnsConfig"), errors);
  validate_gates(spec, path, errors);
  validate_topology_spread(spec["topologySpreadConstraints"_key],
                           path.child("topologySpreadConstraints"), errors);
  validate_windows_host_process(spec, path, errors);
  validate_host_users(spec, path, errors);
  validate_names(spec, path, errors);
  if (const Value& policy = spec["preemptionPolicy"_key]; !policy.is_null()) {
    validate_required_choice(policy, {"PreemptLowerPriority", "Never"},
                             path.child("preemptionPolicy"), errors);
  }
  if (const Value& overhead = spec["overhead"_key]; !overhead.is_null()) {
    // As upstream: overhead is judged as if it were a container's limits.
    validate_container_resources(Value::object({{"limits"_key, overhead}}), {},
                                 path.child("overhead"), errors);
  }
  validate_os(spec, path, errors);
}

void validate_pod_annotations(const Value& annotations, const Value& spec, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const Value* mirror = annotations.find(kMirrorAnnotation);
  if (mirror != nullptr && spec["nodeName"_key].is_empty()) {
    errors.invalid(path.key(kMirrorAnnotation), *mirror,
                   "must set spec.nodeName if mirror pod annotation is set");
  }
  if (const Value* cost = annotations.find(kDeletionCostAnnotation)) {
    const std::string_view text = cost->as_string();
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool leading_zero = text.size() > 1 && text.starts_with('0');
    if (error != std::errc{} || end != text.data() + text.size() || leading_zero) {
      errors.invalid(path.key(kDeletionCostAnnotation), *cost, "must be a 32bit integer");
    }
  }
  validate_security_annotations(annotations, spec, path, errors);
}

void validate_pod_template_spec(const Value& pod_template, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const Value& meta = pod_template["metadata"_key];
  const Value& spec = pod_template["spec"_key];
  // Upstream leaves "metadata" out of these paths.
  validate_labels(meta["labels"_key], path.child("labels"), errors);
  validate_annotations(meta["annotations"_key], path.child("annotations"), errors);
  validate_pod_annotations(meta["annotations"_key], spec, path.child("annotations"), errors);
  validate_pod_spec(spec, {}, false, path.child("spec"), errors);
  validate_annotations_match_fields(meta["annotations"_key], spec, path.child("spec"), errors);
  if (spec["ephemeralContainers"_key].size() != 0) {
    errors.forbidden(path.child("spec").child("ephemeralContainers"),
                     "ephemeral containers not allowed in pod template");
  }
}

}  // namespace rockpool::api::validation
