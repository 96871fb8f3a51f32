// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/api/views/pod.h"
#include "core/node/images/image.h"
#include "core/node/images/process.h"

// As whom a container's processes run, by the security contexts of the Pod and the container
// (pkg/securitycontext, pkg/kubelet/kuberuntime/security_context.go).
namespace rockpool::node {

/// Who runs a container of that image: what the container's security context says, or else the
/// Pod's, or else the image.
ProcessUser user_of(const api::Pod& pod, const api::Container& container, const ImageConfig& image);

/// Why a container that says runAsNonRoot may not start, in the kubelet's words; nothing if it may.
/// An image that is not simulated is taken to have a user of its own.
std::optional<std::string> refuse_root(const api::Pod& pod, const api::Container& container,
                                       const Image& image, const ImageConfig& config);

/// What the processes of that user may write to outside volumes.
RootAccess root_access_of(const api::Container& container, const ProcessUser& user);

}  // namespace rockpool::node
