// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "core/api/quantity.h"
#include "core/api/validation/parts.h"

namespace rockpool::api::validation {

namespace {

constexpr std::string_view kFileModeError =
    "must be a number between 0 and 0777 (octal), both inclusive";
constexpr std::string_view kByteRangeError = "must be between 0 and 255, inclusive";
constexpr std::string_view kPartitionError = "must be between 1 and 255, inclusive";
constexpr std::int64_t kMinTokenExpirationSeconds = 600;
constexpr std::int64_t kMaxTokenExpirationSeconds = std::int64_t{1} << 32;
constexpr std::size_t kMaxIscsiNameLength = 64;
constexpr std::size_t kMaxDriverNameLength = 63;

void require(const Value& object, doc::KnownKeyIndex key, const FieldPath& path,
             FieldErrors& errors) noexcept {
  if (object[key].is_empty()) errors.required(path.child(doc::kKnownKeys[key.value]));
}

void validate_file_mode(const Value& mode, const FieldPath& path, FieldErrors& errors) noexcept {
  if (mode.is_integer() && (mode.as_int() > 0777 || mode.as_int() < 0)) {
    errors.invalid(path, mode, kFileModeError);
  }
}

// ValidateLocalNonReservedPath.
void validate_local_non_reserved_path(const Value& text, const FieldPath& path,
                                      FieldErrors& errors) noexcept {
  validate_local_descending_path(text, path, errors);
  const std::string_view target = text.as_string();
  if (target.starts_with("..") && !target.starts_with("../") && target != "..") {
    errors.invalid(path, text, "must not start with '..'");
  }
}

void validate_key_to_path(const Value& item, const FieldPath& path, FieldErrors& errors) noexcept {
  require(item, "key"_key, path, errors);
  require(item, "path"_key, path, errors);
  validate_local_non_reserved_path(item["path"_key], path.child("path"), errors);
  validate_file_mode(item["mode"_key], path.child("mode"), errors);
}

void validate_items(const Value& source, const FieldPath& path, FieldErrors& errors) noexcept {
  const FieldPath items_path = path.child("items");
  const Value& items = source["items"_key];
  for (std::size_t i = 0; i < items.size(); ++i) {
    validate_key_to_path(items.at(i), items_path.index(i), errors);
  }
}

void validate_secret_source(const Value& source, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  require(source, "secretName"_key, path, errors);
  validate_file_mode(source["defaultMode"_key], path.child("defaultMode"), errors);
  validate_items(source, path, errors);
}

void validate_config_map_source(const Value& source, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  require(source, "name"_key, path, errors);
  validate_file_mode(source["defaultMode"_key], path.child("defaultMode"), errors);
  validate_items(source, path, errors);
}

void validate_downward_file(const Value& file, const FieldPath& path,
                            FieldErrors& errors) noexcept {
  require(file, "path"_key, path, errors);
  validate_local_non_reserved_path(file["path"_key], path.child("path"), errors);
  const Value& field_ref = file["fieldRef"_key];
  const Value& resource_ref = file["resourceFieldRef"_key];
  if (!field_ref.is_null()) {
    validate_field_ref(field_ref, FieldRefUse::volume, path.child("fieldRef"), errors);
    if (!resource_ref.is_null()) {
      errors.invalid(path, "resource",
                     "fieldRef and resourceFieldRef can not be specified simultaneously");
    }
  } else if (!resource_ref.is_null()) {
    validate_resource_field_ref(resource_ref, FieldRefUse::volume, path.child("resourceFieldRef"),
                                errors);
  } else {
    errors.required(path, "one of fieldRef and resourceFieldRef is required");
  }
  validate_file_mode(file["mode"_key], path.child("mode"), errors);
}

void validate_downward_source(const Value& source, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  validate_file_mode(source["defaultMode"_key], path.child("defaultMode"), errors);
  for (const Value& file : source["items"_key].items()) {
    validate_downward_file(file, path, errors);
  }
}

// The paths that the sources of one projected volume have taken.
class ProjectedPaths {
 public:
  ProjectedPaths(const FieldPath& path, FieldErrors& errors) : path_{path}, errors_{errors} {}

