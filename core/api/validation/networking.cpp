// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>
#include <string>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "core/api/validation/parts.h"

// Models pkg/apis/networking/validation.
namespace rockpool::api::validation {

namespace {

constexpr std::string_view kIngressClass = "kubernetes.io/ingress.class";
constexpr std::size_t kMaxControllerLength = 250;

// ValidateTypedLocalObjectReference of Ingress backends and IngressClass parameters.
void validate_local_ref(const Value& ref, const FieldPath& path, FieldErrors& errors) noexcept {
  const auto check = [&](doc::KnownKeyIndex key, std::string_view absent) {
    const FieldPath member_path = path.child(doc::kKnownKeys[key.value]);
    if (ref[key].is_empty()) {
      errors.required(member_path, absent);
    } else {
      errors.invalid_each(member_path, ref[key], check_path_segment(ref[key].as_string()));
    }
  };
  if (const Value& group = ref["apiGroup"_key]; !group.is_null()) {
    errors.invalid_each(path.child("apiGroup"), group, check_dns1123_subdomain(group.as_string()));
  }
  check("kind"_key, "kind is required");
  check("name"_key, "name is required");
}

void validate_service_backend(const Value& service, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const FieldPath service_path = path.child("service");
  const Value& name = service["name"_key];
  if (name.is_empty()) {
    errors.required(service_path.child("name"));
  } else {
    errors.invalid_each(service_path.child("name"), name, check_dns1035_label(name.as_string()));
  }
  const Value& port = service["port"_key];
  const FieldPath port_path = service_path.child("port");
  const bool has_name = !port["name"_key].is_empty();
  const bool has_number = !port["number"_key].is_empty();
  if (has_name && has_number) {
    errors.invalid(path, "", "cannot set both port name & port number");
  } else if (has_name) {
    errors.invalid_each(port_path.child("name"), port["name"_key],
                        check_port_name(port["name"_key].as_string()));
  } else if (has_number) {
    errors.invalid_each(port_path.child("number"), port["number"_key],
                        check_port_number(port["number"_key].as_int()));
  } else {
    errors.required(path, "port name or number is required");
  }
}

void validate_backend(const Value& backend, const FieldPath& path, FieldErrors& errors) noexcept {
  const bool has_resource = !backend["resource"_key].is_null();
  const bool has_service = !backend["service"_key].is_null();
  if (has_resource && has_service) {
    errors.invalid(path, "", "cannot set both resource and service backends");
  } else if (has_resource) {
    validate_local_ref(backend["resource"_key], path.child("resource"), errors);
  } else if (has_service) {
    validate_service_backend(backend["service"_key], path, errors);
  } else {
    errors.invalid(path, "", "resource or service backend is required");
  }
}

// A host, or a pattern of hosts.
void validate_host(const Value& host, const FieldPath& path, FieldErrors& errors) noexcept {
  const std::string_view text = host.as_string();
  const bool is_pattern = text.find('*') != std::string_view::npos;
  errors.invalid_each(
      path, host,
      is_pattern ? check_wildcard_dns1123_subdomain(text) : check_dns1123_subdomain(text));
}

void validate_http_path_text(const Value& text, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  const std::string_view own = text.as_string();
  if (!own.starts_with('/')) errors.invalid(path, own, "must be an absolute path");
  if (own.empty()) return;
  for (const std::string_view sequence : {"//", "/./", "/../", "%2f", "%2F"}) {
    if (own.find(sequence) != std::string_view::npos) {
      errors.invalid(path, own, fmt::format("must not contain '{}'", sequence));
    }
  }
  for (const std::string_view end : {"/..", "/."}) {
    if (own.ends_with(end)) errors.invalid(path, own, fmt::format("cannot end with '{}'", end));
  }
}

void validate_http_path(const Value& http_path, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  const Value& type = http_path["pathType"_key];
  const Value& text = http_path["path"_key];
  if (type.is_null()) return errors.required(path.child("pathType"), "pathType must be specified");
  if (type.as_string() == "Exact" || type.as_string() == "Prefix") {
    validate_http_path_text(text, path.child("path"), errors);
  } else if (type.as_string() == "ImplementationSpecific") {
    if (!text.is_empty() && !text.as_string().starts_with('/')) {
      errors.invalid(path.child("path"), text, "must be an absolute path");
    }
  } else {
    errors.not_supported(path.child("pathType"), type,
                         {"Exact", "ImplementationSpecific", "Prefix"});
  }
  validate_backend(http_path["backend"_key], path.child("backend"), errors);
}

void validate_ingress_rule(const Value& rule, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& host = rule["host"_key];
  if (!host.is_empty()) {
    if (parse_ip(host.as_string())) {
      errors.invalid(path.child("host"), host, "must be a DNS name, not an IP address");
    }
    validate_host(host, path.child("host"), errors);
  }
  const Value& http = rule["http"_key];
  if (http.is_null()) return;
  const Value& paths = http["paths"_key];
  const FieldPath paths_path = path.child("http").child("paths");
  if (paths.size() == 0) errors.required(paths_path);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    validate_http_path(paths.at(i), paths_path.index(i), errors);
  }
}

void validate_tls(const Value& tls, const FieldPath& path, FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < tls.size(); ++i) {
    const Value& hosts = tls.at(i)["hosts"_key];
    const FieldPath hosts_path = path.index(i).child("hosts");
    for (std::size_t j = 0; j < hosts.size(); ++j) {
      validate_host(hosts.at(j), hosts_path.index(j), errors);
    }
    if (const Value& secret = tls.at(i)["secretName"_key]; !secret.is_empty()) {
      errors.invalid_each(path.index(i).child("secretName"), secret,
                          check_dns1123_subdomain(secret.as_string()));
    }
  }
}

