// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/ip.h"
#include "core/api/validation/parts.h"
#include "core/doc/list_change.h"

namespace rockpool::api::validation {

namespace {

// pkg/apis/discovery/validation.
constexpr std::size_t kMaxTopologyLabels = 16;
constexpr std::size_t kMaxAddresses = 100;
constexpr std::size_t kMaxPorts = 100;
constexpr std::size_t kMaxEndpoints = 1000;
constexpr std::size_t kMaxZoneHints = 8;
constexpr std::size_t kMaxNodeHints = 8;

void too_many(const FieldPath& path, std::size_t actual, std::size_t max,
              FieldErrors& errors) noexcept {
  errors.too_many(path, static_cast<std::int64_t>(actual), static_cast<std::int64_t>(max));
}

void validate_endpoint_address(const Value& address, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  const Value& ip = address["ip"_key];
  validate_ip(ip, path.child("ip"), errors);
  if (const Value& hostname = address["hostname"_key]; !hostname.is_empty()) {
    errors.invalid_each(path.child("hostname"), hostname,
                        check_dns1123_label(hostname.as_string()));
  }
  if (const Value& node = address["nodeName"_key]; !node.is_null()) {
    errors.invalid_each(path.child("nodeName"), node, check_dns1123_subdomain(node.as_string()));
  }
  validate_non_special_ip(ip, path.child("ip"), errors);
}

// Those taken over from the older version are valid: it could not have been stored otherwise.
void validate_addresses(const Value& addresses, const Value& old_addresses, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  for (const std::size_t i : doc::compare_lists(old_addresses.items(), addresses.items()).added) {
    validate_endpoint_address(addresses.at(i), path.index(i), errors);
  }
}

void validate_endpoint_port(const Value& port, bool needs_name, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const Value& name = port["name"_key];
  if (name.is_empty()) {
    if (needs_name) errors.required(path.child("name"));
  } else {
    errors.invalid_each(path.child("name"), name, check_dns1123_label(name.as_string()));
  }
  const std::int64_t number = port["port"_key].as_int();
  errors.invalid_each(path.child("port"), number, check_port_number(number));
  validate_protocol(port["protocol"_key], path.child("protocol"), errors);
  if (const Value& app = port["appProtocol"_key]; !app.is_null()) {
    validate_label_name(app.as_string(), path.child("appProtocol"), errors);
  }
}

void validate_typed_address(const Value& address, std::string_view type, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const std::string_view text = address.as_string();
  if (type == "FQDN") {
    if (text.empty()) return errors.required(path);
    return errors.invalid_each(path, address, check_fully_qualified_domain_name(text));
  }
  if (type != "IPv4" && type != "IPv6") return;
  const std::optional<IpAddress> ip = parse_ip(text);
  if (!ip || ip_family_name(ip->family) != type) {
    errors.invalid(path, text, fmt::format("must be a valid {} address", type));
  }
  validate_non_special_ip(address, path, errors);
}

// Names of zones or nodes that an endpoint is meant for.
void validate_hint_names(const Value& hints, std::size_t max, NameCheck check,
                         const FieldPath& path, FieldErrors& errors) noexcept {
  if (hints.size() > max) return too_many(path, hints.size(), max, errors);
  Names seen;
  for (std::size_t i = 0; i < hints.size(); ++i) {
    const FieldPath name_path = path.index(i).child("name");
    const std::string_view name = hints.at(i)["name"_key].as_string();
    if (!seen.emplace(name).second) errors.duplicate(name_path, name);
    if (name.empty()) {
      errors.required(name_path);
    } else {
      errors.invalid_each(name_path, name, check(name));
    }
  }
}

void validate_endpoint(const Value& endpoint, std::string_view type, const FieldPath& path,
                       FieldErrors& errors) noexcept {
  const FieldPath addresses_path = path.child("addresses");
  const Value& addresses = endpoint["addresses"_key];
  if (addresses.size() == 0) {
    errors.required(addresses_path, "must contain at least 1 address");
  } else if (addresses.size() > kMaxAddresses) {
    too_many(addresses_path, addresses.size(), kMaxAddresses, errors);
  }
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    validate_typed_address(addresses.at(i), type, addresses_path.index(i), errors);
  }
  if (const Value& node = endpoint["nodeName"_key]; !node.is_null()) {
    errors.invalid_each(path.child("nodeName"), node, check_dns1123_subdomain(node.as_string()));
  }
  const FieldPath topology_path = path.child("deprecatedTopology");
  const Value& topology = endpoint["deprecatedTopology"_key];
  if (topology.size() > kMaxTopologyLabels) {
    too_many(topology_path, topology.size(), kMaxTopologyLabels, errors);
  }
  validate_labels(topology, topology_path, errors);
  if (const Value& hostname = endpoint["hostname"_key]; !hostname.is_null()) {
    errors.invalid_each(path.child("hostname"), hostname,
                        check_dns1123_label(hostname.as_string()));
  }
  const FieldPath hints_path = path.child("hints");
  const Value& hints = endpoint["hints"_key];
  validate_hint_names(hints["forZones"_key], kMaxZoneHints, check_label_value,
                      hints_path.child("forZones"), errors);
  validate_hint_names(hints["forNodes"_key], kMaxNodeHints, check_dns1123_subdomain,
                      hints_path.child("forNodes"), errors);
}

void validate_slice_ports(const Value& ports, const FieldPath& path, FieldErrors& errors) noexcept {
  if (ports.size() > kMaxPorts) return too_many(path, ports.size(), kMaxPorts, errors);
  Names names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const FieldPath item = path.index(i);
    const std::string_view name = ports.at(i)["name"_key].as_string();
    if (!name.empty()) {
      errors.invalid_each(item.child("name"), name, check_dns1123_label(name));
    }
    if (!names.emplace(name).second) errors.duplicate(item.child("name"), name);
    validate_protocol(ports.at(i)["protocol"_key], item.child("protocol"), errors);
    if (const Value& app = ports.at(i)["appProtocol"_key]; !app.is_null()) {
      validate_label_name(app.as_string(), item.child("appProtocol"), errors);
    }
  }
}

}  // namespace

