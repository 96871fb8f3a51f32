// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/api/validation/parts.h"
#include "core/api/validation/validation.h"
#include "core/doc/trim.h"

namespace rockpool::api::validation {

namespace {

constexpr std::int64_t kMaxAffinitySeconds = 86400;
constexpr std::string_view kOnlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'";
constexpr std::string_view kSourceRangesAnnotation =
    "service.beta.kubernetes.io/load-balancer-source-ranges";
constexpr std::string_view kTopologyModeAnnotation = "service.kubernetes.io/topology-mode";
constexpr std::string_view kTopologyHintsAnnotation = "service.kubernetes.io/topology-aware-hints";

std::string_view type_of(const Value& spec) {
  return spec["type"_key].as_string();
}

bool is_headless(const Value& spec) noexcept {
  const Value& ips = spec["clusterIPs"_key];
  return ips.size() == 1 && ips.at(0).as_string() == "None";
}

bool is_externally_accessible(const Value& spec) noexcept {
  const std::string_view type = type_of(spec);
  return type == "LoadBalancer" || type == "NodePort" ||
         (type == "ClusterIP" && spec["externalIPs"_key].size() != 0);
}

bool needs_health_check(const Value& spec) noexcept {
  return type_of(spec) == "LoadBalancer" &&
         spec["externalTrafficPolicy"_key].as_string() == "Local";
}

void validate_topology_annotations(const Value& service, FieldErrors& errors) noexcept {
  const Value* mode = annotations(service).find(kTopologyModeAnnotation);
  const Value* hints = annotations(service).find(kTopologyHintsAnnotation);
  if (mode == nullptr || hints == nullptr || *mode == *hints) return;
  const FieldPath path = FieldPath{"metadata"}.child("annotations").key(kTopologyModeAnnotation);
  errors.invalid(
      path, *mode,
      fmt::format("must match annotations[{}] when both are specified", kTopologyHintsAnnotation));
}

void validate_type_rules(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view type = type_of(spec);
  if ((type == "LoadBalancer" || type == "NodePort") && is_headless(spec)) {
    errors.invalid(path.child("clusterIPs").index(0), "None",
                   fmt::format("may not be set to 'None' for {} services", type));
  }
  if (type != "ExternalName") return;
  constexpr std::string_view kError = "may not be set for ExternalName services";
  if (spec["clusterIPs"_key].size() != 0) errors.forbidden(path.child("clusterIPs"), kError);
  if (spec["ipFamilies"_key].size() != 0) errors.forbidden(path.child("ipFamilies"), kError);
  if (!spec["ipFamilyPolicy"_key].is_null()) {
    errors.forbidden(path.child("ipFamilyPolicy"), kError);
  }
  std::string_view name = spec["externalName"_key].as_string();
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) {
    errors.required(path.child("externalName"));
  } else {
    errors.invalid_each(path.child("externalName"), name, check_dns1123_subdomain(name));
  }
}

void validate_port(const Value& port, bool needs_name, Names& names, const FieldPath& path,
                   FieldErrors& errors) noexcept {
  const std::string_view name = port["name"_key].as_string();
  if (needs_name && name.empty()) {
    errors.required(path.child("name"));
  } else if (!name.empty()) {
    errors.invalid_each(path.child("name"), name, check_dns1123_label(name));
    if (!names.emplace(name).second) errors.duplicate(path.child("name"), name);
  }
  const std::int64_t number = port["port"_key].as_int();
  errors.invalid_each(path.child("port"), number, check_port_number(number));
  validate_protocol(port["protocol"_key], path.child("protocol"), errors);
  validate_port_number_or_name(port["targetPort"_key], path.child("targetPort"), errors);
  if (const Value& app = port["appProtocol"_key]; !app.is_null()) {
    validate_label_name(app.as_string(), path.child("appProtocol"), errors);
  }
}

void validate_ports(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  Names names;
  const Value& ports = spec["ports"_key];
  for (std::size_t i = 0; i < ports.size(); ++i) {
    validate_port(ports.at(i), ports.size() > 1, names, path.index(i), errors);
  }
}

// What the parts of a port must not have in common with each other.
void validate_port_conflicts(const Value& spec, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const Value& ports = spec["ports"_key];
  if (type_of(spec) == "ClusterIP") {
    for (std::size_t i = 0; i < ports.size(); ++i) {
      if (ports.at(i)["nodePort"_key].as_int() != 0) {
        errors.forbidden(path.index(i).child("nodePort"),
                         "may not be used when `type` is 'ClusterIP'");
      }
    }
  }
  const auto key_of = [&](std::size_t i, doc::KnownKeyIndex number) {
    return fmt::format("{}/{}", ports.at(i)["protocol"_key].as_string(),
                       ports.at(i)[number].as_int());
  };
  Names node_ports;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& node_port = ports.at(i)["nodePort"_key];
    if (node_port.as_int() == 0) continue;
    if (!node_ports.insert(key_of(i, "nodePort"_key)).second) {
      errors.duplicate(path.index(i).child("nodePort"), node_port);
    }
  }
  Names numbers;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (numbers.insert(key_of(i, "port"_key)).second) continue;
    // Upstream prints its internal struct.
    errors.duplicate_rendered(
        path.index(i),
        fmt::format(R"({{"Name":"","Protocol":{},"AppProtocol":null,"Port":{},"TargetPort":0,)"
                    R"("NodePort":0}})",
                    quote(ports.at(i)["protocol"_key].as_string()),
                    ports.at(i)["port"_key].as_int()));
  }
}