void validate_policy_port(const Value& port, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_one_of(port["protocol"_key], path.child("protocol"), errors, {"SCTP", "TCP", "UDP"});
  const Value& first = port["port"_key];
  const Value& last = port["endPort"_key];
  const FieldPath last_path = path.child("endPort");
  if (first.is_null()) {
    if (!last.is_null()) {
      errors.invalid(last_path, last, "may not be specified when `port` is not specified");
    }
  } else if (first.is_string()) {
    if (!last.is_null()) {
      errors.invalid(last_path, last, "may not be specified when `port` is non-numeric");
    }
    errors.invalid_each(path.child("port"), first, check_port_name(first.as_string()));
  } else {
    errors.invalid_each(path.child("port"), first, check_port_number(first.as_int()));
    if (last.is_null()) return;
    if (last.as_int() < first.as_int()) {
      errors.invalid(last_path, last, "must be greater than or equal to `port`");
    }
    errors.invalid_each(last_path, last, check_port_number(last.as_int()));
  }
}

void validate_ip_block(const Value& block, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& cidr = block["cidr"_key];
  if (cidr.is_empty()) return errors.required(path.child("cidr"));
  validate_cidr(cidr, path.child("cidr"), errors);
  const std::optional<Cidr> whole = parse_cidr(cidr.as_string());
  const Value& exceptions = block["except"_key];
  for (std::size_t i = 0; i < exceptions.size(); ++i) {
    const FieldPath item = path.child("except").index(i);
    validate_cidr(exceptions.at(i), item, errors);
    const std::optional<Cidr> part = parse_cidr(exceptions.at(i).as_string());
    if (!whole || !part) continue;
    if (!whole->contains(part->address) || whole->prefix_length >= part->prefix_length) {
      errors.invalid(item, exceptions.at(i), "must be a strict subset of `cidr`");
    }
  }
}

void validate_peer(const Value& peer, const FieldPath& path, FieldErrors& errors) noexcept {
  int selectors = 0;
  for (const doc::KnownKeyIndex key : {"podSelector"_key, "namespaceSelector"_key}) {
    if (peer[key].is_null()) continue;
    ++selectors;
    validate_label_selector(peer[key], path.child(doc::kKnownKeys[key.value]), errors);
  }
  const Value& block = peer["ipBlock"_key];
  if (!block.is_null()) validate_ip_block(block, path.child("ipBlock"), errors);
  if (selectors == 0 && block.is_null()) {
    errors.required(path, "must specify a peer");
  } else if (selectors > 0 && !block.is_null()) {
    errors.forbidden(path, "may not specify both ipBlock and another peer");
  }
}

