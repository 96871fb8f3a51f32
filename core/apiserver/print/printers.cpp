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
    {configmaps, &kConfigMapPrinter},
    {deployments, &kDeploymentPrinter},
    {endpoints, &kEndpointsPrinter},
    {endpointslices, &kEndpointSlicePrinter},
    {events, &kEventPrinter},
    {leases, &kLeasePrinter},
    {namespaces, &kNamespacePrinter},
    {nodes, &kNodePrinter},
    {pods, &kPodPrinter},
    {replicasets, &kReplicaSetPrinter},
    {secrets, &kSecretPrinter},
    {serviceaccounts, &kServiceAccountPrinter},
    {services, &kServicePrinter},
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
