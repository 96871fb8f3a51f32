// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/validation/container_parts.h"

namespace rockpool::api::validation {

namespace {

bool any_has(const Value& items, doc::KnownKeyIndex key, std::string_view text) noexcept {
  return std::ranges::any_of(items.items(),
                             [&](const Value& item) { return item[key].as_string() == text; });
}

void validate_mount_propagation(const Value& mode, const Value& container, const FieldPath& path,
                                FieldErrors& errors) noexcept {
  const std::string_view text = mode.as_string();
  if (text != "Bidirectional" && text != "HostToContainer" && text != "None") {
    errors.not_supported(path, mode, {"Bidirectional", "HostToContainer", "None"});
  }
  if (text == "Bidirectional" && !container["securityContext"_key]["privileged"_key].as_bool()) {
    errors.forbidden(path,
                     "Bidirectional mount propagation is available only to privileged containers");
  }
}

void validate_recursive_read_only(const Value& mount, const FieldPath& path,
                                  FieldErrors& errors) noexcept {
  const Value& mode = mount["recursiveReadOnly"_key];
  const std::string_view text = mode.as_string();
  if (mode.is_null() || text == "Disabled") return;
  if (text != "Enabled" && text != "IfPossible") {
    return errors.not_supported(path, mode, {"Disabled", "Enabled", "IfPossible"});
  }
  if (!mount["readOnly"_key].as_bool()) {
    errors.forbidden(path, "may only be specified when readOnly is true");
  }
  const Value& propagation = mount["mountPropagation"_key];
  if (!propagation.is_null() && propagation.as_string() != "None") {
    errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
  }
}

// `list` is the path of the list: upstream reports sub-paths there, not at the item.
void validate_sub_paths(const Value& mount, const Value& volume, const FieldPath& list,
                        const FieldPath& item, FieldErrors& errors) noexcept {
  const Value& sub_path = mount["subPath"_key];
  const Value& expression = mount["subPathExpr"_key];
  if (!volume["image"_key].is_null()) {
    if (!sub_path.is_empty()) {
      errors.invalid(item.child("subPath"), sub_path, "not allowed in image volume sources");
    }
    if (!expression.is_empty()) {
      errors.invalid(item.child("subPathExpr"), expression, "not allowed in image volume sources");
    }
  }
  if (!sub_path.is_empty()) {
    validate_local_descending_path(sub_path, list.child("subPath"), errors);
  }
  if (expression.is_empty()) return;
  if (!sub_path.is_empty()) {
    errors.invalid(item.child("subPathExpr"), expression,
                   "subPathExpr and subPath are mutually exclusive");
  }
  validate_local_descending_path(expression, list.child("subPathExpr"), errors);
}

// Adds what is wrong with the volume that a device names.
void validate_device_name(std::string_view name, const Volumes& volumes, const Names& taken,
                          const FieldPath& path, FieldErrors& errors) noexcept {
  if (name.empty()) errors.required(path);
  if (taken.contains(name)) errors.invalid(path, name, "must be unique");
  const auto volume = volumes.find(name);
  if (volume == volumes.end()) {
    errors.not_found(path, name);
  } else if (volume->second["persistentVolumeClaim"_key].is_null() &&
             volume->second["ephemeral"_key].is_null()) {
    errors.invalid(path, name,
                   "can only use volume source type of PersistentVolumeClaim or Ephemeral for "
                   "block mode");
  }
}

}  // namespace

void validate_mounts(const Value& container, const Volumes& volumes, const FieldPath& path,
                     FieldErrors& errors) noexcept {
  Names mount_points;
  const Value& mounts = container["volumeMounts"_key];
  const Value& devices = container["volumeDevices"_key];
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const Value& mount = mounts.at(i);
    const FieldPath item = path.index(i);
    const std::string_view name = mount["name"_key].as_string();
    const std::string_view mount_path = mount["mountPath"_key].as_string();
    const auto volume = volumes.find(name);
    if (name.empty()) errors.required(item.child("name"));
    if (volume == volumes.end()) errors.not_found(item.child("name"), name);
    if (mount_path.empty()) errors.required(item.child("mountPath"));
    if (!mount_points.emplace(mount_path).second) {
      errors.invalid(item.child("mountPath"), mount_path, "must be unique");
    }
    if (any_has(devices, "name"_key, name)) {
      errors.invalid(item.child("name"), name, "must not already exist in volumeDevices");
    }
    if (any_has(devices, "devicePath"_key, mount_path)) {
      errors.invalid(item.child("mountPath"), mount_path,
                     "must not already exist as a path in volumeDevices");
    }
    validate_sub_paths(mount, volume == volumes.end() ? Value{} : volume->second, path, item,
                       errors);
    if (const Value& mode = mount["mountPropagation"_key]; !mode.is_null()) {
      validate_mount_propagation(mode, container, path.child("mountPropagation"), errors);
    }
    validate_recursive_read_only(mount, path.child("recursiveReadOnly"), errors);
  }
}

void validate_devices(const Value& container, const Volumes& volumes, const FieldPath& path,
                      FieldErrors& errors) noexcept {
  Names names;
  Names device_paths;
  const Value& mounts = container["volumeMounts"_key];
  const Value& devices = container["volumeDevices"_key];
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const FieldPath item = path.index(i);
    const std::string_view name = devices.at(i)["name"_key].as_string();
    const Value& device_path = devices.at(i)["devicePath"_key];
    validate_device_name(name, volumes, names, item.child("name"), errors);
    if (device_path.is_empty()) errors.required(item.child("devicePath"));
    if (device_paths.contains(device_path.as_string())) {
      errors.invalid(item.child("devicePath"), device_path.to_string(), "must be unique");
    }
    FieldErrors backsteps;
    validate_path_no_backsteps(device_path, path, backsteps);
    if (!backsteps.empty()) {
      errors.invalid(item.child("devicePath"), device_path, "can not contain backsteps ('..')");
    } else {
      device_paths.insert(device_path.to_string());
    }
    if (any_has(mounts, "name"_key, name)) {
      errors.invalid(item.child("name"), name, "must not already exist in volumeMounts");
    }
    if (any_has(mounts, "mountPath"_key, device_path.as_string())) {
      errors.invalid(item.child("devicePath"), device_path,
                     "must not already exist as a path in volumeMounts");
    }
    if (!name.empty()) names.emplace(name);
  }
}

}  // namespace rockpool::api::validation
