// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/auth/user.h"
#include "core/doc/value.h"
#include "core/sim/time.h"

namespace rockpool::apiserver {

/// What a service account's token says.
struct TokenClaims {
  std::string ns;
  std::string service_account;
  std::string uid;
  std::vector<std::string> audiences;
  sim::Time issued;
  sim::Time expires;
};

/// Who accepts tokens unless they say otherwise.
inline constexpr std::string_view kDefaultAudience = "https://kubernetes.default.svc.cluster.local";

/// A JSON Web Token with those claims, as the API server issues. Its signature keeps learners from
/// writing their own; it is a keyed hash and would not withstand an attacker.
std::string issue_token(const ApiServer& server, const TokenClaims& claims);
/// The user of a token, if this server issued it, it has not expired, and its account is still
/// there.
std::optional<User> user_of_token(const ApiServer& server, std::string_view token);

}  // namespace rockpool::apiserver