void validate_endpoints(const Value& endpoints, const Value& old_endpoints,
                        FieldErrors& errors) noexcept {
  validate_object_meta(endpoints, true, check_dns1123_subdomain, errors);
  const FieldPath path{"subsets"};
  const Value& subsets = endpoints["subsets"_key];
  for (std::size_t i = 0; i < subsets.size(); ++i) {
    const FieldPath item = path.index(i);
    const Value& old_subset = old_endpoints["subsets"_key].at(i);
    const Value& ready = subsets.at(i)["addresses"_key];
    const Value& not_ready = subsets.at(i)["notReadyAddresses"_key];
    if (ready.size() == 0 && not_ready.size() == 0) {
      errors.required(item, "must specify `addresses` or `notReadyAddresses`");
    }
    validate_addresses(ready, old_subset["addresses"_key], item.child("addresses"), errors);
    validate_addresses(not_ready, old_subset["notReadyAddresses"_key],
                       item.child("notReadyAddresses"), errors);
    const FieldPath ports_path = item.child("ports");
    const Value& ports = subsets.at(i)["ports"_key];
    for (std::size_t j = 0; j < ports.size(); ++j) {
      validate_endpoint_port(ports.at(j), ports.size() > 1, ports_path.index(j), errors);
    }
  }
}

void validate_endpoint_slice(const Value& slice, const Value& old_slice,
                             FieldErrors& errors) noexcept {
  validate_object_meta(slice, true, check_dns1123_subdomain, errors);
  const std::string_view type = slice["addressType"_key].as_string();
  if (type.empty()) {
    errors.required(FieldPath{"addressType"});
  } else if (type != "FQDN" && type != "IPv4" && type != "IPv6") {
    errors.not_supported(FieldPath{"addressType"}, type, {"FQDN", "IPv4", "IPv6"});
  }
  const FieldPath endpoints_path{"endpoints"};
  const Value& endpoints = slice["endpoints"_key];
  if (endpoints.size() > kMaxEndpoints) {
    too_many(endpoints_path, endpoints.size(), kMaxEndpoints, errors);
  } else {
    // Those taken over from an older version of the same address type are valid as they are.
    const bool same_type = old_slice["addressType"_key].as_string() == type;
    const Value& old_endpoints = same_type ? old_slice["endpoints"_key] : Value{};
    for (const std::size_t i : doc::compare_lists(old_endpoints.items(), endpoints.items()).added) {
      validate_endpoint(endpoints.at(i), type, endpoints_path.index(i), errors);
    }
  }
  validate_slice_ports(slice["ports"_key], FieldPath{"ports"}, errors);
}

void validate_endpoint_slice_update(const Value& slice, const Value& old_slice,
                                    FieldErrors& errors) noexcept {
  validate_object_meta_update(slice, old_slice, errors);
  validate_endpoint_slice(slice, old_slice, errors);
  validate_immutable(slice["addressType"_key], old_slice["addressType"_key],
                     FieldPath{"addressType"}, errors);
}

}  // namespace rockpool::api::validation