  // `blame` is what the message shows.
  void take(const Value& target, const Value& blame) {
    if (target.is_empty()) return;
    if (!taken_.insert(target.to_string()).second) {
      errors_.invalid(path_, blame, "conflicting duplicate paths");
    }
  }

 private:
  const FieldPath& path_;
  FieldErrors& errors_;
  Names taken_;
};

void validate_projected_items(const Value& source, const FieldPath& path, ProjectedPaths& paths,
                              FieldErrors& errors) noexcept {
  require(source, "name"_key, path, errors);
  validate_items(source, path, errors);
  for (const Value& item : source["items"_key].items()) {
    paths.take(item["path"_key], source["name"_key]);
  }
}

void validate_token_projection(const Value& token, const FieldPath& volume_path,
                               const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& seconds = token["expirationSeconds"_key];
  if (seconds.as_int() < kMinTokenExpirationSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration less than 10 minutes");
  }
  if (seconds.as_int() > kMaxTokenExpirationSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration larger than 2^32 seconds");
  }
  if (token["path"_key].is_empty()) {
    errors.required(volume_path.child("path"));
  } else {
    validate_local_non_reserved_path(token["path"_key], volume_path.child("path"), errors);
  }
}

void validate_trust_bundle(const Value& bundle, const FieldPath& path, ProjectedPaths& paths,
                           FieldErrors& errors) noexcept {
  const bool by_name = !bundle["name"_key].is_null();
  const bool by_signer = !bundle["signerName"_key].is_null();
  if (by_name && by_signer) {
    errors.invalid(path, bundle, "only one of name and signerName may be used");
  } else if (by_name) {
    if (bundle["name"_key].is_empty()) {
      errors.required(path.child("name"), "must be a valid object name");
    }
    if (!bundle["labelSelector"_key].is_null()) {
      errors.invalid(path.child("labelSelector"), bundle["labelSelector"_key],
                     "labelSelector must be unset if name is specified");
    }
  } else if (by_signer) {
    if (bundle["signerName"_key].is_empty()) {
      errors.required(path.child("signerName"), "must be a valid signer name");
    }
    validate_label_selector(bundle["labelSelector"_key], path.child("labelSelector"), errors);
  } else {
    errors.required(path, "either name or signerName must be specified");
  }
  require(bundle, "path"_key, path, errors);
  validate_local_non_reserved_path(bundle["path"_key], path.child("path"), errors);
  paths.take(bundle["path"_key], bundle["path"_key]);
}

void validate_projected_source(const Value& source, const FieldPath& volume_path,
                               const FieldPath& path, ProjectedPaths& paths,
                               FieldErrors& errors) noexcept {
  int sources = 0;
  if (const Value& secret = source["secret"_key]; !secret.is_null()) {
    ++sources;
    validate_projected_items(secret, path.child("secret"), paths, errors);
  }
  if (const Value& config_map = source["configMap"_key]; !config_map.is_null()) {
    ++sources;
    validate_projected_items(config_map, path.child("configMap"), paths, errors);
  }
  if (const Value& downward = source["downwardAPI"_key]; !downward.is_null()) {
    ++sources;
    for (const Value& file : downward["items"_key].items()) {
      validate_downward_file(file, path.child("downwardAPI"), errors);
      paths.take(file["path"_key], file["path"_key]);
    }
  }
  if (const Value& token = source["serviceAccountToken"_key]; !token.is_null()) {
    ++sources;
    validate_token_projection(token, volume_path, path.child("serviceAccountToken"), errors);
  }
  if (const Value& bundle = source["clusterTrustBundle"_key]; !bundle.is_null()) {
    ++sources;
    validate_trust_bundle(bundle, path.child("clusterTrustBundle"), paths, errors);
  }
  if (sources > 1) errors.forbidden(path, "may not specify more than 1 volume type per source");
}

void validate_projected(const Value& projected, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  validate_file_mode(projected["defaultMode"_key], path.child("defaultMode"), errors);
  ProjectedPaths paths{path, errors};
  const FieldPath sources_path = path.child("sources");
  const Value& sources = projected["sources"_key];
  for (std::size_t i = 0; i < sources.size(); ++i) {
    validate_projected_source(sources.at(i), path, sources_path.index(i), paths, errors);
  }
}

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

void validate_nfs(const Value& nfs, const FieldPath& path, FieldErrors& errors) noexcept {
  require(nfs, "server"_key, path, errors);
  require(nfs, "path"_key, path, errors);
  if (!nfs["path"_key].as_string().starts_with('/')) {
    errors.invalid(path.child("path"), nfs["path"_key].to_string(), "must be an absolute path");
  }
}

bool is_iscsi_name(std::string_view name) noexcept {
  return name.starts_with("iqn") || name.starts_with("eui") || name.starts_with("naa");
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

void validate_partition(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept {
  const Value& partition = disk["partition"_key];
  if (partition.as_int() < 0 || partition.as_int() > 255) {
    errors.invalid(path.child("partition"), partition, kPartitionError);
  }
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

void validate_flex(const Value& flex, const FieldPath& path, FieldErrors& errors) noexcept {
  require(flex, "driver"_key, path, errors);
  const FieldPath options_path = path.child("options");
  for (const doc::Member& option : flex["options"_key].members()) {
    const std::string_view key = option.key.text();
    std::string domain = "." + std::string{key.substr(0, key.find('/'))};
    for (char& c : domain) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io")) {
      errors.invalid(options_path.key(key), key,
                     "kubernetes.io and k8s.io namespaces are reserved");
    }
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

// What a new volume is filled from; the old and the new name of the same field must agree.
void validate_data_source(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  for (const doc::KnownKeyIndex key : {"dataSource"_key, "dataSourceRef"_key}) {
    const Value& source = spec[key];
    if (source.is_null()) continue;
    const FieldPath source_path = path.child(doc::kKnownKeys[key.value]);
    if (source["name"_key].is_empty()) errors.required(source_path.child("name"));
    if (source["kind"_key].is_empty()) errors.required(source_path.child("kind"));
    if (source["apiGroup"_key].is_empty() &&
        source["kind"_key].as_string() != "PersistentVolumeClaim") {
      errors.invalid(source_path, source["kind"_key],
                     "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
  }
  const Value& source = spec["dataSource"_key];
  const Value& ref = spec["dataSourceRef"_key];
  if (!source.is_null() && !ref.is_null() && ref["namespace"_key].is_empty() && source != ref) {
    errors.invalid(path, spec, "must match dataSourceRef");
  }
}

}  // namespace

void validate_access_modes(const Value& modes, std::string_view absent, const FieldPath& path,
                           FieldErrors& errors) noexcept {
  if (modes.size() == 0) return errors.required(path, absent);
  bool exclusive = false;
  bool shared = false;
  for (const Value& mode : modes.items()) {
    const std::string_view text = mode.as_string();
    if (text == "ReadWriteOncePod") {
      exclusive = true;
    } else if (text == "ReadWriteOnce" || text == "ReadOnlyMany" || text == "ReadWriteMany") {
      shared = true;
    } else {
      errors.not_supported(path, mode,
                           {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"});
    }
  }
  if (exclusive && shared) {
    errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
  }
}

void validate_claim_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) noexcept {
  validate_label_selector(spec["selector"_key], path.child("selector"), errors);
  validate_access_modes(spec["accessModes"_key], "at least 1 access mode is required",
                        path.child("accessModes"), errors);
  const FieldPath storage_path = path.child("resources").key("storage");
  const Value& storage = spec["resources"_key]["requests"_key]["storage"];
  if (storage.is_null()) {
    errors.required(storage_path);
  } else {
    validate_resource_quantity("storage", storage, storage_path, errors);
    if (Quantity::from_value(storage).sign() <= 0) {
      errors.invalid(storage_path, storage, kNotPositive);
    }
  }
  const Value& storage_class = spec["storageClassName"_key];
  if (!storage_class.is_empty()) {
    errors.invalid_each(path.child("storageClassName"), storage_class,
                        check_dns1123_subdomain(storage_class.as_string()));
  }
  const Value& mode = spec["volumeMode"_key];
  if (!mode.is_null() && mode.as_string() != "Block" && mode.as_string() != "Filesystem") {
    errors.not_supported(path.child("volumeMode"), mode, {"Block", "Filesystem"});
  }
  validate_data_source(spec, path, errors);
}

namespace {

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

// A source that has nothing but members that must be there.
template <typename... Keys>
void require_all(const Value& source, const FieldPath& path, FieldErrors& errors,
                 Keys... keys) noexcept {
  (require(source, keys, path, errors), ...);
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
    {"glusterfs"_key, [](const Value& v, const FieldPath& p,
                         FieldErrors& e) { require_all(v, p, e, "endpoints"_key, "path"_key); }},
    {"flocker"_key, validate_flocker},
    {"persistentVolumeClaim"_key, [](const Value& v, const FieldPath& p,
                                     FieldErrors& e) { require_all(v, p, e, "claimName"_key); }},
    {"rbd"_key, [](const Value& v, const FieldPath& p,
                   FieldErrors& e) { require_all(v, p, e, "monitors"_key, "image"_key); }},
    {"cinder"_key, validate_cinder},
    {"cephfs"_key, [](const Value& v, const FieldPath& p,
                      FieldErrors& e) { require_all(v, p, e, "monitors"_key); }},
    {"quobyte"_key, validate_quobyte},
    {"downwardAPI"_key, validate_downward_source},
    {"fc"_key, validate_fibre_channel},
    {"flexVolume"_key, validate_flex},
    {"configMap"_key, validate_config_map_source},
    {"azureFile"_key,
     [](const Value& v, const FieldPath& p, FieldErrors& e) {
       require_all(v, p, e, "secretName"_key, "shareName"_key);
     }},
    {"vsphereVolume"_key, [](const Value& v, const FieldPath& p,
                             FieldErrors& e) { require_all(v, p, e, "volumePath"_key); }},
    {"photonPersistentDisk"_key,
     [](const Value& v, const FieldPath& p, FieldErrors& e) { require_all(v, p, e, "pdID"_key); }},
    {"portworxVolume"_key, [](const Value& v, const FieldPath& p,
                              FieldErrors& e) { require_all(v, p, e, "volumeID"_key); }},
    {"azureDisk"_key, validate_azure_disk},
    {"storageos"_key, [](const Value& v, const FieldPath& p,
                         FieldErrors& e) { require_all(v, p, e, "volumeName"_key); }},
    {"projected"_key, validate_projected},
    {"scaleIO"_key,
     [](const Value& v, const FieldPath& p, FieldErrors& e) {
       require_all(v, p, e, "gateway"_key, "system"_key, "volumeName"_key);
     }},
    {"csi"_key, validate_csi},
    {"ephemeral"_key, validate_ephemeral},
    {"image"_key, validate_image},
};

void validate_secret_reference(const Value& ref, const FieldPath& path,
                               FieldErrors& errors) noexcept {
  if (ref.is_null()) return;
  require(ref, "name"_key, path, errors);
  require(ref, "namespace"_key, path, errors);
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

void validate_local(const Value& local, const FieldPath& path, FieldErrors& errors) noexcept {
  if (local["path"_key].is_empty()) return errors.required(path.child("path"));
  validate_path_no_backsteps(local["path"_key], path.child("path"), errors);
}

// What a PersistentVolume may be, in the order in which upstream looks for it.
constexpr SourceType kPersistentSourceTypes[] = {
    {"hostPath"_key, validate_host_path},
    {"gcePersistentDisk"_key, validate_gce_disk},
    {"awsElasticBlockStore"_key, validate_aws_disk},
    {"glusterfs"_key, [](const Value& v, const FieldPath& p,
                         FieldErrors& e) { require_all(v, p, e, "endpoints"_key, "path"_key); }},
    {"flocker"_key, validate_flocker},
    {"nfs"_key, validate_nfs},
    {"rbd"_key, [](const Value& v, const FieldPath& p,
                   FieldErrors& e) { require_all(v, p, e, "monitors"_key, "image"_key); }},
    {"quobyte"_key, validate_quobyte},
    {"cephfs"_key, [](const Value& v, const FieldPath& p,
                      FieldErrors& e) { require_all(v, p, e, "monitors"_key); }},
    {"iscsi"_key, validate_iscsi},
    {"cinder"_key, [](const Value& v, const FieldPath& p,
                      FieldErrors& e) { require_all(v, p, e, "volumeID"_key); }},
    {"fc"_key, validate_fibre_channel},
    {"flexVolume"_key, validate_flex},
    {"azureFile"_key,
     [](const Value& v, const FieldPath& p, FieldErrors& e) {
       require_all(v, p, e, "secretName"_key, "shareName"_key);
     }},
    {"vsphereVolume"_key, [](const Value& v, const FieldPath& p,
                             FieldErrors& e) { require_all(v, p, e, "volumePath"_key); }},
    {"photonPersistentDisk"_key,
     [](const Value& v, const FieldPath& p, FieldErrors& e) { require_all(v, p, e, "pdID"_key); }},
    {"portworxVolume"_key, [](const Value& v, const FieldPath& p,
                              FieldErrors& e) { require_all(v, p, e, "volumeID"_key); }},
    {"azureDisk"_key, validate_azure_disk},
    {"scaleIO"_key,
     [](const Value& v, const FieldPath& p, FieldErrors& e) {
       require_all(v, p, e, "gateway"_key, "system"_key, "volumeName"_key);
     }},
    {"local"_key, validate_local},
    {"storageos"_key, [](const Value& v, const FieldPath& p,
                         FieldErrors& e) { require_all(v, p, e, "volumeName"_key); }},
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

// The path of `a['b']` and its subscript; empty if the text has none.
struct Subscripted {
  std::string_view path;
  std::string_view subscript;
};

std::optional<Subscripted> split_subscript(std::string_view text) {
  if (!text.ends_with("']")) return std::nullopt;
  const std::size_t open = text.find("['");
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  return Subscripted{text.substr(0, open), text.substr(open + 2, text.size() - open - 4)};
}

constexpr std::string_view kEnvironmentFields[] = {"metadata.name",
                                                   "metadata.namespace",
                                                   "metadata.uid",
                                                   "spec.nodeName",
                                                   "spec.serviceAccountName",
                                                   "status.hostIP",
                                                   "status.hostIPs",
                                                   "status.podIP",
                                                   "status.podIPs"};
constexpr std::string_view kVolumeFields[] = {"metadata.annotations", "metadata.labels",
                                              "metadata.name", "metadata.namespace",
                                              "metadata.uid"};
// Fields that exist for this purpose at all, used or not (ConvertDownwardAPIFieldLabel).
constexpr std::string_view kConvertibleFields[] = {"spec.restartPolicy", "spec.schedulerName",
                                                   "status.phase"};
constexpr std::string_view kResourceFields[] = {
    "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
    "requests.cpu", "requests.ephemeral-storage", "requests.memory"};

template <std::size_t Size>
bool lists(const std::string_view (&names)[Size], std::string_view name) noexcept {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void validate_divisor(std::string_view resource, const Value& value, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  const Quantity divisor = Quantity::from_value(value);
  if (divisor.is_zero()) return;
  const std::string text = divisor.to_string();
  if (resource == "limits.cpu" || resource == "requests.cpu") {
    if (text != "1" && text != "1m") {
      errors.invalid(path, resource,
                     "only divisor's values 1m and 1 are supported with the cpu resource");
    }
    return;
  }
  constexpr std::string_view kSizes[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                         "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
  if (lists(kSizes, text)) return;
  const std::string_view what = resource.ends_with(".memory") ? "memory resource"
                                : resource.ends_with(".ephemeral-storage")
                                    ? "local ephemeral storage resource"
                                    : "hugepages resource";
  errors.invalid(path, resource,
                 fmt::format("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, "
                             "1Ti, 1Pi, 1Ei are supported with the {}",
                             what));
}

}  // namespace

void validate_path_no_backsteps(const Value& text, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  std::string_view rest = text.as_string();
  while (true) {
    const std::size_t slash = rest.find('/');
    if (rest.substr(0, slash) == "..") {
      errors.invalid(path, text, "must not contain '..'");
      return;
    }
    if (slash == std::string_view::npos) return;
    rest.remove_prefix(slash + 1);
  }
}

void validate_local_descending_path(const Value& text, const FieldPath& path,
                                    FieldErrors& errors) noexcept {
  if (text.as_string().starts_with('/')) errors.invalid(path, text, "must be a relative path");
  validate_path_no_backsteps(text, path, errors);
}

void validate_field_ref(const Value& ref, FieldRefUse use, const FieldPath& path,
                        FieldErrors& errors) noexcept {
  const Value& version = ref["apiVersion"_key];
  const Value& field = ref["fieldPath"_key];
  const FieldPath field_path = path.child("fieldPath");
  if (version.is_empty()) return errors.required(path.child("apiVersion"));
  if (field.is_empty()) return errors.required(field_path);
  const std::string_view text = field.as_string();
  if (version.as_string() != "v1") {
    return errors.invalid(field_path, field,
                          fmt::format("error converting fieldPath: unsupported pod version: {}",
                                      version.as_string()));
  }
  if (const auto split = split_subscript(text)) {
    if (split->path == "metadata.annotations" || split->path == "metadata.labels") {
      errors.invalid_each(path, split->subscript, check_qualified_name(split->subscript));
    } else {
      errors.invalid(field_path, field,
                     fmt::format("error converting fieldPath: field label does not support "
                                 "subscript: {}",
                                 text));
    }
    return;
  }
  if (!lists(kEnvironmentFields, text) && !lists(kVolumeFields, text) &&
      !lists(kConvertibleFields, text)) {
    return errors.invalid(
        field_path, field,
        fmt::format("error converting fieldPath: field label not supported: {}", text));
  }
  if (use == FieldRefUse::environment ? !lists(kEnvironmentFields, text)
                                      : !lists(kVolumeFields, text)) {
    errors.not_supported(field_path, field,
                         use == FieldRefUse::environment
                             ? std::span<const std::string_view>{kEnvironmentFields}
                             : std::span<const std::string_view>{kVolumeFields});
  }
}

void validate_resource_field_ref(const Value& ref, FieldRefUse use, const FieldPath& path,
                                 FieldErrors& errors) noexcept {
  const std::string_view resource = ref["resource"_key].as_string();
  if (use == FieldRefUse::volume && ref["containerName"_key].is_empty()) {
    errors.required(path.child("containerName"));
  } else if (resource.empty()) {
    errors.required(path.child("resource"));
  } else if (!lists(kResourceFields, resource) && !resource.starts_with("requests.hugepages-") &&
             !resource.starts_with("limits.hugepages-")) {
    errors.not_supported(path.child("resource"), resource, kResourceFields);
  }
  validate_divisor(resource, ref["divisor"_key], path.child("divisor"), errors);
}

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

void validate_csi_driver_name(const Value& name, const FieldPath& path,
                              FieldErrors& errors) noexcept {
  std::string text = name.to_string();
  if (text.empty()) return errors.required(path);
  if (text.size() > kMaxDriverNameLength) errors.too_long(path, kMaxDriverNameLength);
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  errors.invalid_each(path, name, check_dns1123_subdomain(text));
}

}  // namespace rockpool::api::validation