void validate_session_affinity(const Value& spec, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const std::string_view affinity = spec["sessionAffinity"_key].as_string();
  if (affinity.empty()) {
    errors.required(path.child("sessionAffinity"));
  } else if (affinity != "ClientIP" && affinity != "None") {
    errors.not_supported(path.child("sessionAffinity"), affinity, {"ClientIP", "None"});
  }
  const Value& config = spec["sessionAffinityConfig"_key];
  const FieldPath config_path = path.child("sessionAffinityConfig");
  if (affinity == "None" && !config.is_null()) {
    errors.forbidden(config_path, "must not be set when session affinity is None");
  }
  if (affinity != "ClientIP") return;
  constexpr std::string_view kRequired = "when session affinity type is ClientIP";
  const FieldPath client_path = config_path.child("clientIP");
  const FieldPath timeout_path = client_path.child("timeoutSeconds");
  const Value& timeout = config["clientIP"_key]["timeoutSeconds"_key];
  if (config.is_null()) {
    errors.required(config_path, kRequired);
  } else if (config["clientIP"_key].is_null()) {
    errors.required(client_path, kRequired);
  } else if (timeout.is_null()) {
    errors.required(timeout_path, kRequired);
  } else if (timeout.as_int() <= 0 || timeout.as_int() > kMaxAffinitySeconds) {
    errors.invalid(timeout_path, timeout,
                   fmt::format("must be greater than 0 and less than {}", kMaxAffinitySeconds));
  }
}

void validate_families(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  const FieldPath families_path = path.child("ipFamilies");
  const Value& families = spec["ipFamilies"_key];
  Names seen;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const std::string_view family = families.at(i).as_string();
    if (family != "IPv4" && family != "IPv6") {
      errors.not_supported(families_path.index(i), family, {"IPv4", "IPv6"});
    }
    if (!seen.emplace(family).second) errors.duplicate(families_path.index(i), family);
  }
  const Value& policy = spec["ipFamilyPolicy"_key];
  if (policy.is_null()) return;
  const std::string_view text = policy.as_string();
  if (text != "SingleStack" && text != "PreferDualStack" && text != "RequireDualStack") {
    errors.not_supported(path.child("ipFamilyPolicy"), policy,
                         {"PreferDualStack", "RequireDualStack", "SingleStack"});
  }
}

// Returns false if an address is unreadable, after which upstream looks no further.
bool validate_cluster_ip_texts(const Value& ips, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  bool all_valid = true;
  for (std::size_t i = 0; i < ips.size(); ++i) {
    if (i == 0 && ips.at(i).as_string() == "None") {
      if (ips.size() > 1) {
        all_valid = false;
        errors.invalid(path, ips, "'None' must be the first and only value");
      }
      continue;
    }
    if (!parse_ip(ips.at(i).as_string())) all_valid = false;
    validate_ip(ips.at(i), path.index(i), errors);
  }
  if (ips.size() > 2) errors.invalid(path, ips, "may only hold up to 2 values");
  return all_valid;
}

