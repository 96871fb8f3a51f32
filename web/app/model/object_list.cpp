// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/object_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "core/api/object.h"
#include "core/api/resource.h"
#include "core/api/selector.h"
#include "core/cluster/cluster.h"

namespace rockpool::app {
namespace {

using api::ResourceId;

// In the order of a newcomer's interest.
constexpr std::array kCommon{
    ResourceId::deployments,
    ResourceId::statefulsets,
    ResourceId::daemonsets,
    ResourceId::jobs,
    ResourceId::cronjobs,
    ResourceId::services,
    ResourceId::ingresses,
    ResourceId::networkpolicies,
    ResourceId::endpointslices,
    ResourceId::configmaps,
    ResourceId::secrets,
    ResourceId::replicasets,
    ResourceId::horizontalpodautoscalers,
    ResourceId::poddisruptionbudgets,
};
constexpr std::array kLeftOut{ResourceId::pods, ResourceId::nodes, ResourceId::events,
                              ResourceId::leases};

bool is_common(ResourceId id) {
  return std::ranges::find(kCommon, id) != kCommon.end();
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string about_ingress(const doc::Value& object) {
  std::string hosts;
  for (const doc::Value& rule : object["spec"]["rules"].items()) {
    if (!hosts.empty()) hosts += ", ";
    hosts += rule["host"].as_string("*");
  }
  const doc::Value& address = object["status"]["loadBalancer"]["ingress"].at(0)["ip"];
  if (!address.is_null()) hosts += fmt::format(" at {}", address.as_string());
  return hosts;
}

std::string about(ResourceId id, const doc::Value& object) {
  const doc::Value& spec = object["spec"];
  const doc::Value& status = object["status"];
  switch (id) {
    case ResourceId::deployments:
    case ResourceId::statefulsets:
    case ResourceId::replicasets:
      return fmt::format("{} of {} ready", status["readyReplicas"].as_int(),
                         spec["replicas"].as_int());
    case ResourceId::daemonsets:
      return fmt::format("{} of {} ready", status["numberReady"].as_int(),
                         status["desiredNumberScheduled"].as_int());
    case ResourceId::services:
      return fmt::format("{} {}", spec["type"].as_string(), spec["clusterIP"].as_string());
    case ResourceId::ingresses:
      return about_ingress(object);
    case ResourceId::networkpolicies:
      return spec["podSelector"].size() == 0 ? std::string{"all Pods"}
                                             : api::format_label_selector(spec["podSelector"]);
    case ResourceId::endpointslices:
      return counted(object["endpoints"].size(), "endpoint");
    case ResourceId::configmaps:
    case ResourceId::secrets:
      return counted(object["data"].size(), "key");
    default:
      return {};
  }
}

bool is_system(const doc::Value& object) {
  return api::namespace_of(object).starts_with("kube-") || api::name(object).starts_with("kube-") ||
         api::name(object).starts_with("system:");
}

ObjectGroup list_kind(Cluster& cluster, const api::Resource& resource, bool with_system) {
  ObjectGroup group;
  group.kind = resource.kind;
  group.is_common = is_common(resource.id);
  for (const auto& [key, object] : cluster.informers().of(resource.id).objects()) {
    if (!with_system && is_system(object)) continue;
    ++group.count;
    if (group.rows.size() == ObjectGroup::kMostRows) continue;
    group.rows.push_back({{group.kind, key.namespace_, key.name},
                          about(resource.id, object),
                          api::creation_timestamp(object).value_or(sim::Time{})});
  }
  std::ranges::sort(group.rows, {},
                    [](const ObjectRow& row) { return std::tie(row.object.ns, row.object.name); });
  return group;
}

}  // namespace

std::vector<ObjectGroup> list_objects(Cluster& cluster, bool with_system) {
  std::vector<ObjectGroup> groups;
  const auto add = [&](const api::Resource& resource) {
    ObjectGroup group = list_kind(cluster, resource, with_system);
    if (group.count > 0) groups.push_back(std::move(group));
  };
  for (const ResourceId id : kCommon) add(api::resource(id));
  for (const api::Resource& resource : api::all_resources()) {
    const bool left_out = std::ranges::find(kLeftOut, resource.id) != kLeftOut.end();
    if (!left_out && !is_common(resource.id)) add(resource);
  }
  return groups;
}

}  // namespace rockpool::app
