// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "core/apiserver/service_allocation.h"
#include "core/apiserver/state.h"

// How an update of a Service keeps what was allocated, and loses what no longer applies
// (pkg/registry/core/service/storage/storage.go and strategy.go).
namespace rockpool::apiserver {
namespace {

const doc::Value& spec_of(const doc::Value& service) {
  return service["spec"_key];
}

std::string_view type_of(const doc::Value& service) {
  return spec_of(service)["type"_key].as_string("ClusterIP");
}

bool is_load_balancer(const doc::Value& service) {
  return type_of(service) == "LoadBalancer";
}

bool has_external_traffic(const doc::Value& service) {
  return type_of(service) == "NodePort" || is_load_balancer(service);
}

bool is_same(const doc::Value& service, const doc::Value& old_service, doc::KnownKeyIndex key) {
  return spec_of(service)[key] == spec_of(old_service)[key];
}

// Removes a member of the spec, unsharing it only if there is one.
void drop(doc::Value& service, doc::KnownKeyIndex key) {
  if (spec_of(service).contains(key)) service.edit("spec"_key).erase(key);
}

std::set<std::int64_t> node_ports_of(const doc::Value& service) {
  std::set<std::int64_t> ports;
  for (const doc::Value& port : spec_of(service)["ports"_key].items()) {
    if (const std::int64_t number = port["nodePort"_key].as_int(); number != 0)
      ports.insert(number);
  }
  return ports;
}

void patch_cluster_ips(doc::Value& service, const doc::Value& old_service) {
  if (!needs_cluster_ip(old_service) || !needs_cluster_ip(service)) return;
  const doc::Value& old_ip = spec_of(old_service)["clusterIP"_key];
  if (spec_of(service)["clusterIP"_key].is_empty() && !old_ip.is_empty()) {
    service.edit("spec"_key).set("clusterIP"_key, old_ip);
  }
  const doc::Value& old_ips = spec_of(old_service)["clusterIPs"_key];
  if (spec_of(service)["clusterIPs"_key].size() == 0 && old_ips.size() != 0 &&
      is_same(service, old_service, "clusterIP"_key)) {
    service.edit("spec"_key).set("clusterIPs"_key, old_ips);
  }
}

void patch_node_ports(doc::Value& service, const doc::Value& old_service) {
  // Even if none are to be allocated: what there are remain.
  if (!has_external_traffic(old_service) || !has_external_traffic(service)) return;
  // Ports that both use are spoken for.
  std::set<std::int64_t> used;
  std::ranges::set_intersection(node_ports_of(old_service), node_ports_of(service),
                                std::inserter(used, used.end()));
  std::map<std::string_view, std::int64_t> by_name;
  for (const doc::Value& port : spec_of(old_service)["ports"_key].items()) {
    by_name[port["name"_key].as_string()] = port["nodePort"_key].as_int();
  }
  const std::size_t count = spec_of(service)["ports"_key].size();
  for (std::size_t index = 0; index < count; ++index) {
    const doc::Value& port = spec_of(service)["ports"_key].at(index);
    if (port["nodePort"_key].as_int() != 0) continue;
    const auto known = by_name.find(port["name"_key].as_string());
    if (known == by_name.end() || known->second == 0 || !used.insert(known->second).second)
      continue;
    service.edit("spec"_key).edit("ports"_key).edit_at(index).set("nodePort"_key, known->second);
  }
}

// Clients of old know clusterIP alone: what they do to it is done to clusterIPs.
void normalize_cluster_ips(doc::Value& service, const doc::Value& old_service) {
  const std::string_view ip = spec_of(service)["clusterIP"_key].as_string();
  const doc::Value& ips = spec_of(service)["clusterIPs"_key];
  if (old_service.is_null()) {
    if (!ip.empty() && ips.size() == 0) {
      const doc::Value only = ip;
      service.edit("spec"_key).set("clusterIPs"_key, doc::Value::array({only}));
    }
    return;
  }
  const std::string_view old_ip = spec_of(old_service)["clusterIP"_key].as_string();
  const doc::Value& old_ips = spec_of(old_service)["clusterIPs"_key];
  if (ip == old_ip) {
    if (ips.size() == 0 && old_ips.size() != 0)
      service.edit("spec"_key).set("clusterIPs"_key, old_ips);
    return;
  }
  if (!is_same(service, old_service, "clusterIPs"_key)) return;
  if (ip.empty()) {
    drop(service, "clusterIPs"_key);
  } else {
    const doc::Value only = ip;
    service.edit("spec"_key).set("clusterIPs"_key, doc::Value::array({only}));
  }
}

void drop_node_ports(doc::Value& service) {
  const std::size_t count = spec_of(service)["ports"_key].size();
  for (std::size_t index = 0; index < count; ++index) {
    if (!spec_of(service)["ports"_key].at(index).contains("nodePort"_key)) continue;
    service.edit("spec"_key).edit("ports"_key).edit_at(index).erase("nodePort"_key);
  }
}

void drop_unchanged(doc::Value& service, const doc::Value& old_service, doc::KnownKeyIndex key) {
  if (is_same(service, old_service, key)) drop(service, key);
}

void drop_type_dependent_fields(doc::Value& service, const doc::Value& old_service) {
  if (needs_cluster_ip(old_service) && !needs_cluster_ip(service)) {
    if (is_same(service, old_service, "clusterIP"_key) &&
        is_same(service, old_service, "clusterIPs"_key)) {
      drop(service, "clusterIP"_key);
      drop(service, "clusterIPs"_key);
    }
    drop_unchanged(service, old_service, "ipFamilies"_key);
    drop_unchanged(service, old_service, "ipFamilyPolicy"_key);
  }
  if (has_external_traffic(old_service) && !has_external_traffic(service) &&
      node_ports_of(service) == node_ports_of(old_service)) {
    drop_node_ports(service);
  }
  if (needs_health_check_node_port(old_service) && !needs_health_check_node_port(service)) {
    drop_unchanged(service, old_service, "healthCheckNodePort"_key);
  }
  if (is_load_balancer(old_service) && !is_load_balancer(service)) {
    drop_unchanged(service, old_service, "allocateLoadBalancerNodePorts"_key);
    drop_unchanged(service, old_service, "loadBalancerClass"_key);
  }
  if (has_external_traffic(old_service) && !has_external_traffic(service)) {
    drop_unchanged(service, old_service, "externalTrafficPolicy"_key);
  }
}

}  // namespace

bool needs_cluster_ip(const doc::Value& service) {
  return type_of(service) != "ExternalName";
}

bool needs_node_port(const doc::Value& service) {
  if (type_of(service) == "NodePort") return true;
  return is_load_balancer(service) &&
         spec_of(service)["allocateLoadBalancerNodePorts"_key].as_bool(true);
}

bool needs_health_check_node_port(const doc::Value& service) {
  return is_load_balancer(service) &&
         spec_of(service)["externalTrafficPolicy"_key].as_string() == "Local";
}

void prepare_service_create(doc::Value& service) {
  normalize_cluster_ips(service, {});
}

void prepare_service_update(doc::Value& service, const doc::Value& old_service) {
  patch_cluster_ips(service, old_service);
  patch_node_ports(service, old_service);
  if (needs_health_check_node_port(old_service) && needs_health_check_node_port(service) &&
      spec_of(service)["healthCheckNodePort"_key].as_int() == 0) {
    service.edit("spec"_key)
        .set("healthCheckNodePort"_key, spec_of(old_service)["healthCheckNodePort"_key]);
  }
  normalize_cluster_ips(service, old_service);
  drop_type_dependent_fields(service, old_service);
}

}  // namespace rockpool::apiserver