// ValidateServiceClusterIPsRelatedFields.
void validate_cluster_ips(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  if (type_of(spec) == "ExternalName") return;
  const FieldPath ips_path = path.child("clusterIPs");
  const Value& ip = spec["clusterIP"_key];
  const Value& ips = spec["clusterIPs"_key];
  if (!ip.is_empty()) {
    if (ips.size() == 0) {
      errors.required(ips_path);
    } else if (ips.at(0) != ip) {
      errors.invalid(ips_path, ips, "first value must match `clusterIP`");
    }
  } else if (ips.size() != 0) {
    errors.invalid(ips_path, ips, "must be empty when `clusterIP` is not specified");
  }
  validate_families(spec, path, errors);
  if (!validate_cluster_ip_texts(ips, ips_path, errors)) return;
  if (ips.size() > 1 && !is_dual_stack(ips, false)) {
    errors.invalid(ips_path, ips, "may specify no more than one IP for each IP family");
  }
  if (is_headless(spec)) return;
  const Value& families = spec["ipFamilies"_key];
  for (std::size_t i = 0; i < std::min(ips.size(), families.size()); ++i) {
    const std::string_view actual = ip_family_name(parse_ip(ips.at(i).as_string())->family);
    const std::string_view family = families.at(i).as_string();
    if ((family == "IPv4" || family == "IPv6") && family != actual) {
      errors.invalid(
          ips_path.index(i), ips.at(i),
          fmt::format("expected an {} value as indicated by `ipFamilies[{}]`", family, i));
    }
  }
}

void validate_source_ranges(const Value& service, const FieldPath& spec_path,
                            FieldErrors& errors) noexcept {
  const Value& spec = service["spec"_key];
  const bool is_balanced = type_of(spec) == "LoadBalancer";
  const Value& ranges = spec["loadBalancerSourceRanges"_key];
  if (ranges.size() != 0) {
    // Upstream's capital letter.
    const FieldPath path = spec_path.child("LoadBalancerSourceRanges");
    if (!is_balanced) errors.forbidden(path, kOnlyLoadBalancer);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      validate_cidr(doc::trim(ranges.at(i).as_string()), path.index(i), errors);
    }
    return;
  }
  const Value* annotation = annotations(service).find(kSourceRangesAnnotation);
  if (annotation == nullptr) return;
  const FieldPath path = FieldPath{"metadata"}.child("annotations").key(kSourceRangesAnnotation);
  if (!is_balanced) errors.forbidden(path, kOnlyLoadBalancer);
  std::string_view rest = doc::trim(annotation->as_string());
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    validate_cidr(doc::trim(rest.substr(0, comma)), path, errors);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
}

void validate_load_balancer_class(const Value& spec, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  const Value& name = spec["loadBalancerClass"_key];
  if (name.is_null()) return;
  if (type_of(spec) == "LoadBalancer") {
    validate_label_name(name.as_string(), path.child("loadBalancerClass"), errors);
  } else {
    errors.forbidden(path.child("loadBalancerClass"), kOnlyLoadBalancer);
  }
}

void validate_external_traffic(const Value& spec, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const Value& policy = spec["externalTrafficPolicy"_key];
  const FieldPath policy_path = path.child("externalTrafficPolicy");
  if (!is_externally_accessible(spec)) {
    if (!policy.is_empty()) {
      errors.invalid(policy_path, policy, "may only be set for externally-accessible services");
    }
  } else if (policy.is_empty()) {
    errors.required(policy_path);
  } else if (policy.as_string() != "Cluster" && policy.as_string() != "Local") {
    errors.not_supported(policy_path, policy, {"Cluster", "Local"});
  }
  const Value& port = spec["healthCheckNodePort"_key];
  const FieldPath port_path = path.child("healthCheckNodePort");
  if (!needs_health_check(spec)) {
    if (port.as_int() != 0) {
      errors.invalid(port_path, port,
                     "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is "
                     "'Local'");
    }
  } else if (port.as_int() == 0) {
    errors.required(port_path);
  } else {
    errors.invalid_each(port_path, port, check_port_number(port.as_int()));
  }
}

