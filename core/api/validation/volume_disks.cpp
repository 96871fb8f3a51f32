// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "core/api/validation/parts.h"
#include "core/api/validation/volume_sources.h"
#include "core/doc/ascii.h"

// Volumes on disks: of the node, of the network, of clouds.
namespace rockpool::api::validation {
namespace {

constexpr std::string_view kByteRangeError = "must be between 0 and 255, inclusive";
constexpr std::string_view kPartitionError = "must be between 1 and 255, inclusive";
constexpr std::size_t kMaxDriverNameLength = 63;

bool is_iscsi_name(std::string_view name) noexcept {
  return name.starts_with("iqn") || name.starts_with("eui") || name.starts_with("naa");
}

void validate_partition(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& partition = disk["partition"_key];
  if (partition.as_int() < 0 || partition.as_int() > 255) {
    errors.invalid(path.child("partition"), partition, kPartitionError);
  }
}

void validate_secret_reference(const Value& ref, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  if (ref.is_null()) return;
  require(ref, "name"_key, path, errors);
  require(ref, "namespace"_key, path, errors);
}

}  // namespace

void validate_host_path(const Value& host_path, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  if (host_path["path"_key].is_empty()) return errors.required(path.child("path"));
  validate_path_no_backsteps(host_path["path"_key], path.child("path"), errors);
  constexpr std::string_view kTypes[] = {
      "",     "BlockDevice",  "CharDevice", "Directory", "DirectoryOrCreate",
      "File", "FileOrCreate", "Socket"};
  const std::string_view type = host_path["type"_key].as_string();
  if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
    errors.not_supported(path.child("type"), type, kTypes);
  }
}

void validate_local(const Value& local, const FieldPath& path, FieldErrors& errors) noexcept {
  if (local["path"_key].is_empty()) return errors.required(path.child("path"));
  validate_path_no_backsteps(local["path"_key], path.child("path"), errors);
}

void validate_git_repo(const Value& git, const FieldPath& path, FieldErrors& errors) noexcept {
  require(git, "repository"_key, path, errors);
  validate_local_descending_path(git["directory"_key], path.child("directory"), errors);
}

