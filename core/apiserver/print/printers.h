// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/apiserver/print/printer.h"

// The printers, one file for kinds that belong together.
namespace rockpool::apiserver {

// pods.cpp
extern const Printer kPodPrinter;
// workloads.cpp
extern const Printer kDeploymentPrinter;
extern const Printer kReplicaSetPrinter;
extern const Printer kStatefulSetPrinter;
extern const Printer kDaemonSetPrinter;
extern const Printer kReplicationControllerPrinter;
extern const Printer kPodTemplatePrinter;
extern const Printer kControllerRevisionPrinter;
// batch.cpp
extern const Printer kJobPrinter;
extern const Printer kCronJobPrinter;
// services.cpp
extern const Printer kServicePrinter;
extern const Printer kEndpointsPrinter;
extern const Printer kEndpointSlicePrinter;
// cluster.cpp
extern const Printer kNodePrinter;
extern const Printer kNamespacePrinter;
extern const Printer kLeasePrinter;
// configuration.cpp
extern const Printer kConfigMapPrinter;
extern const Printer kSecretPrinter;
extern const Printer kServiceAccountPrinter;
// networking.cpp
extern const Printer kIngressPrinter;
extern const Printer kIngressClassPrinter;
extern const Printer kNetworkPolicyPrinter;
extern const Printer kIpAddressPrinter;
extern const Printer kServiceCidrPrinter;
// storage.cpp
extern const Printer kPersistentVolumePrinter;
extern const Printer kPersistentVolumeClaimPrinter;
extern const Printer kStorageClassPrinter;
extern const Printer kCsiDriverPrinter;
extern const Printer kCsiNodePrinter;
extern const Printer kVolumeAttachmentPrinter;
extern const Printer kCsiStorageCapacityPrinter;
// policy.cpp
extern const Printer kAutoscalerPrinter;
extern const Printer kScalePrinter;
extern const Printer kDisruptionBudgetPrinter;
extern const Printer kResourceQuotaPrinter;
extern const Printer kPriorityClassPrinter;
extern const Printer kRuntimeClassPrinter;
// access.cpp
extern const Printer kRoleBindingPrinter;
extern const Printer kSigningRequestPrinter;
extern const Printer kWebhooksPrinter;
extern const Printer kAdmissionPolicyPrinter;
extern const Printer kAdmissionPolicyBindingPrinter;
// events.cpp
extern const Printer kEventPrinter;

}  // namespace rockpool::apiserver
