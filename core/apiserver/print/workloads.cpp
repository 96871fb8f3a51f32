// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/selector.h"
#include "core/api/views/workloads.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kContainers{"Containers", ColumnType::string, true,
                             "The names of the containers in the Pod template."};
constexpr Column kImages{"Images", ColumnType::string, true,
                         "The images of the containers in the Pod template."};
constexpr Column kSelector{"Selector", ColumnType::string, true,
                           "Which Pods belong to the object."};

constexpr Column kDeploymentColumns[] = {
    kNameColumn,
    {"Ready", ColumnType::string, false, "Pods that are ready, of those wanted."},
    {"Up-to-date", ColumnType::integer, false, "Pods made from the present template."},
    {"Available", ColumnType::integer, false, "Pods that have been ready long enough."},
    kAgeColumn,
    kContainers,
    kImages,
    kSelector,
};

Cells deployment_cells(const doc::Value& object, sim::Time now) {
  const api::Deployment deployment{object};
  const doc::Value& spec = deployment.pod_template()["spec"_key];
  return {deployment.name(),
          fmt::format("{}/{}", deployment.ready_replicas(),
                      object["spec"_key]["replicas"_key].as_int()),
          deployment.updated_replicas(),
          deployment.available_replicas(),
          age_of(object, now),
          container_names(spec),
          container_images(spec),
          api::format_label_selector(deployment.selector())};
}

constexpr Column kReplicaSetColumns[] = {
    kNameColumn,
    {"Desired", ColumnType::integer, false, "Pods that are wanted."},
    {"Current", ColumnType::integer, false, "Pods that exist."},
    {"Ready", ColumnType::integer, false, "Pods that are ready."},
    kAgeColumn,
    kContainers,
    kImages,
    kSelector,
};

Cells replica_set_cells(const doc::Value& object, sim::Time now) {
  const api::ReplicaSet replica_set{object};
  const doc::Value& spec = replica_set.pod_template()["spec"_key];
  return {replica_set.name(),
          object["spec"_key]["replicas"_key].as_int(),
          replica_set.status_replicas(),
          replica_set.ready_replicas(),
          age_of(object, now),
          container_names(spec),
          container_images(spec),
          api::format_label_selector(replica_set.selector())};
}

}  // namespace

constexpr Printer kDeploymentPrinter{kDeploymentColumns, deployment_cells};
constexpr Printer kReplicaSetPrinter{kReplicaSetColumns, replica_set_cells};

}  // namespace rockpool::apiserver