void validate_gce_disk(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept {
  require(disk, "pdName"_key, path, errors);
  validate_partition(disk, path, errors);
}

void validate_aws_disk(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept {
  require(disk, "volumeID"_key, path, errors);
  validate_partition(disk, path, errors);
}

void validate_nfs(const Value& nfs, const FieldPath& path, FieldErrors& errors) noexcept {
  require(nfs, "server"_key, path, errors);
  require(nfs, "path"_key, path, errors);
  if (!nfs["path"_key].as_string().starts_with('/')) {
    errors.invalid(path.child("path"), nfs["path"_key].to_string(), "must be an absolute path");
  }
}

void validate_iscsi(const Value& iscsi, const FieldPath& path, FieldErrors& errors) noexcept {
  require(iscsi, "targetPortal"_key, path, errors);
  require(iscsi, "iqn"_key, path, errors);
  const Value& iqn = iscsi["iqn"_key];
  if (!iqn.is_empty() && !is_iscsi_name(iqn.as_string())) {
    errors.invalid(path.child("iqn"), iqn, "must be valid format starting with iqn, eui, or naa");
  }
  const Value& lun = iscsi["lun"_key];
  if (lun.as_int() < 0 || lun.as_int() > 255) {
    errors.invalid(path.child("lun"), lun, kByteRangeError);
  }
  const bool needs_secret =
      iscsi["chapAuthDiscovery"_key].as_bool() || iscsi["chapAuthSession"_key].as_bool();
  if (needs_secret && iscsi["secretRef"_key].is_null()) {
    errors.required(path.child("secretRef"));
  }
  const Value& initiator = iscsi["initiatorName"_key];
  if (!initiator.is_null() && !is_iscsi_name(initiator.as_string())) {
    errors.invalid(path.child("initiatorname"), initiator,
                   "must be valid format starting with iqn, eui, or naa");
  }
}

void validate_cinder(const Value& cinder, const FieldPath& path, FieldErrors& errors) noexcept {
  require(cinder, "volumeID"_key, path, errors);
  const Value& secret = cinder["secretRef"_key];
  if (!secret.is_null() && secret["name"_key].is_empty()) {
    errors.required(path.child("secretRef").child("name"));
  }
}

void validate_quobyte(const Value& quobyte, const FieldPath& path, FieldErrors& errors) noexcept {
  constexpr std::string_view kRegistryError =
      "must be a host:port pair or multiple pairs separated by commas";
  const std::string_view registry = quobyte["registry"_key].as_string();
  if (registry.empty()) {
    errors.required(path.child("registry"), kRegistryError);
  } else if (quobyte["tenant"_key].as_string().size() >= 65) {
    errors.required(path.child("tenant"),
                    "must be a UUID and may not exceed a length of 64 characters");
  } else if (registry.find(':') == std::string_view::npos) {
    errors.invalid(path.child("registry"), registry, kRegistryError);
  }
  require(quobyte, "volume"_key, path, errors);
}

void validate_flocker(const Value& flocker, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& name = flocker["datasetName"_key];
  const Value& uuid = flocker["datasetUUID"_key];
  if (name.is_empty() && uuid.is_empty()) {
    errors.required(path, "one of datasetName and datasetUUID is required");
  }
  if (!name.is_empty() && !uuid.is_empty()) {
    errors.invalid(path, "resource",
                   "datasetName and datasetUUID can not be specified simultaneously");
  }
  if (name.as_string().find('/') != std::string_view::npos) {
    errors.invalid(path.child("datasetName"), name, "must not contain '/'");
  }
}

void validate_fibre_channel(const Value& fc, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& names = fc["targetWWNs"_key];
  const Value& ids = fc["wwids"_key];
  if (names.size() == 0 && ids.size() == 0) {
    errors.required(path.child("targetWWNs"),
                    "must specify either targetWWNs or wwids, but not both");
  }
  if (names.size() != 0 && ids.size() != 0) {
    errors.invalid(path.child("targetWWNs"), names,
                   "targetWWNs and wwids can not be specified simultaneously");
  }
  if (names.size() == 0) return;
  const Value& lun = fc["lun"_key];
  if (lun.is_null()) {
    errors.required(path.child("lun"), "lun is required if targetWWNs is specified");
  } else if (lun.as_int() < 0 || lun.as_int() > 255) {
    errors.invalid(path.child("lun"), lun, kByteRangeError);
  }
}

void validate_flex(const Value& flex, const FieldPath& path, FieldErrors& errors) noexcept {
  require(flex, "driver"_key, path, errors);
  const FieldPath options_path = path.child("options");
  for (const doc::Member& option : flex["options"_key].members()) {
    const std::string_view key = option.key.text();
    const std::string domain = "." + doc::to_lower(key.substr(0, key.find('/')));
    if (domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io")) {
      errors.invalid(options_path.key(key), key,
                     "kubernetes.io and k8s.io namespaces are reserved");
    }
  }
}

void validate_azure_disk(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept {
  require(disk, "diskName"_key, path, errors);
  require(disk, "diskURI"_key, path, errors);
  const std::string_view caching = disk["cachingMode"_key].as_string();
  if (caching != "None" && caching != "ReadOnly" && caching != "ReadWrite") {
    errors.not_supported(path.child("cachingMode"), caching, {"None", "ReadOnly", "ReadWrite"});
  }
  const std::string_view kind = disk["kind"_key].as_string();
  if (kind != "Dedicated" && kind != "Managed" && kind != "Shared") {
    errors.not_supported(path.child("kind"), kind, {"Dedicated", "Managed", "Shared"});
  }
  const Value& uri = disk["diskURI"_key];
  if (kind == "Managed" && !uri.as_string().starts_with("/subscriptions/")) {
    errors.not_supported(path.child("diskURI"), uri.to_string(),
                         {"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/"
                          "microsoft.compute/disks/{disk-id}"});
  }
  if (kind != "Managed" && !uri.as_string().starts_with("https://")) {
    errors.not_supported(
        path.child("diskURI"), uri.to_string(),
        {"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"});
  }
}

void validate_csi(const Value& csi, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_csi_driver_name(csi["driver"_key], path.child("driver"), errors);
  const Value& secret = csi["nodePublishSecretRef"_key];
  if (secret.is_null()) return;
  const FieldPath secret_path = path.child("nodePublishSecretRef");
  if (secret["name"_key].is_empty()) {
    errors.required(secret_path.child("name"));
  } else {
    errors.invalid_each(secret_path.child("name"), secret["name"_key],
                        check_dns1123_subdomain(secret["name"_key].as_string()));
  }
}

void validate_persistent_csi(const Value& csi, const FieldPath& path,
                             FieldErrors& errors) noexcept {
  validate_csi_driver_name(csi["driver"_key], path.child("driver"), errors);
  require(csi, "volumeHandle"_key, path, errors);
  for (const doc::KnownKeyIndex key :
       {"controllerPublishSecretRef"_key, "controllerExpandSecretRef"_key,
        "nodePublishSecretRef"_key, "nodeStageSecretRef"_key, "nodeExpandSecretRef"_key}) {
    validate_secret_reference(csi[key], path.child(doc::kKnownKeys[key.value]), errors);
  }
}

void validate_csi_driver_name(const Value& name, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  const std::string text = doc::to_lower(name.to_string());
  if (text.empty()) return errors.required(path);
  if (text.size() > kMaxDriverNameLength) errors.too_long(path, kMaxDriverNameLength);
  errors.invalid_each(path, name, check_dns1123_subdomain(text));
}

}  // namespace rockpool::api::validation
