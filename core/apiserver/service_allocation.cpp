// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/service_allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "core/api/field_error.h"
#include "core/apiserver/state.h"
#include "core/doc/path.h"

namespace rockpool::apiserver {
namespace {

const api::GroupKind kServiceKind{"", "Service"};

const doc::Value& spec_of(const doc::Value& service) {
  return service["spec"_key];
}

bool is_external_name(const doc::Value& service) {
  return !needs_cluster_ip(service);
}

bool is_headless(const doc::Value& service) {
  return spec_of(service)["clusterIPs"_key].at(0).as_string() == "None";
}

api::Status invalid_service(const doc::Value& service, const api::FieldErrors& errors) {
  return api::invalid(kServiceKind, name_of(service), errors);
}

// What a Service needs that only a cluster with both IP families can give.
void check_dual_stack(const doc::Value& service, api::FieldErrors& errors) {
  const doc::Path spec{"spec"};
  const doc::Value& families = spec_of(service)["ipFamilies"_key];
  for (std::size_t index = 0; index < families.size(); ++index) {
    if (families.at(index).as_string() == "IPv4") continue;
    errors.invalid(spec.child("ipFamilies").index(index), families.at(index),
                   "not configured on this cluster");
  }
  const doc::Value& policy = spec_of(service)["ipFamilyPolicy"_key];
  if (policy.as_string() == "RequireDualStack") {
    errors.invalid(spec.child("ipFamilyPolicy"), policy,
                   "this cluster is not configured for dual-stack services");
  }
  const doc::Value& ips = spec_of(service)["clusterIPs"_key];
  for (std::size_t index = 0; index < ips.size(); ++index) {
    const auto address = api::parse_ip(ips.at(index).as_string());
    if (!address || address->family == api::IpFamily::ipv4 || index < families.size()) continue;
    errors.invalid(spec.child("clusterIPs").index(index), ips,
                   "IPv6 is not configured on this cluster");
  }
}

// A headless Service without a selector says nothing about addresses, so it may have any families,
// whatever the cluster has.
void init_selectorless_families(doc::Value& spec) {
  if (spec["ipFamilyPolicy"_key].is_null()) spec.set("ipFamilyPolicy"_key, "RequireDualStack");
  if (spec["ipFamilies"_key].size() == 0) {
    spec.set("ipFamilies"_key, doc::Value::strings({"IPv4"}));
  }
  if (spec["ipFamilyPolicy"_key].as_string() != "SingleStack" &&
      spec["ipFamilies"_key].size() == 1) {
    const bool first_is_v4 = spec["ipFamilies"_key].at(0).as_string() == "IPv4";
    spec.edit("ipFamilies"_key).push_back(first_is_v4 ? "IPv6" : "IPv4");
  }
}

std::vector<std::int64_t> node_ports_of(const doc::Value& service) {
  std::vector<std::int64_t> ports;
  for (const doc::Value& port : spec_of(service)["ports"_key].items()) {
    if (const std::int64_t number = port["nodePort"_key].as_int(); number != 0) {
      ports.push_back(number);
    }
  }
  return ports;
}

bool contains(const std::vector<std::int64_t>& numbers, std::int64_t number) {
  return std::ranges::find(numbers, number) != numbers.end();
}

// The node port that one of the entries for that Service port asks for, or 0.
std::int64_t find_requested_node_port(const doc::Value& ports, std::int64_t port) {
  for (const doc::Value& each : ports.items()) {
    if (each["port"_key].as_int() != port) continue;
    if (const std::int64_t requested = each["nodePort"_key].as_int(); requested != 0) {
      return requested;
    }
  }
  return 0;
}

void set_node_port(doc::Value& service, std::size_t index, std::int64_t port) {
  service.edit("spec"_key).edit("ports"_key).edit_at(index).set("nodePort"_key, port);
}

}  // namespace

ServiceAllocation::~ServiceAllocation() {
  for (const api::IpAddress& address : taken_ips_) cluster_ips_.release(address);
  for (const std::int64_t port : taken_ports_) node_ports_.release(port);
}

void ServiceAllocation::commit() {
  taken_ips_.clear();
  taken_ports_.clear();
  for (const api::IpAddress& address : std::exchange(released_ips_, {})) {
    cluster_ips_.release(address);
  }
  for (const std::int64_t port : std::exchange(released_ports_, {})) node_ports_.release(port);
}

api::Result<void> ServiceAllocation::create(doc::Value& service) {
  if (auto done = init_ip_families(service, {}); !done) return done;
  if (!is_external_name(service) && !is_headless(service)) {
    if (auto done = allocate_cluster_ips(service); !done) return done;
  }
  if (auto done = init_node_ports(service); !done) return done;
  if (!needs_health_check_node_port(service)) return {};
  return allocate_health_check_port(service);
}

api::Result<void> ServiceAllocation::update(doc::Value& service, const doc::Value& old_service) {
  if (auto done = init_ip_families(service, old_service); !done) return done;
  if (auto done = update_cluster_ips(service, old_service); !done) return done;
  if (auto done = update_node_ports(service, old_service); !done) return done;
  return update_health_check_port(service, old_service);
}

void ServiceAllocation::release_all(const doc::Value& service) {
  release_cluster_ips(service);
  release_node_ports(service);
  if (const std::int64_t port = spec_of(service)["healthCheckNodePort"_key].as_int(); port != 0) {
    released_ports_.push_back(port);
  }
}

void ServiceAllocation::adopt(const doc::Value& service) {
  for (const doc::Value& ip : spec_of(service)["clusterIPs"_key].items()) {
    if (const auto address = api::parse_ip(ip.as_string())) (void)cluster_ips_.allocate(*address);
  }
  for (const std::int64_t port : node_ports_of(service)) (void)node_ports_.allocate(port);
  if (const std::int64_t port = spec_of(service)["healthCheckNodePort"_key].as_int(); port != 0) {
    (void)node_ports_.allocate(port);
  }
}

api::Result<void> ServiceAllocation::init_ip_families(doc::Value& service,
                                                      const doc::Value& old_service) const {
  if (is_external_name(service)) return {};
  // What was accepted before stays as it is.
  if (!old_service.is_null() && needs_cluster_ip(old_service) &&
      spec_of(service)["ipFamilies"_key] == spec_of(old_service)["ipFamilies"_key] &&
      spec_of(service)["ipFamilyPolicy"_key] == spec_of(old_service)["ipFamilyPolicy"_key] &&
      spec_of(service)["clusterIPs"_key] == spec_of(old_service)["clusterIPs"_key] &&
      spec_of(service)["ipFamilies"_key].size() != 0) {
    return {};
  }
  if (is_headless(service) && spec_of(service)["selector"_key].size() == 0) {
    init_selectorless_families(service.edit("spec"_key));
    return {};
  }
  api::FieldErrors errors;
  check_dual_stack(service, errors);
  if (!errors.empty()) return std::unexpected{invalid_service(service, errors)};
  if (spec_of(service)["ipFamilyPolicy"_key].is_null()) {
    service.edit("spec"_key).set("ipFamilyPolicy"_key, "SingleStack");
  }
  if (spec_of(service)["ipFamilies"_key].size() == 0) {
    service.edit("spec"_key).set("ipFamilies"_key, doc::Value::strings({"IPv4"}));
  }
  return {};
}

api::Result<void> ServiceAllocation::allocate_cluster_ips(doc::Value& service) {
  const doc::Value requested_ips = spec_of(service)["clusterIPs"_key];
  const doc::Value requested = requested_ips.at(0);
  std::optional<api::IpAddress> address;
  if (requested.is_empty()) {
    const auto any = cluster_ips_.allocate_next();
    if (!any) {
      return std::unexpected{
          api::internal_error(fmt::format("failed to allocate a serviceIP: {}", any.error()))};
    }
    address = *any;
    service.edit("spec"_key).set("clusterIPs"_key, doc::Value::array({any->to_string()}));
  } else {
    address = api::parse_ip(requested.as_string());
    if (!address) {
      return std::unexpected{api::internal_error(
          fmt::format("failed to parse service IP \"{}\"", requested.as_string()))};
    }
    if (const auto taken = cluster_ips_.allocate(*address); !taken) {
      api::FieldErrors errors;
      errors.invalid(
          doc::Path{"spec"}.child("clusterIPs"), requested_ips,
          fmt::format("failed to allocate IP {}: {}", requested.as_string(), taken.error()));
      return std::unexpected{invalid_service(service, errors)};
    }
  }
  taken_ips_.push_back(*address);
  service.edit("spec"_key)
      .set("clusterIP"_key, doc::Value{spec_of(service)["clusterIPs"_key].at(0)});
  return {};
}

api::Result<void> ServiceAllocation::update_cluster_ips(doc::Value& service,
                                                        const doc::Value& old_service) {
  const bool had = needs_cluster_ip(old_service) && !is_headless(old_service);
  const bool has = needs_cluster_ip(service) && !is_headless(service);
  if (has && !needs_cluster_ip(old_service)) return allocate_cluster_ips(service);
  if (had && !needs_cluster_ip(service)) release_cluster_ips(old_service);
  return {};
}

void ServiceAllocation::release_cluster_ips(const doc::Value& service) {
  for (const doc::Value& ip : spec_of(service)["clusterIPs"_key].items()) {
    if (const auto address = api::parse_ip(ip.as_string())) released_ips_.push_back(*address);
  }
}

void ServiceAllocation::release_node_ports(const doc::Value& service) {
  const std::vector<std::int64_t> ports = node_ports_of(service);
  released_ports_.insert(released_ports_.end(), ports.begin(), ports.end());
}

api::Result<void> ServiceAllocation::take_node_port(const doc::Value& service, std::size_t index,
                                                    std::int64_t port) {
  const auto taken = node_ports_.allocate(port);
  if (!taken) {
    api::FieldErrors errors;
    errors.invalid(doc::Path{"spec"}.child("ports").index(index).child("nodePort"), port,
                   taken.error());
    return std::unexpected{invalid_service(service, errors)};
  }
  taken_ports_.push_back(port);
  return {};
}

api::Result<std::int64_t> ServiceAllocation::take_any_node_port() {
  const auto port = node_ports_.allocate_next();
  if (!port) {
    return std::unexpected{
        api::internal_error(fmt::format("failed to allocate a nodePort: {}", port.error()))};
  }
  taken_ports_.push_back(*port);
  return *port;
}

// Entries of one port number and several protocols share a node port (initNodePorts).
api::Result<void> ServiceAllocation::init_node_ports(doc::Value& service) {
  const doc::Value ports = spec_of(service)["ports"_key];
  const bool may_have = needs_node_port(service) || !node_ports_of(service).empty();
  if (!may_have || is_external_name(service)) return {};
  std::map<std::int64_t, std::int64_t> by_port;
  for (std::size_t index = 0; index < ports.size(); ++index) {
    const std::int64_t own = ports.at(index)["nodePort"_key].as_int();
    if (own == 0 && !needs_node_port(service)) continue;
    const std::int64_t number = ports.at(index)["port"_key].as_int();
    std::int64_t& shared = by_port[number];
    if (shared == 0) {
      const std::int64_t requested = find_requested_node_port(ports, number);
      if (requested != 0) {
        if (auto taken = take_node_port(service, index, requested); !taken) return taken;
        shared = requested;
      } else {
        const auto any = take_any_node_port();
        if (!any) return std::unexpected{any.error()};
        shared = *any;
      }
      set_node_port(service, index, shared);
    } else if (own == 0) {
      set_node_port(service, index, shared);
    } else if (own != shared) {
      if (auto taken = take_node_port(service, index, own); !taken) return taken;
    }
  }
  return {};
}

api::Result<void> ServiceAllocation::update_node_ports(doc::Value& service,
                                                       const doc::Value& old_service) {
  const std::vector<std::int64_t> old_ports = node_ports_of(old_service);
  const doc::Value ports = spec_of(service)["ports"_key];
  std::vector<std::int64_t> newly_taken;
  if (needs_cluster_ip(service)) {
    for (std::size_t index = 0; index < ports.size(); ++index) {
      const std::int64_t own = ports.at(index)["nodePort"_key].as_int();
      if (own == 0) {
        if (!needs_node_port(service)) continue;
        const auto any = take_any_node_port();
        if (!any) return std::unexpected{any.error()};
        set_node_port(service, index, *any);
      } else if (!contains(old_ports, own) && !contains(newly_taken, own)) {
        if (auto taken = take_node_port(service, index, own); !taken) return taken;
        newly_taken.push_back(own);
      }
    }
  }
  const std::vector<std::int64_t> new_ports = node_ports_of(service);
  for (const std::int64_t port : old_ports) {
    if (!contains(new_ports, port)) released_ports_.push_back(port);
  }
  return {};
}

api::Result<void> ServiceAllocation::allocate_health_check_port(doc::Value& service) {
  const std::int64_t requested = spec_of(service)["healthCheckNodePort"_key].as_int();
  if (requested != 0) {
    const auto taken = node_ports_.allocate(requested);
    if (!taken) {
      return std::unexpected{api::internal_error(fmt::format(
          "failed to allocate requested HealthCheck NodePort {}: {}", requested, taken.error()))};
    }
    taken_ports_.push_back(requested);
    return {};
  }
  const auto any = node_ports_.allocate_next();
  if (!any) {
    return std::unexpected{api::internal_error(
        fmt::format("failed to allocate a HealthCheck NodePort: {}", any.error()))};
  }
  taken_ports_.push_back(*any);
  service.edit("spec"_key).set("healthCheckNodePort"_key, *any);
  return {};
}

api::Result<void> ServiceAllocation::update_health_check_port(doc::Value& service,
                                                              const doc::Value& old_service) {
  const bool had = needs_health_check_node_port(old_service);
  const bool has = needs_health_check_node_port(service);
  if (has && !had) return allocate_health_check_port(service);
  const std::int64_t old_port = spec_of(old_service)["healthCheckNodePort"_key].as_int();
  if (had && !has && old_port != 0) released_ports_.push_back(old_port);
  return {};
}

}  // namespace rockpool::apiserver
