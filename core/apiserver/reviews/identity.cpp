// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/api/field_error.h"
#include "core/api/object.h"
#include "core/apiserver/auth/token.h"
#include "core/apiserver/auth/user.h"
#include "core/apiserver/reviews/reviews.h"
#include "core/apiserver/state.h"

namespace rockpool::apiserver {
namespace {

using doc::Value;

constexpr std::string_view kApiVersion = "authentication.k8s.io/v1";
// validation.MinTokenAgeSec and the limit beside it.
constexpr std::int64_t kMinTokenSeconds = 600;
constexpr std::int64_t kMaxTokenSeconds = std::int64_t{1} << 32;
constexpr std::int64_t kDefaultTokenSeconds = 3600;

// How long the token is to live; the error is upstream's.
api::Result<std::int64_t> read_expiration(const Value& spec) {
  const std::int64_t seconds = spec["expirationSeconds"_key].as_int(kDefaultTokenSeconds);
  api::FieldErrors errors;
  const doc::Path path{"spec"};
  if (seconds < kMinTokenSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration less than 10 minutes");
  }
  if (seconds > kMaxTokenSeconds) {
    errors.invalid(path.child("expirationSeconds"), seconds,
                   "may not specify a duration larger than 2^32 seconds");
  }
  if (errors.empty()) return seconds;
  return std::unexpected{api::invalid({"authentication.k8s.io", "TokenRequest"}, "", errors)};
}

TokenClaims make_claims(const Route& route, const Value& account, const Value& spec,
                        std::int64_t seconds) {
  TokenClaims claims;
  claims.ns = route.path.ns;
  claims.service_account = route.path.name;
  claims.uid = api::uid(account);
  claims.issued = route.server.loop().now();
  claims.expires = claims.issued + std::chrono::seconds{seconds};
  for (const Value& audience : spec["audiences"_key].items()) {
    claims.audiences.push_back(audience.to_string());
  }
  if (claims.audiences.empty()) claims.audiences.emplace_back(kDefaultAudience);
  return claims;
}

}  // namespace

Response review_self_subject(const Route& route) {
  const auto identity = identify(route.server, route.request);
  if (!identity) return respond_status(identity.error(), route.format);
  auto review = read_review(route, kApiVersion, "SelfSubjectReview");
  if (!review) return respond_status(review.error(), route.format);
  review->set("status"_key, Value::map({{"userInfo", identity->user.to_value()}}));
  return respond_object(201, *review, route.format);
}

Response review_token(const Route& route) {
  auto review = read_review(route, kApiVersion, "TokenReview");
  if (!review) return respond_status(review.error(), route.format);
  const Value token = (*review)["spec"_key]["token"_key];
  if (token.is_empty()) {
    return respond_status(api::bad_request("token is required for TokenReview in authentication"),
                          route.format);
  }
  Value status = Value::object();
  if (const auto user = user_of_token(route.server, token.as_string())) {
    status.set("authenticated", true);
    status.set("user"_key, user->to_value());
    status.set("audiences"_key, Value::strings({kDefaultAudience}));
  } else {
    status.set("user"_key, Value::object());
    status.set("error", "invalid bearer token");
  }
  review->set("status"_key, std::move(status));
  return respond_object(201, *review, route.format);
}

Response serve_token(const Route& route) {
  if (route.request.method != "POST") {
    return respond_status(api::method_not_allowed(), route.format);
  }
  auto request = read_review(route, kApiVersion, "TokenRequest");
  if (!request) return respond_status(request.error(), route.format);
  const auto account = route.server.get(route.resource->id, route.path.ns, route.path.name);
  if (!account) return respond_status(account.error(), route.format);
  const auto seconds = read_expiration((*request)["spec"_key]);
  if (!seconds) return respond_status(seconds.error(), route.format);
  const TokenClaims claims = make_claims(route, *account, (*request)["spec"_key], *seconds);
  Value& spec = request->edit("spec"_key);
  spec.set("expirationSeconds"_key, *seconds);
  if (spec["audiences"_key].size() == 0) {
    spec.set("audiences"_key, Value::strings({kDefaultAudience}));
  }
  Value& metadata = request->edit("metadata"_key);
  metadata.set("name"_key, route.path.name);
  metadata.set("namespace"_key, route.path.ns);
  metadata.set("creationTimestamp"_key, api::time_value(claims.issued));
  request->set("status"_key,
               Value::map({{"token", issue_token(route.server, claims)},
                           {"expirationTimestamp", api::time_value(claims.expires)}}));
  return respond_object(201, *request, route.format);
}

}  // namespace rockpool::apiserver
