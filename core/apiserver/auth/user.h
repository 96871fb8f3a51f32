// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/doc/value.h"

namespace rockpool::apiserver {

class ApiServer;

/// Who makes a request (authentication's user.Info).
struct User {
  std::string name;
  std::string uid = {};
  std::vector<std::string> groups = {};

  bool operator==(const User&) const = default;
  /// True if that is one of the groups.
  bool is_in(std::string_view group) const;
  /// An authentication.k8s.io/v1 UserInfo.
  doc::Value to_value() const;
};

/// Every request without credentials is this user's, as with kubeadm's admin.conf: whoever can
/// reach the server owns the cluster.
User admin_user();
/// The user as whom a service account's token acts.
User service_account_user(std::string_view ns, std::string_view name, std::string_view uid);

/// The user of a request, by its bearer token (a service account's), and acting as whom the
/// Impersonate-User and Impersonate-Group headers say. Errors: 401 for a token that is none of
/// this server's, or has expired, or whose account is gone; 400 for a group without a user.
///
/// Whether the user may impersonate is for the caller to ask (`impersonates`).
struct Identity {
  User user;
  /// Who really asks, if somebody acts as another.
  User impersonator = {};
  bool impersonates = false;
};
api::Result<Identity> identify(const ApiServer& server, const Request& request);

}  // namespace rockpool::apiserver