void validate_other_traffic(const Value& spec, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const std::string_view type = type_of(spec);
  const Value& internal = spec["internalTrafficPolicy"_key];
  const FieldPath internal_path = path.child("internalTrafficPolicy");
  if (internal.is_null()) {
    if (type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP") {
      errors.required(internal_path);
    }
  } else if (internal.as_string() != "Cluster" && internal.as_string() != "Local") {
    errors.not_supported(internal_path, internal, {"Cluster", "Local"});
  }
  const Value& distribution = spec["trafficDistribution"_key];
  if (distribution.is_null()) return;
  const std::string_view text = distribution.as_string();
  if (text != "PreferClose" && text != "PreferSameZone" && text != "PreferSameNode") {
    errors.not_supported(path.child("trafficDistribution"), distribution,
                         {"PreferClose", "PreferSameZone", "PreferSameNode"});
  }
}

// Adds an error at the first item of the list, with the value that upstream shows.
void validate_primary(const Value& now, const Value& before, const Value& shown,
                      const FieldPath& path, FieldErrors& errors) noexcept {
  if (before.size() != 0 && now.size() != 0 && now.at(0) != before.at(0)) {
    errors.invalid(path.index(0), shown, "may not change once set");
  }
}

void validate_release(const Value& spec, const Value& now, std::string_view what,
                      const FieldPath& spec_path, FieldErrors& errors) noexcept {
  if (now.size() != 1) return;
  const Value& policy = spec["ipFamilyPolicy"_key];
  if (policy.as_string() == "SingleStack") return;
  errors.invalid(spec_path.child("ipFamilyPolicy"), policy,
                 fmt::format("must be set to 'SingleStack' when releasing the secondary {}", what));
}

void validate_cluster_ip_changes(const Value& spec, const Value& old_spec, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  if (is_headless(spec) && is_headless(old_spec)) return;
  const FieldPath ips_path = path.child("clusterIPs");
  const Value& now = spec["clusterIPs"_key];
  const Value& before = old_spec["clusterIPs"_key];
  // An absent list shows as an empty one.
  const Value shown = now.is_null() ? Value::array() : now;
  if (now.size() == before.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now.at(i) != before.at(i)) {
        errors.invalid(ips_path.index(i), shown, "may not change once set");
      }
    }
    return;
  }
  if (now.size() < before.size()) {
    if (now.size() == 0) {
      errors.invalid(ips_path.index(0), shown, "primary clusterIP can not be unset");
    }
    validate_primary(now, before, shown, ips_path, errors);
    validate_release(spec, now, "clusterIP", path, errors);
    return;
  }
  validate_primary(now, before, shown, ips_path, errors);
}

void validate_family_changes(const Value& spec, const Value& old_spec, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  if (is_headless(spec) || is_headless(old_spec)) return;
  const FieldPath families_path = path.child("ipFamilies");
  const Value& now = spec["ipFamilies"_key];
  const Value& before = old_spec["ipFamilies"_key];
  const Value shown = now.is_null() ? Value::array() : now;
  if (now.size() == before.size()) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now.at(i) != before.at(i)) {
        errors.invalid(families_path.index(0), shown, "may not change once set");
      }
    }
    return;
  }
  if (now.size() < before.size()) {
    if (spec["clusterIPs"_key].size() == 0) {
      errors.invalid(families_path.index(0), shown, "primary ipFamily can not be unset");
    }
    // Upstream shows the cluster IPs here.
    validate_primary(now, before, spec["clusterIPs"_key], families_path, errors);
    validate_release(spec, now, "ipFamily", path, errors);
    return;
  }
  validate_primary(now, before, spec["clusterIPs"_key], families_path, errors);
}

}  // namespace

