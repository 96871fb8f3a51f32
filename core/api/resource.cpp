// SPDX-License-Identifier: Apache-2.0
#include "core/api/resource.h"

#include <array>

#include "core/api/type_table.h"

namespace rockpool::api {

namespace {

using enum Subresource;

constexpr std::string_view kAll[] = {"all"};
constexpr std::string_view kNamespaceNames[] = {"ns"};
constexpr std::string_view kNodeNames[] = {"no"};
constexpr std::string_view kPodNames[] = {"po"};
constexpr std::string_view kServiceNames[] = {"svc"};
constexpr std::string_view kEndpointsNames[] = {"ep"};
constexpr std::string_view kReplicaSetNames[] = {"rs"};
constexpr std::string_view kDeploymentNames[] = {"deploy"};
constexpr std::string_view kConfigMapNames[] = {"cm"};
constexpr std::string_view kServiceAccountNames[] = {"sa"};
constexpr std::string_view kEventNames[] = {"ev"};

struct Row {
  ResourceId id;
  std::string_view group;
  std::string_view api_version;
  std::string_view kind;
  std::string_view list_kind;
  std::string_view plural;
  std::string_view singular;
  std::span<const std::string_view> short_names;
  std::span<const std::string_view> categories;
  bool namespaced;
  SubresourceSet subresources;
};

constexpr std::array<Row, index_of(ResourceId::builtin_count)> kRows = {{
    {ResourceId::namespaces,
     "",
     "v1",
     "Namespace",
     "NamespaceList",
     "namespaces",
     "namespace",
     kNamespaceNames,
     {},
     false,
     {status, finalize}},
    {ResourceId::nodes,
     "",
     "v1",
     "Node",
     "NodeList",
     "nodes",
     "node",
     kNodeNames,
     {},
     false,
     {status, proxy}},
    {ResourceId::pods,
     "",
     "v1",
     "Pod",
     "PodList",
     "pods",
     "pod",
     kPodNames,
     kAll,
     true,
     {status, binding, log, exec, attach, portforward, proxy, eviction, ephemeralcontainers,
      resize}},
    {ResourceId::services,
     "",
     "v1",
     "Service",
     "ServiceList",
     "services",
     "service",
     kServiceNames,
     kAll,
     true,
     {status, proxy}},
    {ResourceId::endpoints,
     "",
     "v1",
     "Endpoints",
     "EndpointsList",
     "endpoints",
     "endpoints",
     kEndpointsNames,
     {},
     true,
     {}},
    {ResourceId::endpointslices,
     "discovery.k8s.io",
     "discovery.k8s.io/v1",
     "EndpointSlice",
     "EndpointSliceList",
     "endpointslices",
     "endpointslice",
     {},
     {},
     true,
     {}},
    {ResourceId::replicasets,
     "apps",
     "apps/v1",
     "ReplicaSet",
     "ReplicaSetList",
     "replicasets",
     "replicaset",
     kReplicaSetNames,
     kAll,
     true,
     {status, scale}},
    {ResourceId::deployments,
     "apps",
     "apps/v1",
     "Deployment",
     "DeploymentList",
     "deployments",
     "deployment",
     kDeploymentNames,
     kAll,
     true,
     {status, scale}},
    {ResourceId::configmaps,
     "",
     "v1",
     "ConfigMap",
     "ConfigMapList",
     "configmaps",
     "configmap",
     kConfigMapNames,
     {},
     true,
     {}},
    {ResourceId::secrets, "", "v1", "Secret", "SecretList", "secrets", "secret", {}, {}, true, {}},
    {ResourceId::serviceaccounts,
     "",
     "v1",
     "ServiceAccount",
     "ServiceAccountList",
     "serviceaccounts",
     "serviceaccount",
     kServiceAccountNames,
     {},
     true,
     {token}},
    {ResourceId::events,
     "",
     "v1",
     "Event",
     "EventList",
     "events",
     "event",
     kEventNames,
     {},
     true,
     {}},
    {ResourceId::leases,
     "coordination.k8s.io",
     "coordination.k8s.io/v1",
     "Lease",
     "LeaseList",
     "leases",
     "lease",
     {},
     {},
     true,
     {}},
}};

// The tables are found by name, once.
std::array<Resource, kRows.size()> make_resources() {
  std::array<Resource, kRows.size()> resources{};
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const Row& row = kRows[i];
    const std::string_view package = row.group.empty() ? "/v1" : row.api_version;
    resources[i] = {row.id,
                    row.group,
                    "v1",
                    row.api_version,
                    row.kind,
                    row.list_kind,
                    row.plural,
                    row.singular,
                    row.short_names,
                    row.categories,
                    row.namespaced,
                    row.subresources,
                    find_type(package, row.kind)};
  }
  return resources;
}

const std::array<Resource, kRows.size()>& resources() {
  static const std::array<Resource, kRows.size()> all = make_resources();
  return all;
}

}  // namespace

std::string_view subresource_name(Subresource subresource) {
  switch (subresource) {
    case status:
      return "status";
    case scale:
      return "scale";
    case binding:
      return "binding";
    case log:
      return "log";
    case exec:
      return "exec";
    case attach:
      return "attach";
    case portforward:
      return "portforward";
    case proxy:
      return "proxy";
    case eviction:
      return "eviction";
    case ephemeralcontainers:
      return "ephemeralcontainers";
    case resize:
      return "resize";
    case finalize:
      return "finalize";
    case token:
      return "token";
  }
  return "";
}

const Resource& resource(ResourceId id) {
  return resources()[index_of(id)];
}

std::span<const Resource> all_resources() {
  return resources();
}

const Resource* find_resource(std::string_view group, std::string_view version,
                              std::string_view plural) {
  for (const Resource& candidate : resources()) {
    if (candidate.plural == plural && candidate.group == group && candidate.version == version) {
      return &candidate;
    }
  }
  return nullptr;
}

const Resource* find_kind(std::string_view api_version, std::string_view kind) {
  for (const Resource& candidate : resources()) {
    if (candidate.kind == kind && candidate.api_version == api_version) return &candidate;
  }
  return nullptr;
}

}  // namespace rockpool::api
