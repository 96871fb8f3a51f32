// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/api/status.h"
#include "core/apiserver/auth/user.h"
#include "core/apiserver/http.h"
#include "core/apiserver/request_info.h"
#include "core/doc/value.h"

// Who may do what (plugin/pkg/auth/authorizer/rbac).
namespace rockpool::apiserver {

/// What somebody wants to do.
struct Attributes {
  /// "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection",
  /// "impersonate", …; the HTTP method in small letters for paths that are no resource's.
  std::string verb;
  bool is_resource = true;
  std::string group = {};
  std::string version = {};
  std::string resource = {};
  std::string subresource = {};
  std::string ns = {};
  std::string name = {};
  /// Of a request that is about no resource.
  std::string path = {};
};

/// Whether it is allowed, and by what.
struct Decision {
  bool allowed = false;
  /// Empty if nothing allows it, or if everything is allowed.
  std::string reason = {};
};

/// What a request wants to do; `resource_path` is empty for paths that are no resource's.
Attributes attributes_of(const Request& request, const std::optional<ResourcePath>& resource_path);

/// Decides by the roles bound to the user; everything is allowed to all unless the server enforces
/// RBAC (Options::rbac), and always to the group system:masters.
Decision authorize(const ApiServer& server, const User& user, const Attributes& attributes);

/// Calls `visit(rule, reason)` for each PolicyRule that the user has in that namespace ("" for
/// those that hold everywhere only), until it returns false.
void visit_rules(
    const ApiServer& server, const User& user, std::string_view ns,
    const std::function<bool(const doc::Value& rule, const std::string& reason)>& visit);

/// 403 in upstream's words: `pods "x" is forbidden: User "u" cannot get resource "pods" in API
/// group
/// "" in the namespace "default"`.
api::Status forbidden_to(const User& user, const Attributes& attributes,
                         std::string_view reason = {});

/// Answers whether the request may go on: who asks is known, may act as whom it says, and may do
/// what it wants. Errors: 401, 403.
api::Result<void> check_access(const ApiServer& server, const Request& request,
                               const std::optional<ResourcePath>& resource_path);

}  // namespace rockpool::apiserver
