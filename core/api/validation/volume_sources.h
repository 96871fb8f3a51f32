// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/validation/parts.h"

// Judges of what a volume may be made of, one per member of a VolumeSource or
// PersistentVolumeSource that has rules of its own. `path` is the member's; for
// core/api/validation/volumes.cpp.
namespace rockpool::api::validation {

/// A member that must be there.
inline void require(const Value& object, doc::KnownKeyIndex key, const FieldPath& path,
                    FieldErrors& errors) noexcept {
  if (object[key].is_empty()) errors.required(path.child(doc::kKnownKeys[key.value]));
}

/// Judges a source that has nothing but members that must be there.
template <doc::KnownKeyIndex... Keys>
void require_all(const Value& source, const FieldPath& path, FieldErrors& errors) noexcept {
  (require(source, Keys, path, errors), ...);
}

// --- volume_projections.cpp ---

/// validateSecretVolumeSource.
void validate_secret_source(const Value& source, const FieldPath& path,
                            FieldErrors& errors) noexcept;
/// validateConfigMapVolumeSource.
void validate_config_map_source(const Value& source, const FieldPath& path,
                                FieldErrors& errors) noexcept;
/// validateDownwardAPIVolumeSource.
void validate_downward_source(const Value& source, const FieldPath& path,
                              FieldErrors& errors) noexcept;
/// validateProjectedVolumeSource: no two of its files may have the same path.
void validate_projected(const Value& projected, const FieldPath& path,
                        FieldErrors& errors) noexcept;

// --- volume_disks.cpp ---

/// validateHostPathVolumeSource.
void validate_host_path(const Value& host_path, const FieldPath& path,
                        FieldErrors& errors) noexcept;
/// validateLocalVolumeSource.
void validate_local(const Value& local, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateGitRepoVolumeSource.
void validate_git_repo(const Value& git, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateGCEPersistentDiskVolumeSource.
void validate_gce_disk(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateAWSElasticBlockStoreVolumeSource.
void validate_aws_disk(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateNFSVolumeSource.
void validate_nfs(const Value& nfs, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateISCSIVolumeSource.
void validate_iscsi(const Value& iscsi, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateCinderVolumeSource.
void validate_cinder(const Value& cinder, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateQuobyteVolumeSource.
void validate_quobyte(const Value& quobyte, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateFlockerVolumeSource.
void validate_flocker(const Value& flocker, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateFCVolumeSource.
void validate_fibre_channel(const Value& fc, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateFlexVolumeSource.
void validate_flex(const Value& flex, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateAzureDisk.
void validate_azure_disk(const Value& disk, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateCSIVolumeSource: a volume that lives and dies with its Pod.
void validate_csi(const Value& csi, const FieldPath& path, FieldErrors& errors) noexcept;
/// validateCSIPersistentVolumeSource.
void validate_persistent_csi(const Value& csi, const FieldPath& path, FieldErrors& errors) noexcept;

}  // namespace rockpool::api::validation
