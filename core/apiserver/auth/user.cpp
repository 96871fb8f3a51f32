// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/auth/user.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/apiserver/apiserver.h"
#include "core/apiserver/auth/token.h"
#include "core/apiserver/state.h"
#include "core/doc/ascii.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kAuthenticated = "system:authenticated";
constexpr std::string_view kAnonymous = "system:anonymous";
constexpr std::string_view kBearer = "Bearer ";

api::Result<User> authenticate(const ApiServer& server, const Request& request) {
  const std::string_view authorization = request.headers.get("Authorization");
  if (!authorization.starts_with(kBearer)) return admin_user();
  auto user = user_of_token(server, authorization.substr(kBearer.size()));
  if (!user) return std::unexpected{api::unauthorized("Unauthorized")};
  return std::move(*user);
}

// As filters.WithImpersonation completes the groups.
User impersonated_user(std::string_view name, std::vector<std::string> groups) {
  constexpr std::string_view kPrefix = "system:serviceaccount:";
  User user{std::string{name}, {}, std::move(groups)};
  if (name.starts_with(kPrefix) && user.groups.empty()) {
    const std::string_view rest = name.substr(kPrefix.size());
    const std::size_t colon = rest.find(':');
    if (colon != std::string_view::npos) {
      return service_account_user(rest.substr(0, colon), rest.substr(colon + 1), "");
    }
  }
  if (name != kAnonymous && !user.is_in(kAuthenticated)) {
    user.groups.emplace_back(kAuthenticated);
  }
  return user;
}

}  // namespace

bool User::is_in(std::string_view group) const {
  return std::ranges::find(groups, group) != groups.end();
}

doc::Value User::to_value() const {
  doc::Value value = doc::Value::map({{"username", name}});
  if (!uid.empty()) value.set("uid", uid);
  for (const std::string& group : groups) value.edit("groups").push_back(group);
  return value;
}

User admin_user() {
  return {"kubernetes-admin", {}, {"kubeadm:cluster-admins", std::string{kAuthenticated}}};
}

User service_account_user(std::string_view ns, std::string_view name, std::string_view uid) {
  return {fmt::format("system:serviceaccount:{}:{}", ns, name),
          std::string{uid},
          {"system:serviceaccounts", fmt::format("system:serviceaccounts:{}", ns),
           std::string{kAuthenticated}}};
}

api::Result<Identity> identify(const ApiServer& server, const Request& request) {
  auto user = authenticate(server, request);
  if (!user) return std::unexpected{std::move(user.error())};
  std::vector<std::string> groups;
  for (const auto& [name, value] : request.headers.fields()) {
    if (doc::equal_ignoring_case(name, "Impersonate-Group")) groups.push_back(value);
  }
  const std::string_view name = request.headers.get("Impersonate-User");
  if (name.empty() && groups.empty()) return Identity{std::move(*user)};
  if (name.empty()) {
    return std::unexpected{api::bad_request("requested [{Group  " + groups.front() +
                                            "  }] without impersonating a user")};
  }
  return Identity{impersonated_user(name, std::move(groups)), std::move(*user), true};
}

}  // namespace rockpool::apiserver
