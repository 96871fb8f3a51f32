// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/views/pod.h"
#include "core/node/environment.h"
#include "core/node/file_system.h"

namespace rockpool::node {

/// Why a volume cannot be had, in the kubelet's words, and under which event reason.
struct VolumeFailure {
  /// `FailedMount`
  std::string reason;
  /// `MountVolume.SetUp failed for volume "x" : configmap "y" not found`
  std::string message;
};

/// The object of that name, or nullptr.
using FindObject = std::function<const doc::Value*(std::string_view name)>;

/// The volumes of one Pod, by name. Containers that mount the same one share its files.
class PodVolumes {
 public:
  /// Fills the volumes that are not there yet. Returns what failed; those are tried again next
  /// time.
  /// `find_claim` finds a PersistentVolumeClaim of the Pod's namespace, or nullptr.
  std::vector<VolumeFailure> prepare(const api::Pod& pod, const ReferenceSource& source,
                                     const FindObject& find_claim);
  /// Puts what a container mounts into its file system, of each volume what its path in
  /// `sub_paths` has there.
  void mount(const api::Container& container, const std::vector<std::string>& sub_paths,
             FileSystem& files) const;
  /// Writes the contents of ConfigMaps and Secrets anew, as the kubelet does after they have
  /// changed.
  void refresh(const api::Pod& pod, const ReferenceSource& source);
  /// The bytes of the files in that volume; 0 if it is not there.
  std::int64_t bytes(std::string_view name) const;

 private:
  std::map<std::string, std::shared_ptr<FileSystem>, std::less<>> volumes_;
};

/// True if the Pod has volumes whose contents come from ConfigMaps or Secrets.
bool has_volumes_with_references(const api::Pod& pod);

/// For each of a container's mounts the path within its volume that it shows: the subPath, or the
/// subPathExpr with variables put in. The error is the kubelet's, for variables that are not there
/// or empty.
std::expected<std::vector<std::string>, std::string> sub_paths_of(const api::Container& container,
                                                                  const VariableLookup& lookup);

}  // namespace rockpool::node
