// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <span>
#include <string>

#include "core/api/quantity.h"
#include "core/api/validation/parts.h"
#include "core/api/validation/volume_sources.h"

namespace rockpool::api::validation {

namespace {

constexpr std::size_t kMaxIscsiNameLength = 64;

void validate_ephemeral(const Value& ephemeral, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  const Value& claim = ephemeral["volumeClaimTemplate"_key];
  if (claim.is_null()) return errors.required(path.child("volumeClaimTemplate"));
  const FieldPath claim_path = path.child("volumeClaimTemplate");
  const FieldPath meta_path = claim_path.child("metadata");
  const Value& meta = claim["metadata"_key];
  validate_labels(meta["labels"_key], meta_path.child("labels"), errors);
  validate_annotations(meta["annotations"_key], meta_path.child("annotations"), errors);
  for (const doc::Member& member : meta.members()) {
    const std::string_view key = member.key.text();
    if (key != "labels" && key != "annotations") {
      errors.forbidden(meta_path.child(key), "cannot be set for an ephemeral volume");
    }
  }
  validate_claim_spec(claim["spec"_key], claim_path.child("spec"), errors);
}

void validate_image(const Value& image, const FieldPath& path, FieldErrors& errors) noexcept {
  require(image, "reference"_key, path, errors);
  validate_pull_policy(image["pullPolicy"_key], path.child("pullPolicy"), errors);
}

void validate_empty_dir(const Value& empty_dir, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  if (Quantity::from_value(empty_dir["sizeLimit"_key]).sign() < 0) {
    errors.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
  }
}

struct SourceType {
  doc::KnownKeyIndex key;
  void (*validate)(const Value&, const FieldPath&, FieldErrors&);
};

// In the order in which upstream looks for them.
constexpr SourceType kSourceTypes[] = {
    {"emptyDir"_key, validate_empty_dir},
    {"hostPath"_key, validate_host_path},
    {"gitRepo"_key, validate_git_repo},
    {"gcePersistentDisk"_key, validate_gce_disk},
    {"awsElasticBlockStore"_key, validate_aws_disk},
    {"secret"_key, validate_secret_source},
    {"nfs"_key, validate_nfs},
    {"iscsi"_key, validate_iscsi},
    {"glusterfs"_key, require_all<"endpoints"_key, "path"_key>},
    {"flocker"_key, validate_flocker},
    {"persistentVolumeClaim"_key, require_all<"claimName"_key>},
    {"rbd"_key, require_all<"monitors"_key, "image"_key>},
    {"cinder"_key, validate_cinder},
    {"cephfs"_key, require_all<"monitors"_key>},
    {"quobyte"_key, validate_quobyte},
    {"downwardAPI"_key, validate_downward_source},
    {"fc"_key, validate_fibre_channel},
    {"flexVolume"_key, validate_flex},
    {"configMap"_key, validate_config_map_source},
    {"azureFile"_key, require_all<"secretName"_key, "shareName"_key>},
    {"vsphereVolume"_key, require_all<"volumePath"_key>},
    {"photonPersistentDisk"_key, require_all<"pdID"_key>},
    {"portworxVolume"_key, require_all<"volumeID"_key>},
    {"azureDisk"_key, validate_azure_disk},
    {"storageos"_key, require_all<"volumeName"_key>},
    {"projected"_key, validate_projected},
    {"scaleIO"_key, require_all<"gateway"_key, "system"_key, "volumeName"_key>},
    {"csi"_key, validate_csi},
    {"ephemeral"_key, validate_ephemeral},
    {"image"_key, validate_image},
};

// What a PersistentVolume may be, in the order in which upstream looks for it.
constexpr SourceType kPersistentSourceTypes[] = {
    {"hostPath"_key, validate_host_path},
    {"gcePersistentDisk"_key, validate_gce_disk},
    {"awsElasticBlockStore"_key, validate_aws_disk},
    {"glusterfs"_key, require_all<"endpoints"_key, "path"_key>},
    {"flocker"_key, validate_flocker},
    {"nfs"_key, validate_nfs},
    {"rbd"_key, require_all<"monitors"_key, "image"_key>},
    {"quobyte"_key, validate_quobyte},
    {"cephfs"_key, require_all<"monitors"_key>},
    {"iscsi"_key, validate_iscsi},
    {"cinder"_key, require_all<"volumeID"_key>},
    {"fc"_key, validate_fibre_channel},
    {"flexVolume"_key, validate_flex},
    {"azureFile"_key, require_all<"secretName"_key, "shareName"_key>},
    {"vsphereVolume"_key, require_all<"volumePath"_key>},
    {"photonPersistentDisk"_key, require_all<"pdID"_key>},
    {"portworxVolume"_key, require_all<"volumeID"_key>},
    {"azureDisk"_key, validate_azure_disk},
    {"scaleIO"_key, require_all<"gateway"_key, "system"_key, "volumeName"_key>},
    {"local"_key, validate_local},
    {"storageos"_key, require_all<"volumeName"_key>},
    {"csi"_key, validate_persistent_csi},
};

// The number of sources; only the first is judged.
int validate_sources(const Value& volume, std::span<const SourceType> types, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  int found = 0;
  for (const SourceType& type : types) {
    const Value& source = volume[type.key];
    if (source.is_null()) continue;
    const FieldPath source_path = path.child(doc::kKnownKeys[type.key.value]);
    if (found++ > 0) {
      errors.forbidden(source_path, "may not specify more than 1 volume type");
    } else {
      type.validate(source, source_path, errors);
    }
  }
  return found;
}

void validate_volume_source(const Value& volume, std::string_view pod_name, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  const int found = validate_sources(volume, kSourceTypes, path, errors);
  const std::string_view name = volume["name"_key].as_string();
  const Value& iscsi = volume["iscsi"_key];
  if (!iscsi["initiatorName"_key].is_null() &&
      name.size() + 1 + iscsi["targetPortal"_key].as_string().size() > kMaxIscsiNameLength) {
    errors.invalid(path.child("name"), name,
                   "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
                   "if iscsi.initiatorName is specified.");
  }
  if (!volume["ephemeral"_key].is_null() && !pod_name.empty() && !name.empty()) {
    const std::string claim = fmt::format("{}-{}", pod_name, name);
    for (const std::string& problem : check_dns1123_subdomain(claim)) {
      errors.invalid(path.child("name"), name,
                     fmt::format("PVC name {}: {}", quote(claim), problem));
    }
  }
  if (found == 0) errors.required(path, "must specify a volume type");
}

}  // namespace

Volumes validate_volumes(const Value& volumes, std::string_view pod_name, const FieldPath& path,
                         FieldErrors& errors) noexcept {
  Names created_claims;
  for (const Value& volume : volumes.items()) {
    if (!pod_name.empty() && !volume["ephemeral"_key].is_null()) {
      created_claims.insert(fmt::format("{}-{}", pod_name, volume["name"_key].as_string()));
    }
  }
  Volumes valid;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const Value& volume = volumes.at(i);
    const FieldPath item = path.index(i);
    const FieldPath name_path = item.child("name");
    const std::string_view name = volume["name"_key].as_string();
    FieldErrors found;
    validate_volume_source(volume, pod_name, item, found);
    if (name.empty()) {
      found.required(name_path);
    } else {
      found.invalid_each(name_path, name, check_dns1123_label(name));
    }
    if (valid.contains(name)) found.duplicate(name_path, name);
    if (found.empty()) {
      valid.emplace(name, volume);
    } else {
      errors.add(std::move(found));
    }
    const Value& claim = volume["persistentVolumeClaim"_key]["claimName"_key];
    if (created_claims.contains(claim.as_string())) {
      errors.invalid(item.child("persistentVolumeClaim").child("claimName"), claim,
                     "must not reference a PVC that gets created for an ephemeral volume");
    }
  }
  return valid;
}

void validate_read_only_disks(const Value& volumes, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const Value& disk = volumes.at(i)["gcePersistentDisk"_key];
    if (disk.is_null() || disk["readOnly"_key].as_bool()) continue;
    errors.invalid(path.index(i).child("gcePersistentDisk").child("readOnly"), false,
                   "must be true for replicated pods > 1; GCE PD can only be mounted on multiple "
                   "machines if it is read-only");
  }
}

void validate_persistent_source(const Value& spec, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  if (validate_sources(spec, kPersistentSourceTypes, path, errors) == 0) {
    errors.required(path, "must specify a volume type");
  }
}

}  // namespace rockpool::api::validation
