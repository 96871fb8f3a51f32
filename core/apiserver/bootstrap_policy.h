// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rockpool::apiserver {

class ApiServer;

/// Makes the roles that users meet, and their bindings (plugin/pkg/auth/authorizer/rbac/
/// bootstrappolicy, and kubeadm's for its administrators): cluster-admin, admin, edit, view,
/// system:discovery, system:basic-user, system:public-info-viewer, kubeadm:cluster-admins.
void bootstrap_policy(ApiServer& server);

}  // namespace rockpool::apiserver
