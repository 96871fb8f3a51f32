// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/validation/parts.h"

// The parts of a container that its validation reads one after the other; for containers.cpp, and
// with the same words as parts.h.
namespace rockpool::api::validation {

// --- container_environment.cpp ---

/// The lists `env` and `envFrom`.
void validate_env(const Value& variables, const FieldPath& path, FieldErrors& errors) noexcept;
void validate_env_from(const Value& sources, const FieldPath& path, FieldErrors& errors) noexcept;

// --- container_mounts.cpp ---

/// The container's `volumeMounts` and `volumeDevices`, at `path`, by the volumes of its Pod.
void validate_mounts(const Value& container, const Volumes& volumes, const FieldPath& path,
                     FieldErrors& errors) noexcept;
void validate_devices(const Value& container, const Volumes& volumes, const FieldPath& path,
                      FieldErrors& errors) noexcept;

// --- container_probes.cpp ---

/// The hooks and probes of the container at `path`; `spec` is its Pod's.
void validate_lifecycle_and_probes(const Value& container, const Value& spec, const FieldPath& path,
                                   FieldErrors& errors) noexcept;

}  // namespace rockpool::api::validation
