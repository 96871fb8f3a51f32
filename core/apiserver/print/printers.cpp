// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/print/printers.h"

#include "core/api/object.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

struct Row {
  api::ResourceId id;
  const Printer* printer;
};

using enum api::ResourceId;

constexpr Row kPrinters[] = {
    {certificatesigningrequests, &kSigningRequestPrinter},
    {clusterrolebindings, &kRoleBindingPrinter},
    {configmaps, &kConfigMapPrinter},
    {controllerrevisions, &kControllerRevisionPrinter},
    {cronjobs, &kCronJobPrinter},
    {csidrivers, &kCsiDriverPrinter},
    {csinodes, &kCsiNodePrinter},
    {csistoragecapacities, &kCsiStorageCapacityPrinter},
    {daemonsets, &kDaemonSetPrinter},
    {deployments, &kDeploymentPrinter},
    {endpoints, &kEndpointsPrinter},
    {endpointslices, &kEndpointSlicePrinter},
    {events, &kEventPrinter},
    {horizontalpodautoscalers, &kAutoscalerPrinter},
    {ingressclasses, &kIngressClassPrinter},
    {ingresses, &kIngressPrinter},
    {ipaddresses, &kIpAddressPrinter},
    {jobs, &kJobPrinter},
    {leases, &kLeasePrinter},
    {mutatingwebhookconfigurations, &kWebhooksPrinter},
    {namespaces, &kNamespacePrinter},
    {networkpolicies, &kNetworkPolicyPrinter},
    {nodes, &kNodePrinter},
    {persistentvolumeclaims, &kPersistentVolumeClaimPrinter},
    {persistentvolumes, &kPersistentVolumePrinter},
    {poddisruptionbudgets, &kDisruptionBudgetPrinter},
    {pods, &kPodPrinter},
    {podtemplates, &kPodTemplatePrinter},
    {priorityclasses, &kPriorityClassPrinter},
    {replicasets, &kReplicaSetPrinter},
    {replicationcontrollers, &kReplicationControllerPrinter},
    {resourcequotas, &kResourceQuotaPrinter},
    {rolebindings, &kRoleBindingPrinter},
    {runtimeclasses, &kRuntimeClassPrinter},
    {secrets, &kSecretPrinter},
    {serviceaccounts, &kServiceAccountPrinter},
    {servicecidrs, &kServiceCidrPrinter},
    {services, &kServicePrinter},
    {statefulsets, &kStatefulSetPrinter},
    {storageclasses, &kStorageClassPrinter},
    {validatingadmissionpolicies, &kAdmissionPolicyPrinter},
    {validatingadmissionpolicybindings, &kAdmissionPolicyBindingPrinter},
    {validatingwebhookconfigurations, &kWebhooksPrinter},
    {volumeattachments, &kVolumeAttachmentPrinter},
};

// apiserver's default table convertor.
constexpr Column kDefaultColumns[] = {
    kNameColumn,
    {"Created At", ColumnType::date, false, "When the object was created."},
};

Cells default_cells(const doc::Value& object, sim::Time) {
  return {api::name(object), api::metadata(object)["creationTimestamp"_key]};
}

constexpr Printer kDefaultPrinter{kDefaultColumns, default_cells};

}  // namespace

const Printer& printer_of(api::ResourceId resource) {
  for (const Row& row : kPrinters) {
    if (row.id == resource) return *row.printer;
  }
  return kDefaultPrinter;
}

}  // namespace rockpool::apiserver
