// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/state.h"
#include "core/doc/value.h"

// What the API server's built-in admission plug-ins do to objects, in the order in which
// kube-apiserver runs them (pkg/kubeapiserver/options/plugins.go).
namespace rockpool::apiserver {

/// Runs all plug-ins for an object about to be created.
api::Result<void> admit_create(ServerState& state, const api::Resource& resource,
                               std::string_view ns, doc::Value& object);
/// Runs all plug-ins for an object about to replace another.
api::Result<void> admit_update(ServerState& state, const api::Resource& resource,
                               doc::Value& object, const doc::Value& old_object);
/// Runs all plug-ins for an object about to be deleted.
api::Result<void> admit_delete(const api::Resource& resource, std::string_view name);

/// NamespaceLifecycle: nothing is created in a namespace that is missing or on its way out.
api::Result<void> check_namespace(const ServerState& state, const api::Resource& resource,
                                  std::string_view ns, std::string_view name);
/// ServiceAccount: every Pod has one, and mounts a token for it.
api::Result<void> admit_service_account(ServerState& state, std::string_view ns, doc::Value& pod);
/// Priority: turns priorityClassName into the number that the PriorityClass has.
api::Result<void> admit_priority(const ServerState& state, doc::Value& pod);
/// Priority: only one class may be that of Pods that name none.
api::Result<void> admit_priority_class(const ServerState& state, const doc::Value& priority_class);
/// DefaultIngressClass: an Ingress that names no class gets the one that is marked as default.
void admit_ingress(const ServerState& state, doc::Value& ingress);
/// DefaultTolerationSeconds: how long a Pod stays on a node that is lost.
void admit_default_tolerations(const ServerState& state, doc::Value& pod);
/// RuntimeClass: what the Pod's class says of overhead and nodes; the class must be there.
api::Result<void> admit_runtime_class(const ServerState& state, doc::Value& pod);

}  // namespace rockpool::apiserver