void validate_service(const Value& service, FieldErrors& errors) noexcept {
  validate_object_meta(service, true, check_dns1035_label, errors);
  validate_topology_annotations(service, errors);
  const Value& spec = service["spec"_key];
  const FieldPath path{"spec"};
  const FieldPath ports_path = path.child("ports");
  if (spec["ports"_key].size() == 0 && !is_headless(spec) && type_of(spec) != "ExternalName") {
    errors.required(ports_path);
  }
  validate_type_rules(spec, path, errors);
  validate_ports(spec, ports_path, errors);
  validate_labels(spec["selector"_key], path.child("selector"), errors);
  validate_session_affinity(spec, path, errors);
  validate_cluster_ips(spec, path, errors);
  const FieldPath external_path = path.child("externalIPs");
  const Value& external = spec["externalIPs"_key];
  for (std::size_t i = 0; i < external.size(); ++i) {
    const std::size_t before = errors.size();
    validate_ip(external.at(i), external_path.index(i), errors);
    if (errors.size() == before) {
      validate_non_special_ip(external.at(i), external_path.index(i), errors);
    }
  }
  const std::string_view type = type_of(spec);
  if (type.empty()) {
    errors.required(path.child("type"));
  } else if (type != "ClusterIP" && type != "ExternalName" && type != "LoadBalancer" &&
             type != "NodePort") {
    errors.not_supported(path.child("type"), type,
                         {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"});
  }
  validate_port_conflicts(spec, ports_path, errors);
  validate_source_ranges(service, path, errors);
  const Value& allocate = spec["allocateLoadBalancerNodePorts"_key];
  if (!allocate.is_null() && type != "LoadBalancer") {
    errors.forbidden(path.child("allocateLoadBalancerNodePorts"), kOnlyLoadBalancer);
  }
  if (allocate.is_null() && type == "LoadBalancer") {
    errors.required(FieldPath{"allocateLoadBalancerNodePorts"});
  }
  validate_load_balancer_class(spec, path, errors);
  validate_external_traffic(spec, path, errors);
  validate_other_traffic(spec, path, errors);
}

void validate_service_update(const Value& service, const Value& old_service,
                             FieldErrors& errors) noexcept {
  validate_object_meta_update(service, old_service, errors);
  const Value& spec = service["spec"_key];
  const Value& old_spec = old_service["spec"_key];
  const FieldPath path{"spec"};
  if (type_of(spec) != "ExternalName" && type_of(old_spec) != "ExternalName") {
    validate_cluster_ip_changes(spec, old_spec, path, errors);
    validate_family_changes(spec, old_spec, path, errors);
  }
  const Value& balancer_class = spec["loadBalancerClass"_key];
  if (type_of(spec) == "LoadBalancer" && type_of(old_spec) == "LoadBalancer" &&
      balancer_class != old_spec["loadBalancerClass"_key]) {
    errors.invalid(path.child("loadBalancerClass"), balancer_class, "may not change once set");
  }
  if (needs_health_check(spec) && needs_health_check(old_spec) &&
      spec["healthCheckNodePort"_key] != old_spec["healthCheckNodePort"_key]) {
    errors.forbidden(path.child("healthCheckNodePort"), kImmutable);
  }
  validate_service(service, errors);
}

void validate_service_status_update(const Value& service, const Value& old_service,
                                    FieldErrors& errors) noexcept {
  validate_object_meta_update(service, old_service, errors);
  const Value& ingress = service["status"_key]["loadBalancer"_key]["ingress"_key];
  const FieldPath path = FieldPath{"status"}.child("loadBalancer").child("ingress");
  if (type_of(service["spec"_key]) != "LoadBalancer" && ingress.size() != 0) {
    return errors.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'");
  }
  for (std::size_t i = 0; i < ingress.size(); ++i) {
    const FieldPath item = path.index(i);
    const Value& ip = ingress.at(i)["ip"_key];
    const Value& mode = ingress.at(i)["ipMode"_key];
    const Value& hostname = ingress.at(i)["hostname"_key];
    if (!ip.is_empty()) validate_ip(ip, item.child("ip"), errors);
    if (mode.is_null()) {
      if (!ip.is_empty()) {
        errors.required(item.child("ipMode"), "must be specified when `ip` is set");
      }
    } else if (ip.is_empty()) {
      errors.forbidden(item.child("ipMode"), "may not be specified when `ip` is not set");
    } else if (mode.as_string() != "VIP" && mode.as_string() != "Proxy") {
      errors.not_supported(item.child("ipMode"), mode, {"Proxy", "VIP"});
    }
    if (hostname.is_empty()) continue;
    errors.invalid_each(item.child("hostname"), hostname,
                        check_dns1123_subdomain(hostname.as_string()));
    if (parse_ip(hostname.as_string())) {
      errors.invalid(item.child("hostname"), hostname, "must be a DNS name, not an IP address");
    }
  }
}

}  // namespace rockpool::api::validation

namespace rockpool::api {

void validate_service_cluster_ips(const doc::Value& service, FieldErrors& errors) {
  using namespace doc::literals;
  validation::validate_cluster_ips(service["spec"_key], doc::Path{"spec"}, errors);
}

}  // namespace rockpool::api
