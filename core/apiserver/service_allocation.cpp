// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/service_allocation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/api/field_error.h"
#include "core/api/validation/validation.h"
#include "core/apiserver/ip_address_object.h"
#include "core/apiserver/state.h"
#include "core/apiserver/writes.h"
#include "core/doc/path.h"

namespace rockpool::apiserver {
namespace {

const api::GroupKind kServiceKind{"", "Service"};
constexpr int kInternalServerError = 500;

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

bool has_node_ports(const doc::Value& service) {
  const std::string_view type = spec_of(service)["type"_key].as_string();
  return type == "NodePort" || type == "LoadBalancer";
}

const doc::Value& policy_of(const doc::Value& service) {
  return spec_of(service)["ipFamilyPolicy"_key];
}

bool is_single_stack(const doc::Value& service) {
  return policy_of(service).as_string() == "SingleStack";
}

bool prefers_dual_stack(const doc::Value& service) {
  return policy_of(service).is_null() || policy_of(service).as_string() == "PreferDualStack";
}

bool has_same(const doc::Value& service, const doc::Value& old_service, doc::KnownKeyIndex list) {
  const doc::Value& now = spec_of(service)[list];
  const doc::Value& before = spec_of(old_service)[list];
  return now == before || (now.size() == 0 && before.size() == 0);
}

// A Service that takes what it can get keeps what it has got, whatever becomes of the cluster
// (isMatchingPreferDualStackClusterIPFields).
bool keeps_preferred(const doc::Value& service, const doc::Value& old_service) {
  if (old_service.is_null() || policy_of(service).is_null()) return false;
  return spec_of(service)["type"_key] == spec_of(old_service)["type"_key] &&
         needs_cluster_ip(service) && prefers_dual_stack(service) &&
         prefers_dual_stack(old_service) && has_same(service, old_service, "clusterIPs"_key) &&
         has_same(service, old_service, "ipFamilies"_key);
}

// Without a policy an old Service keeps its own, and a new one has one family, unless nothing needs
// to be allocated for it.
void infer_policy(doc::Value& service, const doc::Value& old_service) {
  if (!policy_of(service).is_null()) return;
  doc::Value policy = "SingleStack";
  if (!old_service.is_null() && !policy_of(old_service).is_null()) {
    policy = policy_of(old_service);
  } else if (is_headless(service) && spec_of(service)["selector"_key].size() == 0) {
    policy = "RequireDualStack";
  }
  service.edit("spec"_key).set("ipFamilyPolicy"_key, std::move(policy));
}

// To ask for a single stack is to give the second address and family back, if nobody has touched
// them; with another policy they cannot go.
void release_second(doc::Value& service, const doc::Value& old_service, api::FieldErrors& errors) {
  const doc::Path path = doc::Path{"spec"}.child("ipFamilyPolicy");
  for (const auto& [list, what] :
       {std::pair{"clusterIPs"_key, "cluster IP"}, std::pair{"ipFamilies"_key, "IP family"}}) {
    const std::size_t count = spec_of(service)[list].size();
    if (!is_single_stack(service)) {
      if (count != 0 && count < spec_of(old_service)[list].size()) {
        errors.invalid(path, policy_of(service),
                       fmt::format("must be 'SingleStack' to release the secondary {}", what));
      }
    } else if (count > 1 && has_same(service, old_service, list)) {
      const doc::Value first = spec_of(service)[list].at(0);
      service.edit("spec"_key).set(list, doc::Value::array({first}));
    }
  }
}

void check_single_stack(const doc::Value& service, api::FieldErrors& errors) {
  if (!is_single_stack(service)) return;
  for (const auto& [list, what] :
       {std::pair{"clusterIPs"_key, "cluster IPs"}, std::pair{"ipFamilies"_key, "IP families"}}) {
    if (spec_of(service)[list].size() != 2) continue;
    errors.invalid(doc::Path{"spec"}.child("ipFamilyPolicy"), policy_of(service),
                   fmt::format("must be 'RequireDualStack' or 'PreferDualStack' when multiple {} "
                               "are specified",
                               what));
  }
}

api::IpFamily other_family(std::string_view family) {
  return family == "IPv4" ? api::IpFamily::ipv6 : api::IpFamily::ipv4;
}

api::IpFamily family_named(const doc::Value& name) {
  return name.as_string() == "IPv4" ? api::IpFamily::ipv4 : api::IpFamily::ipv6;
}

void add_family(doc::Value& service, api::IpFamily family) {
  doc::Value& spec = service.edit("spec"_key);
  if (spec["ipFamilies"_key].is_null()) spec.set("ipFamilies"_key, doc::Value::array());
  spec.edit("ipFamilies"_key).push_back(ip_family_name(family));
}

// Gives the Service the family that it lacks, if it is to have both.
void add_other_family(doc::Value& service) {
  const doc::Value& families = spec_of(service)["ipFamilies"_key];
  if (is_single_stack(service) || families.size() != 1) return;
  add_family(service, other_family(families.at(0).as_string()));
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
  if (dry_run_) return;
  for (const api::IpAddress& address : taken_ips_) give_back(address);
  for (const std::int64_t port : taken_ports_) state_.node_ports.release(port);
}

void ServiceAllocation::commit() {
  if (dry_run_) return;
  taken_ips_.clear();
  taken_ports_.clear();
  for (const api::IpAddress& address : std::exchange(released_ips_, {})) {
    give_back(address);
  }
  for (const std::int64_t port : std::exchange(released_ports_, {})) {
    state_.node_ports.release(port);
  }
}

api::Result<void> ServiceAllocation::create(doc::Value& service) {
  if (auto done = init_ip_families(service, {}); !done) return done;
  if (auto done = allocate_cluster_ips(service); !done) return done;
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
  const std::vector<std::int64_t> ports = node_ports_of(service);
  released_ports_.insert(released_ports_.end(), ports.begin(), ports.end());
  if (const std::int64_t port = spec_of(service)["healthCheckNodePort"_key].as_int(); port != 0) {
    released_ports_.push_back(port);
  }
}

void ServiceAllocation::adopt(const doc::Value& service) {
  for (const std::int64_t port : node_ports_of(service)) (void)state_.node_ports.allocate(port);
  if (const std::int64_t port = spec_of(service)["healthCheckNodePort"_key].as_int(); port != 0) {
    (void)state_.node_ports.allocate(port);
  }
}

api::Result<void> ServiceAllocation::init_ip_families(doc::Value& service,
                                                      const doc::Value& old_service) const {
  if (is_external_name(service) || keeps_preferred(service, old_service)) return {};
  infer_policy(service, old_service);
  api::FieldErrors errors;
  // What follows need not reckon with lists that make no sense.
  api::validate_service_cluster_ips(service, errors);
  if (!errors.empty()) return std::unexpected{invalid_service(service, errors)};
  if (!old_service.is_null()) release_second(service, old_service, errors);
  check_single_stack(service, errors);
  infer_families(service, errors);
  if (!errors.empty()) return std::unexpected{invalid_service(service, errors)};
  const bool is_bare = is_headless(service) && spec_of(service)["selector"_key].size() == 0;
  // A headless Service without a selector says nothing about addresses, so it may have any
  // families, whatever the cluster has.
  if (!is_bare) {
    check_families(service, errors);
    if (!errors.empty()) return std::unexpected{invalid_service(service, errors)};
  }
  if (spec_of(service)["ipFamilies"_key].size() == 0) {
    add_family(service, state_.cluster_ips.default_family());
  }
  if (is_bare || state_.cluster_ips.is_dual_stack()) add_other_family(service);
  return {};
}

// An address that somebody asks for says of which family it is.
void ServiceAllocation::infer_families(doc::Value& service, api::FieldErrors& errors) const {
  const doc::Value ips = spec_of(service)["clusterIPs"_key];
  for (std::size_t index = 0; index < ips.size(); ++index) {
    const auto address = api::parse_ip(ips.at(index).as_string());
    if (!address) break;
    if (index < spec_of(service)["ipFamilies"_key].size()) continue;
    if (state_.cluster_ips.has_family(address->family)) {
      add_family(service, address->family);
    } else {
      errors.invalid(
          doc::Path{"spec"}.child("clusterIPs").index(index), ips,
          fmt::format("{} is not configured on this cluster", ip_family_name(address->family)));
    }
  }
}

// What a Service asks for that the cluster does not have.
void ServiceAllocation::check_families(const doc::Value& service, api::FieldErrors& errors) const {
  const doc::Path spec{"spec"};
  if (policy_of(service).as_string() == "RequireDualStack" && !state_.cluster_ips.is_dual_stack()) {
    errors.invalid(spec.child("ipFamilyPolicy"), policy_of(service),
                   "this cluster is not configured for dual-stack services");
  }
  const doc::Value& families = spec_of(service)["ipFamilies"_key];
  for (std::size_t index = 0; index < families.size(); ++index) {
    const doc::Value& family = families.at(index);
    if (state_.cluster_ips.has_family(family_named(family))) continue;
    errors.invalid(spec.child("ipFamilies").index(index), family, "not configured on this cluster");
  }
}

// Gives the Service an address of each of its families, those that it asks for if it does.
api::Result<void> ServiceAllocation::allocate_cluster_ips(doc::Value& service) {
  if (is_external_name(service) || is_headless(service)) return {};
  const std::size_t count = spec_of(service)["ipFamilies"_key].size();
  for (std::size_t index = 0; index < count; ++index) {
    if (auto done = allocate_cluster_ip(service, index); !done) return done;
  }
  service.edit("spec"_key)
      .set("clusterIP"_key, doc::Value{spec_of(service)["clusterIPs"_key].at(0)});
  return {};
}

api::Result<void> ServiceAllocation::allocate_cluster_ip(doc::Value& service, std::size_t index) {
  const api::IpFamily family = family_named(spec_of(service)["ipFamilies"_key].at(index));
  const doc::Value requested_ips = spec_of(service)["clusterIPs"_key];
  const std::string requested = requested_ips.at(index).to_string();
  if (requested.empty()) {
    const auto any = take_any_cluster_ip(family);
    if (!any) {
      return std::unexpected{
          api::internal_error(fmt::format("failed to allocate a serviceIP: {}", any.error()))};
    }
    doc::Value& spec = service.edit("spec"_key);
    if (index == 0) spec.set("clusterIPs"_key, doc::Value::array());
    spec.edit("clusterIPs"_key).push_back(any->to_string());
    return {};
  }
  const auto address = api::parse_ip(requested);
  if (!address) {
    return std::unexpected{
        api::internal_error(fmt::format("failed to parse service IP \"{}\"", requested))};
  }
  if (const auto taken = take_cluster_ip(*address); !taken) {
    api::FieldErrors errors;
    errors.invalid(doc::Path{"spec"}.child("clusterIPs"), requested_ips,
                   fmt::format("failed to allocate IP {}: {}", requested, taken.error()));
    return std::unexpected{invalid_service(service, errors)};
  }
  return {};
}

// One transaction takes at most one address of a family, so what it has chosen is in nobody's way.
std::expected<api::IpAddress, std::string> ServiceAllocation::take_any_cluster_ip(
    api::IpFamily family) {
  if (dry_run_) return state_.cluster_ips.find_dry_run(family);
  auto address = state_.cluster_ips.find_free(family);
  if (address) chosen_ips_.push_back(*address);
  return address;
}

std::expected<void, std::string> ServiceAllocation::take_cluster_ip(const api::IpAddress& address) {
  if (dry_run_) return state_.cluster_ips.check_dry_run(address);
  auto checked = state_.cluster_ips.check(address);
  if (checked) chosen_ips_.push_back(address);
  return checked;
}

api::Result<void> ServiceAllocation::write_ip_addresses(const doc::Value& service) {
  const api::Resource& resource = api::resource(api::ResourceId::ipaddresses);
  for (const api::IpAddress& address : std::exchange(chosen_ips_, {})) {
    auto object = decode_object(resource, make_ip_address(address, service), {});
    if (object) object = create_object(state_, resource, {}, std::move(*object), {});
    if (!object) {
      return std::unexpected{api::internal_error(
          fmt::format("failed to allocate a serviceIP: {}", object.error().message))};
    }
    taken_ips_.push_back(address);
  }
  return {};
}

// Whoever wrote the IPAddress. Should it be gone already there is nothing to do.
void ServiceAllocation::give_back(const api::IpAddress& address) {
  const doc::Value* const object =
      state_.store.find(api::ResourceId::ipaddresses, {}, address.to_string());
  if (object == nullptr) return;
  const doc::Value present = *object;
  (void)delete_object(state_, api::resource(api::ResourceId::ipaddresses), present, {});
}

// A Service gets addresses when it stops to be an ExternalName and loses them when it becomes one,
// and it gets or loses the second one (updateClusterIPs).
api::Result<void> ServiceAllocation::update_cluster_ips(doc::Value& service,
                                                        const doc::Value& old_service) {
  if (keeps_preferred(service, old_service)) return {};
  if (is_external_name(old_service)) return allocate_cluster_ips(service);
  if (is_headless(old_service)) return {};
  if (is_external_name(service)) {
    release_cluster_ips(old_service);
    return {};
  }
  const std::size_t before = spec_of(old_service)["ipFamilies"_key].size();
  const std::size_t now = spec_of(service)["ipFamilies"_key].size();
  if (before == 1 && now == 2 && !is_headless(service)) return allocate_cluster_ip(service, 1);
  const doc::Value& second = spec_of(old_service)["clusterIPs"_key].at(1);
  const auto address = api::parse_ip(second.as_string());
  if (before == 2 && now == 1 && address) released_ips_.push_back(*address);
  return {};
}

void ServiceAllocation::release_cluster_ips(const doc::Value& service) {
  for (const doc::Value& ip : spec_of(service)["clusterIPs"_key].items()) {
    if (const auto address = api::parse_ip(ip.as_string())) released_ips_.push_back(*address);
  }
}

api::Result<void> ServiceAllocation::take_node_port(const doc::Value& service, std::size_t index,
                                                    std::int64_t port) {
  const auto taken = take_port(port);
  if (!taken) {
    api::FieldErrors errors;
    errors.invalid(doc::Path{"spec"}.child("ports").index(index).child("nodePort"), port,
                   taken.error());
    return std::unexpected{invalid_service(service, errors)};
  }
  return {};
}

// PortAllocationOperation, with what it does for a dry run: there any number will do, and no range
// is looked at.
std::expected<void, std::string> ServiceAllocation::take_port(std::int64_t port) {
  if (dry_run_) {
    if (state_.node_ports.is_allocated(port) || contains(taken_ports_, port)) {
      return std::unexpected{"provided port is already allocated"};
    }
  } else if (auto taken = state_.node_ports.allocate(port); !taken) {
    return taken;
  }
  taken_ports_.push_back(port);
  return {};
}

std::expected<std::int64_t, std::string> ServiceAllocation::take_any_port() {
  // Behind the last one that the dry run has named, if any.
  constexpr std::int64_t kDryRunStart = 32768;
  std::expected<std::int64_t, std::string> port;
  if (!dry_run_) {
    port = state_.node_ports.allocate_next();
  } else if (taken_ports_.empty()) {
    port = kDryRunStart + 1;
  } else {
    port = std::ranges::max(taken_ports_) + 1;
  }
  if (port) taken_ports_.push_back(*port);
  return port;
}

api::Result<std::int64_t> ServiceAllocation::take_any_node_port() {
  const auto port = take_any_port();
  if (!port) {
    return std::unexpected{
        api::internal_error(fmt::format("failed to allocate a nodePort: {}", port.error()))};
  }
  return *port;
}

// Entries of one port number and several protocols share a node port (initNodePorts).
api::Result<void> ServiceAllocation::init_node_ports(doc::Value& service) {
  if (!has_node_ports(service)) return {};
  const doc::Value ports = spec_of(service)["ports"_key];
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
  if (!has_node_ports(service)) {
    released_ports_.insert(released_ports_.end(), old_ports.begin(), old_ports.end());
    return {};
  }
  const doc::Value ports = spec_of(service)["ports"_key];
  // By protocol too: one number may serve several.
  std::set<std::pair<std::string_view, std::int64_t>> in_use;
  std::vector<std::int64_t> newly_taken;
  for (std::size_t index = 0; index < ports.size(); ++index) {
    std::int64_t own = ports.at(index)["nodePort"_key].as_int();
    if (own == 0) {
      if (!needs_node_port(service)) continue;
      const auto any = take_any_node_port();
      if (!any) return std::unexpected{any.error()};
      own = *any;
      set_node_port(service, index, own);
    } else if (!contains(old_ports, own) && !contains(newly_taken, own)) {
      if (auto taken = take_node_port(service, index, own); !taken) return taken;
      newly_taken.push_back(own);
    }
    const std::string_view protocol = ports.at(index)["protocol"_key].as_string();
    if (!in_use.emplace(protocol, own).second) {
      api::Status status;
      status.code = kInternalServerError;
      status.message = fmt::format("duplicate nodePort: {{{} {}}}", protocol, own);
      return std::unexpected{std::move(status)};
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
    const auto taken = take_port(requested);
    if (!taken) {
      return std::unexpected{api::internal_error(fmt::format(
          "failed to allocate requested HealthCheck NodePort {}: {}", requested, taken.error()))};
    }
    return {};
  }
  const auto any = take_any_port();
  if (!any) {
    return std::unexpected{api::internal_error(
        fmt::format("failed to allocate a HealthCheck NodePort 0: {}", any.error()))};
  }
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
