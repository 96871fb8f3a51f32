// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/auth/token.h"

#include <fmt/format.h>

#include "core/api/object.h"
#include "core/apiserver/apiserver.h"
#include "core/apiserver/state.h"
#include "core/doc/base64.h"
#include "core/doc/hash.h"
#include "core/doc/json.h"

namespace rockpool::apiserver {
namespace {

using doc::Value;

std::string to_base64url(std::string_view bytes) {
  std::string text = doc::encode_base64(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string padded{text};
  for (char& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (padded.size() % 4 != 0) padded += '=';
  auto bytes = doc::decode_base64(padded);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

std::string sign(const ApiServer& server, std::string_view content) {
  const std::string keyed = fmt::format("{:016x}.{}", server.token_key(), content);
  return to_base64url(fmt::format("{:016x}", doc::fnv64a(keyed)));
}

std::int64_t to_seconds(sim::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Value claims_value(const TokenClaims& claims) {
  std::vector<Value> audiences;
  for (const std::string& audience : claims.audiences) audiences.emplace_back(audience);
  const Value account = Value::map({{"name", claims.service_account}, {"uid", claims.uid}});
  return Value::map(
      {{"aud", Value::array(std::move(audiences))},
       {"exp", to_seconds(claims.expires)},
       {"iat", to_seconds(claims.issued)},
       {"nbf", to_seconds(claims.issued)},
       {"iss", kDefaultAudience},
       {"kubernetes.io", Value::map({{"namespace", claims.ns}, {"serviceaccount", account}})},
       {"sub", fmt::format("system:serviceaccount:{}:{}", claims.ns, claims.service_account)}});
}

// The claims of a token that this server signed.
std::optional<Value> read_signed(const ApiServer& server, std::string_view token) {
  const std::size_t last = token.rfind('.');
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  if (sign(server, token.substr(0, last)) != token.substr(last + 1)) return std::nullopt;
  const auto payload = from_base64url(token.substr(first + 1, last - first - 1));
  if (!payload) return std::nullopt;
  auto claims = doc::parse_json(*payload);
  if (!claims) return std::nullopt;
  return std::move(*claims);
}

}  // namespace

std::string issue_token(const ApiServer& server, const TokenClaims& claims) {
  const std::string header = doc::to_json(Value::map({{"alg", "FNV64"}, {"typ", "JWT"}}));
  const std::string content =
      fmt::format("{}.{}", to_base64url(header), to_base64url(doc::to_json(claims_value(claims))));
  return fmt::format("{}.{}", content, sign(server, content));
}

std::optional<User> user_of_token(const ApiServer& server, std::string_view token) {
  const auto claims = read_signed(server, token);
  if (!claims || (*claims)["exp"].as_int() < to_seconds(server.loop().now())) return std::nullopt;
  const Value& content = (*claims)["kubernetes.io"];
  const Value& ns = content["namespace"];
  const Value& name = content["serviceaccount"]["name"];
  const Value& uid = content["serviceaccount"]["uid"];
  const auto account =
      server.get(api::ResourceId::serviceaccounts, ns.as_string(), name.as_string());
  if (!account || api::uid(*account) != uid.as_string()) return std::nullopt;
  return service_account_user(ns.as_string(), name.as_string(), uid.as_string());
}

}  // namespace rockpool::apiserver