// Of ingress with `from`, of egress with `to`.
void validate_policy_rules(const Value& rules, doc::KnownKeyIndex peers_key, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value& ports = rules.at(i)["ports"_key];
    for (std::size_t j = 0; j < ports.size(); ++j) {
      validate_policy_port(ports.at(j), path.index(i).child("ports").index(j), errors);
    }
    const Value& peers = rules.at(i)[peers_key];
    const FieldPath peers_path = path.index(i).child(doc::kKnownKeys[peers_key.value]);
    for (std::size_t j = 0; j < peers.size(); ++j) {
      validate_peer(peers.at(j), peers_path.index(j), errors);
    }
  }
}

Problems check_ip_name(std::string_view name) noexcept {
  const std::optional<IpAddress> address = parse_ip(name);
  if (!address) return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
  if (address->to_string() != name) {
    return {fmt::format("must be in canonical form ({})", quote(address->to_string()))};
  }
  return {};
}

}  // namespace

void validate_ingress(const Value& ingress, FieldErrors& errors) noexcept {
  validate_object_meta(ingress, true, check_dns1123_subdomain, errors);
  const Value& spec = ingress["spec"_key];
  const FieldPath path{"spec"};
  const Value& rules = spec["rules"_key];
  const Value& backend = spec["defaultBackend"_key];
  if (rules.size() == 0 && backend.is_null()) {
    errors.invalid_rendered(path, rules.is_null() ? "null" : render_value(rules),
                            "either `defaultBackend` or `rules` must be specified");
  }
  if (!backend.is_null()) validate_backend(backend, path.child("defaultBackend"), errors);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    validate_ingress_rule(rules.at(i), path.child("rules").index(i), errors);
  }
  validate_tls(spec["tls"_key], path.child("tls"), errors);
  const Value& class_name = spec["ingressClassName"_key];
  if (class_name.is_null()) return;
  errors.invalid_each(path.child("ingressClassName"), class_name,
                      check_dns1123_subdomain(class_name.as_string()));
  const Value& old_way = annotations(ingress)[kIngressClass];
  if (!old_way.is_null() && old_way != class_name) {
    errors.invalid(FieldPath{"annotations"}.child(kIngressClass), old_way,
                   "must match `ingressClassName` when both are specified");
  }
}

void validate_ingress_status(const Value& ingress, const Value&, FieldErrors& errors) noexcept {
  const Value& points = ingress["status"_key]["loadBalancer"_key]["ingress"_key];
  const FieldPath path = FieldPath{"status"}.child("loadBalancer").child("ingress");
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Value& ip = points.at(i)["ip"_key];
    if (!ip.is_empty()) validate_ip(ip, path.index(i).child("ip"), errors);
    const Value& host = points.at(i)["hostname"_key];
    if (host.is_empty()) continue;
    const FieldPath host_path = path.index(i).child("hostname");
    errors.invalid_each(host_path, host, check_dns1123_subdomain(host.as_string()));
    if (parse_ip(host.as_string())) {
      errors.invalid(host_path, host, "must be a DNS name, not an IP address");
    }
  }
}

void validate_ingress_class(const Value& ingress_class, FieldErrors& errors) noexcept {
  validate_object_meta(ingress_class, false, check_dns1123_subdomain, errors);
  const Value& spec = ingress_class["spec"_key];
  const FieldPath path{"spec"};
  const Value& controller = spec["controller"_key];
  if (controller.as_string().size() > kMaxControllerLength) {
    errors.too_long(path.child("controller"), kMaxControllerLength);
  }
  validate_domain_prefixed_path(controller, path.child("controller"), errors);
  const Value& parameters = spec["parameters"_key];
  if (parameters.is_null()) return;
  const FieldPath parameters_path = path.child("parameters");
  validate_local_ref(parameters, parameters_path, errors);
  const std::string_view scope = parameters["scope"_key].as_string();
  const Value& place = parameters["namespace"_key];
  const FieldPath place_path = parameters_path.child("namespace");
  if (scope == "Cluster") {
    if (!place.is_null()) {
      errors.forbidden(place_path, "`parameters.scope` is set to 'Cluster'");
    }
  } else if (scope == "Namespace") {
    if (place.is_empty()) {
      errors.required(place_path, "`parameters.scope` is set to 'Namespace'");
    } else {
      errors.invalid_each(place_path, place, check_dns1123_label(place.as_string()));
    }
  } else {
    errors.not_supported(parameters_path.child("scope"), parameters["scope"_key],
                         {"Cluster", "Namespace"});
  }
}

