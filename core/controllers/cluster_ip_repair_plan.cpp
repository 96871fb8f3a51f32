// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/cluster_ip_repair_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/object.h"
#include "core/apiserver/ip_address_object.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;

const doc::Value& parent_of(const doc::Value& ip_address) {
  return ip_address["spec"_key]["parentRef"_key];
}

bool refers_to_a_service(const doc::Value& parent) {
  return parent["group"_key].is_empty() && parent["resource"_key].as_string() == "services";
}

const doc::Value* find_parent(const store::Store& store, const doc::Value& parent) {
  return store.find(api::ResourceId::services, parent["namespace"_key].as_string(),
                    parent["name"_key].as_string());
}

bool has_cluster_ip(const doc::Value& service, std::string_view address) {
  return std::ranges::any_of(service["spec"_key]["clusterIPs"_key].items(),
                             [&](const doc::Value& each) { return each.as_string() == address; });
}

// As the message of a Go struct.
std::string parent_text(const doc::Value& parent) {
  return fmt::format("&ParentReference{{Group:{},Resource:{},Namespace:{},Name:{},}}",
                     parent["group"_key].as_string(), parent["resource"_key].as_string(),
                     parent["namespace"_key].as_string(), parent["name"_key].as_string());
}

IpProblem wrong_reference(const doc::Value& service, std::string_view family,
                          std::string_view address) {
  return {.repair = IpRepair::replace,
          .reason = "ClusterIPNotAllocated",
          .message = fmt::format(
              "the ClusterIP [{}]: {} for Service {}/{} has a wrong reference; repairing", family,
              address, api::namespace_of(service), api::name(service)),
          .again_after = {}};
}

}  // namespace

std::optional<IpProblem> check_cluster_ip(const store::Store& store,
                                          const std::vector<apiserver::ClusterIpRange>& ranges,
                                          const doc::Value& service, std::string_view cluster_ip) {
  const auto address = api::parse_ip(cluster_ip);
  if (!address) {
    return IpProblem{.reason = "ClusterIPNotValid",
                     .message = "Cluster IP <nil> is not a valid IP; please recreate Service"};
  }
  const std::string_view family = api::ip_family_name(address->family);
  const std::string text = address->to_string();
  const bool is_in_range = std::ranges::any_of(
      ranges, [&](const apiserver::ClusterIpRange& range) { return range.contains(*address); });
  if (!is_in_range) {
    return IpProblem{.reason = "ClusterIPOutOfRange",
                     .message = fmt::format("Cluster IP [{}]: {} is not within any configured "
                                            "Service CIDR; please recreate service",
                                            family, text)};
  }
  const doc::Value* const ip_address = store.find(api::ResourceId::ipaddresses, {}, text);
  if (ip_address == nullptr) {
    return IpProblem{
        .repair = IpRepair::create,
        .reason = "ClusterIPNotAllocated",
        .message = fmt::format("Cluster IP [{}]: {} is not allocated; repairing", family, text)};
  }
  const doc::Value& parent = parent_of(*ip_address);
  if (!refers_to_a_service(parent)) return wrong_reference(service, family, text);
  const IpRepair labels = apiserver::has_ip_address_labels(*ip_address, address->family)
                              ? IpRepair::none
                              : IpRepair::replace;
  if (parent["namespace"_key].as_string() != api::namespace_of(service) ||
      parent["name"_key].as_string() != api::name(service)) {
    const doc::Value* const other = find_parent(store, parent);
    if (other == nullptr) return wrong_reference(service, family, text);
    if (has_cluster_ip(*other, text)) {
      return IpProblem{.repair = labels,
                       .reason = "ClusterIPAlreadyAllocated",
                       .message = fmt::format("Cluster IP [{}]:{} was assigned to multiple "
                                              "services; please recreate service",
                                              family, text)};
    }
  }
  if (labels == IpRepair::none) return std::nullopt;
  return IpProblem{.repair = labels};
}

std::optional<IpProblem> check_ip_address(const store::Store& store, const doc::Value& ip_address,
                                          sim::Time now) {
  if (!apiserver::is_service_ip_address(ip_address)) return std::nullopt;
  const std::string_view name = api::name(ip_address);
  const doc::Value& parent = parent_of(ip_address);
  if (!refers_to_a_service(parent)) {
    return IpProblem{.repair = IpRepair::remove,
                     .reason = "IPAddressNotAllocated",
                     .message = fmt::format("IPAddress {} appears to have been modified, not "
                                            "referencing a Service {}: cleaning up",
                                            name, parent_text(parent))};
  }
  const std::string_view ns = parent["namespace"_key].as_string();
  const doc::Value* const service = find_parent(store, parent);
  if (service == nullptr) {
    const sim::Time due = api::creation_timestamp(ip_address).value_or(now) + kIpAddressGrace;
    if (now < due) return IpProblem{.repair = IpRepair::wait, .again_after = due - now};
    return IpProblem{.repair = IpRepair::remove,
                     .reason = "IPAddressNotAllocated",
                     .message = fmt::format(
                         "IPAddress: {} for Service {}/{} appears to have leaked: cleaning up",
                         name, ns, parent["name"_key].as_string())};
  }
  if (has_cluster_ip(*service, name)) return std::nullopt;
  return IpProblem{
      .repair = IpRepair::remove,
      .reason = "IPAddressWrongReference",
      .message = fmt::format("IPAddress: {} for Service {}/{} has a wrong reference; cleaning up",
                             name, ns, api::name(*service))};
}

}  // namespace rockpool::controllers
