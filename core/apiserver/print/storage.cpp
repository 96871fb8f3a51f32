// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "core/api/object.h"
#include "core/apiserver/print/cells.h"
#include "core/apiserver/print/printers.h"

namespace rockpool::apiserver {

using namespace doc::literals;

namespace {

constexpr Column kCapacity{"Capacity", ColumnType::string, false, "How much it holds."};
constexpr Column kAccessModes{"Access Modes", ColumnType::string, false,
                              "How it may be mounted: by one node or many, to read or to write."};
constexpr Column kStorageClass{"StorageClass", ColumnType::string, false,
                               "The class that it belongs to."};
constexpr Column kAttributesClass{"VolumeAttributesClass", ColumnType::string, false,
                                  "The class of its changeable attributes."};
constexpr Column kVolumeMode{"VolumeMode", ColumnType::string, true,
                             "Whether it holds files or is a raw device."};

constexpr Column kVolumeColumns[] = {
    kNameColumn,
    kCapacity,
    kAccessModes,
    {"Reclaim Policy", ColumnType::string, false, "What happens to it when its claim is gone."},
    {"Status", ColumnType::string, false, "Whether it is free, bound or being deleted."},
    {"Claim", ColumnType::string, false, "The claim that it is bound to."},
    kStorageClass,
    kAttributesClass,
    {"Reason", ColumnType::string, false, "Why it is in that state."},
    kAgeColumn,
    kVolumeMode,
};

constexpr Column kClaimColumns[] = {
    kNameColumn,
    {"Status", ColumnType::string, false, "Whether it is bound to a volume."},
    {"Volume", ColumnType::string, false, "The volume that it is bound to."},
    kCapacity,
    kAccessModes,
    kStorageClass,
    kAttributesClass,
    kAgeColumn,
    kVolumeMode,
};

// The modes in the order of their strength, in short, each once.
std::string access_modes_text(const doc::Value& modes) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kShort = {{
      {"ReadWriteOnce", "RWO"},
      {"ReadOnlyMany", "ROX"},
      {"ReadWriteMany", "RWX"},
      {"ReadWriteOncePod", "RWOP"},
  }};
  std::string text;
  for (const auto& [mode, abbreviation] : kShort) {
    for (const doc::Value& item : modes.items()) {
      if (item.as_string() != mode) continue;
      if (!text.empty()) text += ',';
      text += abbreviation;
      break;
    }
  }
  return text;
}

// The annotation was there before the field.
std::string storage_class_of(const doc::Value& object) {
  const doc::Value& old = api::annotations(object)["volume.beta.kubernetes.io/storage-class"];
  return (old.is_null() ? object["spec"_key]["storageClassName"_key] : old).to_string();
}

std::string_view phase_of(const doc::Value& object) {
  if (api::is_being_deleted(object)) return "Terminating";
  return object["status"_key]["phase"_key].as_string();
}

Cells volume_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  const doc::Value& claim = spec["claimRef"_key];
  return {api::name(object),
          spec["capacity"_key]["storage"].as_string("0"),
          access_modes_text(spec["accessModes"_key]),
          spec["persistentVolumeReclaimPolicy"_key].as_string(),
          phase_of(object),
          claim.is_null() ? std::string{}
                          : fmt::format("{}/{}", claim["namespace"_key].as_string(),
                                        claim["name"_key].as_string()),
          storage_class_of(object),
          spec["volumeAttributesClassName"_key].as_string(kUnset),
          object["status"_key]["reason"_key].as_string(),
          age_of(object, now),
          spec["volumeMode"_key].as_string(kUnset)};
}

// Capacity and modes are known once there is a volume.
Cells claim_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  const doc::Value& status = object["status"_key];
  const bool bound = !spec["volumeName"_key].is_empty();
  return {api::name(object),
          phase_of(object),
          spec["volumeName"_key].as_string(),
          bound ? status["capacity"_key]["storage"].to_string("0") : std::string{},
          bound ? access_modes_text(status["accessModes"_key]) : std::string{},
          storage_class_of(object),
          spec["volumeAttributesClassName"_key].as_string(kUnset),
          age_of(object, now),
          spec["volumeMode"_key].as_string(kUnset)};
}

constexpr Column kStorageClassColumns[] = {
    kNameColumn,
    {"Provisioner", ColumnType::string, false, "Who makes its volumes."},
    {"ReclaimPolicy", ColumnType::string, false, "What happens to volumes without a claim."},
    {"VolumeBindingMode", ColumnType::string, false, "When claims are bound to volumes."},
    {"AllowVolumeExpansion", ColumnType::string, false, "Whether claims may grow."},
    kAgeColumn,
};