void validate_ingress_class_update(const Value& ingress_class, const Value& old_ingress_class,
                                   FieldErrors& errors) noexcept {
  validate_immutable(ingress_class["spec"_key]["controller"_key],
                     old_ingress_class["spec"_key]["controller"_key],
                     FieldPath{"spec"}.child("controller"), errors);
}

void validate_network_policy(const Value& policy, FieldErrors& errors) noexcept {
  validate_object_meta(policy, true, check_dns1123_subdomain, errors);
  const Value& spec = policy["spec"_key];
  const FieldPath path{"spec"};
  validate_label_selector(spec["podSelector"_key], path.child("podSelector"), errors);
  validate_policy_rules(spec["ingress"_key], "from"_key, path.child("ingress"), errors);
  validate_policy_rules(spec["egress"_key], "to"_key, path.child("egress"), errors);
  const Value& types = spec["policyTypes"_key];
  const FieldPath types_path = path.child("policyTypes");
  if (types.size() > 2) {
    return errors.invalid(types_path, types, "may not specify more than two policyTypes");
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    validate_one_of(types.at(i), types_path.index(i), errors, {"Egress", "Ingress"});
  }
}

void validate_ip_address(const Value& address, FieldErrors& errors) noexcept {
  validate_object_meta(address, false, check_ip_name, errors);
  const Value& parent = address["spec"_key]["parentRef"_key];
  const FieldPath path = FieldPath{"spec"}.child("parentRef");
  if (parent.is_null()) return errors.required(path);
  if (const Value& group = parent["group"_key]; !group.is_empty()) {
    errors.invalid_each(path.child("group"), group, check_dns1123_subdomain(group.as_string()));
  }
  for (const doc::KnownKeyIndex key : {"resource"_key, "name"_key}) {
    const FieldPath member_path = path.child(doc::kKnownKeys[key.value]);
    if (parent[key].is_empty()) {
      errors.required(member_path);
    } else {
      errors.invalid_each(member_path, parent[key], check_path_segment(parent[key].as_string()));
    }
  }
}

void validate_ip_address_update(const Value& address, const Value& old_address,
                                FieldErrors& errors) noexcept {
  validate_immutable(address["spec"_key]["parentRef"_key], old_address["spec"_key]["parentRef"_key],
                     FieldPath{"spec"}.child("parentRef"), errors);
}

void validate_service_cidr(const Value& service_cidr, FieldErrors& errors) noexcept {
  validate_object_meta(service_cidr, false, check_dns1123_subdomain, errors);
  const Value& cidrs = service_cidr["spec"_key]["cidrs"_key];
  const FieldPath path = FieldPath{"spec"}.child("cidrs");
  if (cidrs.size() == 0) return errors.required(path, "at least one CIDR required");
  if (cidrs.size() > 2) {
    return errors.invalid(path, cidrs, "may only hold up to 2 values");
  }
  for (std::size_t i = 0; i < cidrs.size(); ++i) {
    validate_cidr(cidrs.at(i), path.index(i), errors);
  }
  if (cidrs.size() == 2 && !is_dual_stack(cidrs, false)) {
    errors.invalid(path, cidrs,
                   "may specify no more than one IP for each IP family, i.e "
                   "[\"192.168.0.0/24\",\"2001:db8::/64\"]");
  }
}

void validate_service_cidr_update(const Value& service_cidr, const Value& old_service_cidr,
                                  FieldErrors& errors) noexcept {
  validate_immutable(service_cidr["spec"_key]["cidrs"_key],
                     old_service_cidr["spec"_key]["cidrs"_key], FieldPath{"spec"}.child("cidrs"),
                     errors);
}

}  // namespace rockpool::api::validation
