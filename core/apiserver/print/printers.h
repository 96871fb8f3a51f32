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
// events.cpp
extern const Printer kEventPrinter;

}  // namespace rockpool::apiserver