Cells storage_class_cells(const doc::Value& object, sim::Time now) {
  std::string name{api::name(object)};
  for (const std::string_view key : {"storageclass.kubernetes.io/is-default-class",
                                     "storageclass.beta.kubernetes.io/is-default-class"}) {
    if (api::annotation(object, key) != "true") continue;
    name += " (default)";
    break;
  }
  return {std::move(name),
          object["provisioner"_key].as_string(),
          object["reclaimPolicy"_key].as_string("Delete"),
          object["volumeBindingMode"_key].as_string("Immediate"),
          object["allowVolumeExpansion"_key].as_bool(),
          age_of(object, now)};
}

constexpr Column kCsiDriverColumns[] = {
    kNameColumn,
    {"AttachRequired", ColumnType::boolean, false, "Whether volumes are attached to nodes."},
    {"PodInfoOnMount", ColumnType::boolean, false, "Whether the driver is told of the Pod."},
    {"StorageCapacity", ColumnType::boolean, false, "Whether the scheduler looks at capacity."},
    {"TokenRequests", ColumnType::string, false, "Audiences of the tokens that it is given."},
    {"RequiresRepublish", ColumnType::boolean, false, "Whether it is called again and again."},
    {"Modes", ColumnType::string, false, "Which volumes it serves."},
    kAgeColumn,
};

std::string audiences_text(const doc::Value& requests) {
  if (requests.is_null()) return std::string{kUnset};
  std::string text;
  for (const doc::Value& request : requests.items()) {
    if (!text.empty()) text += ',';
    text += request["audience"_key].as_string();
  }
  return text;
}

Cells csi_driver_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  return {api::name(object),
          spec["attachRequired"_key].as_bool(true),
          spec["podInfoOnMount"_key].as_bool(),
          spec["storageCapacity"_key].as_bool(),
          audiences_text(spec["tokenRequests"_key]),
          spec["requiresRepublish"_key].as_bool(),
          or_none(join_texts(spec["volumeLifecycleModes"_key])),
          age_of(object, now)};
}

constexpr Column kCsiNodeColumns[] = {
    kNameColumn,
    {"Drivers", ColumnType::integer, false, "How many drivers the node has."},
    kAgeColumn,
};

Cells csi_node_cells(const doc::Value& object, sim::Time now) {
  return {api::name(object), object["spec"_key]["drivers"_key].size(), age_of(object, now)};
}

constexpr Column kAttachmentColumns[] = {
    kNameColumn,
    {"Attacher", ColumnType::string, false, "The driver that attaches the volume."},
    {"PV", ColumnType::string, false, "The volume."},
    {"Node", ColumnType::string, false, "The node that it is attached to."},
    {"Attached", ColumnType::boolean, false, "Whether it is attached yet."},
    kAgeColumn,
};

Cells attachment_cells(const doc::Value& object, sim::Time now) {
  const doc::Value& spec = object["spec"_key];
  return {api::name(object),
          spec["attacher"_key].as_string(),
          spec["source"_key]["persistentVolumeName"_key].as_string(),
          spec["nodeName"_key].as_string(),
          object["status"_key]["attached"_key].as_bool(),
          age_of(object, now)};
}

constexpr Column kStorageCapacityColumns[] = {
    kNameColumn,
    {"StorageClassName", ColumnType::string, false, "The class that it speaks of."},
    {"Capacity", ColumnType::string, false, "How much is left."},
};

Cells storage_capacity_cells(const doc::Value& object, sim::Time) {
  return {api::name(object), object["storageClassName"_key].as_string(),
          object["capacity"_key].as_string(kUnset)};
}

}  // namespace

constexpr Printer kPersistentVolumePrinter{kVolumeColumns, volume_cells};
constexpr Printer kPersistentVolumeClaimPrinter{kClaimColumns, claim_cells};
constexpr Printer kStorageClassPrinter{kStorageClassColumns, storage_class_cells};
constexpr Printer kCsiDriverPrinter{kCsiDriverColumns, csi_driver_cells};
constexpr Printer kCsiNodePrinter{kCsiNodeColumns, csi_node_cells};
constexpr Printer kVolumeAttachmentPrinter{kAttachmentColumns, attachment_cells};
constexpr Printer kCsiStorageCapacityPrinter{kStorageCapacityColumns, storage_capacity_cells};

}  // namespace rockpool::apiserver
