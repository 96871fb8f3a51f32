// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "core/api/object.h"
#include "core/api/selector.h"
#include "core/api/views/workloads.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"
#include "core/doc/ascii.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kDeploymentColumns[] = {
    kNameColumn,
    {"Ready", ColumnType::string, false, "Pods that are ready, of those wanted."},
    {"Up-to-date", ColumnType::integer, false, "Pods made from the present template."},
    {"Available", ColumnType::integer, false, "Pods that have been ready long enough."},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
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
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
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

constexpr Column kStatefulSetColumns[] = {
    kNameColumn,   {"Ready", ColumnType::string, false, "Pods that are ready, of those wanted."},
    kAgeColumn,    kContainersColumn,
    kImagesColumn,
};

Cells stateful_set_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& pod_spec = object["spec"_key]["template"_key]["spec"_key];
  return {api::name(object),
          fmt::format("{}/{}", object["status"_key]["readyReplicas"_key].as_int(),
                      object["spec"_key]["replicas"_key].as_int()),
          age_of(object, now), container_names(pod_spec), container_images(pod_spec)};
}

constexpr Column kDaemonSetColumns[] = {
    kNameColumn,
    {"Desired", ColumnType::integer, false, "Nodes that should run one of its Pods."},
    {"Current", ColumnType::integer, false, "Nodes that run one, and should."},
    {"Ready", ColumnType::integer, false, "Nodes whose Pod is ready."},
    {"Up-to-date", ColumnType::integer, false,
     "Nodes whose Pod is made from the present template."},
    {"Available", ColumnType::integer, false, "Nodes whose Pod has been ready long enough."},
    {"Node Selector", ColumnType::string, false, "The labels of the nodes that it is for."},
    kAgeColumn,
    kContainersColumn,
    kImagesColumn,
    kSelectorColumn,
};

Cells daemon_set_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& status = object["status"_key];
  const doc::Value& pod_spec = object["spec"_key]["template"_key]["spec"_key];
  return {api::name(object),
          status["desiredNumberScheduled"_key].as_int(),
          status["currentNumberScheduled"_key].as_int(),
          status["numberReady"_key].as_int(),
          status["updatedNumberScheduled"_key].as_int(),
          status["numberAvailable"_key].as_int(),
          labels_text(pod_spec["nodeSelector"_key]),
          age_of(object, now),
          container_names(pod_spec),
          container_images(pod_spec),
          api::format_label_selector(object["spec"_key]["selector"_key])};
}

Cells replication_controller_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& pod_spec = object["spec"_key]["template"_key]["spec"_key];
  return {api::name(object),
          object["spec"_key]["replicas"_key].as_int(),
          object["status"_key]["replicas"_key].as_int(),
          object["status"_key]["readyReplicas"_key].as_int(),
          age_of(object, now),
          container_names(pod_spec),
          container_images(pod_spec),
          labels_text(object["spec"_key]["selector"_key])};
}

constexpr Column kPodTemplateColumns[] = {
    kNameColumn,
    {"Containers", ColumnType::string, false, "The names of the containers in the template."},
    {"Images", ColumnType::string, false, "The images of the containers in the template."},
    {"Pod Labels", ColumnType::string, false, "The labels of Pods made from it."},
};

Cells pod_template_cells(const doc::Value& object, sim::Time) {
  const doc::Value& pod_template = object["template"_key];
  return {api::name(object), container_names(pod_template["spec"_key]),
          container_images(pod_template["spec"_key]), labels_text(api::labels(pod_template))};
}

constexpr Column kControllerRevisionColumns[] = {
    kNameColumn,
    {"Controller", ColumnType::string, false, "Whose state it records."},
    {"Revision", ColumnType::string, false, "The number of the state."},
    kAgeColumn,
};

// The owner as kubectl names it: `statefulset.apps/web`.
std::string controller_text(const doc::Value& object) {
  const auto owner = api::controller_of(object);
  if (!owner) return std::string{kNone};
  std::string kind = doc::to_lower(owner->kind);
  const std::size_t slash = owner->api_version.find('/');
  if (slash != std::string::npos) kind += "." + owner->api_version.substr(0, slash);
  return fmt::format("{}/{}", kind, owner->name);
}

Cells controller_revision_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), controller_text(object), object["revision"_key].as_int(),
          age_of(object, now)};
}

}  // namespace

constexpr Printer kDeploymentPrinter{kDeploymentColumns, deployment_cells};
constexpr Printer kReplicaSetPrinter{kReplicaSetColumns, replica_set_cells};
constexpr Printer kStatefulSetPrinter{kStatefulSetColumns, stateful_set_cells};
constexpr Printer kDaemonSetPrinter{kDaemonSetColumns, daemon_set_cells};
constexpr Printer kReplicationControllerPrinter{kReplicaSetColumns, replication_controller_cells};
constexpr Printer kPodTemplatePrinter{kPodTemplateColumns, pod_template_cells};
constexpr Printer kControllerRevisionPrinter{kControllerRevisionColumns, controller_revision_cells};

}  // namespace rockpool::apiserver
