// SPDX-License-Identifier: Apache-2.0
#include "core/api/resource.h"

#include <array>
#include <iterator>

#include "core/api/other_versions.h"
#include "core/api/type_table.h"

namespace rockpool::api {

namespace {

using enum Subresource;

using enum ResourceId;

enum class Scope : bool { cluster, namespaced };
using enum Scope;

struct Row {
  ResourceId id;
  std::string_view api_version;
  // The kind and "List".
  std::string_view list_kind;
  std::string_view plural;
  std::string_view singular;
  // Empty if there is none.
  std::string_view short_name;
  std::string_view category;
  Scope scope;
  SubresourceSet subresources = {};
};

constexpr SubresourceSet kStatus{status};
constexpr SubresourceSet kStatusAndScale{status, scale};
constexpr SubresourceSet kStatusAndProxy{status, proxy};
constexpr SubresourceSet kStatusAndApproval{status, approval};
constexpr SubresourceSet kOfNamespaces{status, finalize};
constexpr SubresourceSet kOfPods{
    status, binding, log, exec, attach, portforward, proxy, eviction, ephemeralcontainers, resize};
constexpr SubresourceSet kToken{token};

constexpr std::string_view kDefinitionNames[] = {"crd", "crds"};

constexpr Row kRows[] = {
    {namespaces, "v1", "NamespaceList", "namespaces", "namespace", "ns", "", cluster,
     kOfNamespaces},
    {nodes, "v1", "NodeList", "nodes", "node", "no", "", cluster, kStatusAndProxy},
    {pods, "v1", "PodList", "pods", "pod", "po", "all", namespaced, kOfPods},
    {services, "v1", "ServiceList", "services", "service", "svc", "all", namespaced,
     kStatusAndProxy},
    {endpoints, "v1", "EndpointsList", "endpoints", "endpoints", "ep", "", namespaced},
    {endpointslices, "discovery.k8s.io/v1", "EndpointSliceList", "endpointslices", "endpointslice",
     "", "", namespaced},
    {replicasets, "apps/v1", "ReplicaSetList", "replicasets", "replicaset", "rs", "all", namespaced,
     kStatusAndScale},
    {deployments, "apps/v1", "DeploymentList", "deployments", "deployment", "deploy", "all",
     namespaced, kStatusAndScale},
    {configmaps, "v1", "ConfigMapList", "configmaps", "configmap", "cm", "", namespaced},
    {secrets, "v1", "SecretList", "secrets", "secret", "", "", namespaced},
    {serviceaccounts, "v1", "ServiceAccountList", "serviceaccounts", "serviceaccount", "sa", "",
     namespaced, kToken},
    {events, "v1", "EventList", "events", "event", "ev", "", namespaced},
    {leases, "coordination.k8s.io/v1", "LeaseList", "leases", "lease", "", "", namespaced},
    {persistentvolumes, "v1", "PersistentVolumeList", "persistentvolumes", "persistentvolume", "pv",
     "", cluster, kStatus},
    {persistentvolumeclaims, "v1", "PersistentVolumeClaimList", "persistentvolumeclaims",
     "persistentvolumeclaim", "pvc", "", namespaced, kStatus},
    {replicationcontrollers, "v1", "ReplicationControllerList", "replicationcontrollers",
     "replicationcontroller", "rc", "all", namespaced, kStatusAndScale},
    {resourcequotas, "v1", "ResourceQuotaList", "resourcequotas", "resourcequota", "quota", "",
     namespaced, kStatus},
    {limitranges, "v1", "LimitRangeList", "limitranges", "limitrange", "limits", "", namespaced},
    {podtemplates, "v1", "PodTemplateList", "podtemplates", "podtemplate", "", "", namespaced},
    {statefulsets, "apps/v1", "StatefulSetList", "statefulsets", "statefulset", "sts", "all",
     namespaced, kStatusAndScale},
    {daemonsets, "apps/v1", "DaemonSetList", "daemonsets", "daemonset", "ds", "all", namespaced,
     kStatus},
    {controllerrevisions, "apps/v1", "ControllerRevisionList", "controllerrevisions",
     "controllerrevision", "", "", namespaced},
    {jobs, "batch/v1", "JobList", "jobs", "job", "", "all", namespaced, kStatus},
    {cronjobs, "batch/v1", "CronJobList", "cronjobs", "cronjob", "cj", "all", namespaced, kStatus},
    {horizontalpodautoscalers, "autoscaling/v2", "HorizontalPodAutoscalerList",
     "horizontalpodautoscalers", "horizontalpodautoscaler", "hpa", "all", namespaced, kStatus},
    {poddisruptionbudgets, "policy/v1", "PodDisruptionBudgetList", "poddisruptionbudgets",
     "poddisruptionbudget", "pdb", "", namespaced, kStatus},
    {ingresses, "networking.k8s.io/v1", "IngressList", "ingresses", "ingress", "ing", "",
     namespaced, kStatus},
    {ingressclasses, "networking.k8s.io/v1", "IngressClassList", "ingressclasses", "ingressclass",
     "", "", cluster},
    {networkpolicies, "networking.k8s.io/v1", "NetworkPolicyList", "networkpolicies",
     "networkpolicy", "netpol", "", namespaced},
    {ipaddresses, "networking.k8s.io/v1", "IPAddressList", "ipaddresses", "ipaddress", "ip", "",
     cluster},
    {servicecidrs, "networking.k8s.io/v1", "ServiceCIDRList", "servicecidrs", "servicecidr", "", "",
     cluster, kStatus},
    {storageclasses, "storage.k8s.io/v1", "StorageClassList", "storageclasses", "storageclass",
     "sc", "", cluster},
    {csidrivers, "storage.k8s.io/v1", "CSIDriverList", "csidrivers", "csidriver", "", "", cluster},
    {csinodes, "storage.k8s.io/v1", "CSINodeList", "csinodes", "csinode", "", "", cluster},
    {volumeattachments, "storage.k8s.io/v1", "VolumeAttachmentList", "volumeattachments",
     "volumeattachment", "", "", cluster, kStatus},
    {csistoragecapacities, "storage.k8s.io/v1", "CSIStorageCapacityList", "csistoragecapacities",
     "csistoragecapacity", "", "", namespaced},
    {priorityclasses, "scheduling.k8s.io/v1", "PriorityClassList", "priorityclasses",
     "priorityclass", "pc", "", cluster},
    {runtimeclasses, "node.k8s.io/v1", "RuntimeClassList", "runtimeclasses", "runtimeclass", "", "",
     cluster},
    {roles, "rbac.authorization.k8s.io/v1", "RoleList", "roles", "role", "", "", namespaced},
    {clusterroles, "rbac.authorization.k8s.io/v1", "ClusterRoleList", "clusterroles", "clusterrole",
     "", "", cluster},
    {rolebindings, "rbac.authorization.k8s.io/v1", "RoleBindingList", "rolebindings", "rolebinding",
     "", "", namespaced},
    {clusterrolebindings, "rbac.authorization.k8s.io/v1", "ClusterRoleBindingList",
     "clusterrolebindings", "clusterrolebinding", "", "", cluster},
    {certificatesigningrequests, "certificates.k8s.io/v1", "CertificateSigningRequestList",
     "certificatesigningrequests", "certificatesigningrequest", "csr", "", cluster,
     kStatusAndApproval},
    {validatingwebhookconfigurations, "admissionregistration.k8s.io/v1",
     "ValidatingWebhookConfigurationList", "validatingwebhookconfigurations",
     "validatingwebhookconfiguration", "", "api-extensions", cluster},
    {mutatingwebhookconfigurations, "admissionregistration.k8s.io/v1",
     "MutatingWebhookConfigurationList", "mutatingwebhookconfigurations",
     "mutatingwebhookconfiguration", "", "api-extensions", cluster},
    {validatingadmissionpolicies, "admissionregistration.k8s.io/v1",
     "ValidatingAdmissionPolicyList", "validatingadmissionpolicies", "validatingadmissionpolicy",
     "", "api-extensions", cluster, kStatus},
    {validatingadmissionpolicybindings, "admissionregistration.k8s.io/v1",
     "ValidatingAdmissionPolicyBindingList", "validatingadmissionpolicybindings",
     "validatingadmissionpolicybinding", "", "api-extensions", cluster},
    {customresourcedefinitions, "apiextensions.k8s.io/v1", "CustomResourceDefinitionList",
     "customresourcedefinitions", "customresourcedefinition", "crd", "api-extensions", cluster,
     kStatus},
};
static_assert(std::size(kRows) == index_of(builtin_count));

std::span<const std::string_view> one_or_none(const std::string_view& text) {
  return {&text, text.empty() ? 0u : 1u};
}

using Resources = std::array<Resource, std::size(kRows)>;

// The tables are found by name, once.
Resources make_resources() {
  Resources resources{};
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Row& row = kRows[i];
    const std::size_t slash = row.api_version.find('/');
    const bool core = slash == std::string_view::npos;
    const std::string_view kind = row.list_kind.substr(0, row.list_kind.size() - 4);
    resources[i] = {row.id,
                    core ? std::string_view{} : row.api_version.substr(0, slash),
                    core ? row.api_version : row.api_version.substr(slash + 1),
                    row.api_version,
                    kind,
                    row.list_kind,
                    row.plural,
                    row.singular,
                    one_or_none(row.short_name),
                    one_or_none(row.category),
                    row.scope == namespaced,
                    row.subresources,
                    find_type(core ? "/v1" : row.api_version, kind)};
  }
  resources[index_of(customresourcedefinitions)].short_names = kDefinitionNames;
  return resources;
}

const Resources& resources() {
  static const Resources all = make_resources();
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
    case approval:
      return "approval";
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
  const Resource* found = nullptr;
  visit_served([&](const Resource& candidate) {
    if (candidate.plural == plural && candidate.group == group && candidate.version == version) {
      found = &candidate;
    }
  });
  return found;
}

const Resource* find_kind(std::string_view api_version, std::string_view kind) {
  const Resource* found = nullptr;
  visit_served([&](const Resource& candidate) {
    if (candidate.kind == kind && candidate.api_version == api_version) found = &candidate;
  });
  return found;
}

}  // namespace rockpool::api
