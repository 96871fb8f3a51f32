// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/continue_token.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/apiserver/state.h"
#include "core/doc/base64.h"
#include "core/doc/json.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kVersion = "meta.k8s.io/v1";

// Tokens travel in URLs, where upstream uses the alphabet for them, without padding.
void to_url_alphabet(std::string& text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
}

std::string from_url_alphabet(std::string_view text) {
  std::string result{text};
  std::ranges::replace(result, '-', '+');
  std::ranges::replace(result, '_', '/');
  while (result.size() % 4 != 0) result += '=';
  return result;
}

}  // namespace

std::string encode_continue(const ContinueToken& token) {
  // The next key is the least one after the last: that with a NUL appended.
  std::string start = token.after.ns;
  if (!start.empty()) start += '/';
  start += token.after.name;
  start += '\0';
  const doc::Value body =
      doc::Value::map({{"v", kVersion}, {"rv", token.revision}, {"start", start}});
  std::string text = doc::encode_base64(doc::to_json(body));
  to_url_alphabet(text);
  return text;
}

api::Result<ContinueToken> decode_continue(std::string_view text) {
  const auto refuse = [](std::string_view why) {
    return std::unexpected{api::bad_request(fmt::format("continue key is not valid: {}", why))};
  };
  const auto bytes = doc::decode_base64(from_url_alphabet(text));
  if (!bytes) return refuse(bytes.error());
  const auto body = doc::parse_json(*bytes);
  if (!body) return refuse(body.error().message);
  if ((*body)["v"].as_string() != kVersion) {
    return refuse(fmt::format("server does not recognize this encoded version \"{}\"",
                              (*body)["v"].as_string()));
  }
  ContinueToken token{.revision = (*body)["rv"].as_int(), .after = {}};
  if (token.revision <= 0)
    return refuse("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  std::string start = (*body)["start"].to_string();
  if (start.empty()) return refuse("encoded start key empty (version meta.k8s.io/v1)");
  if (start.ends_with('\0')) start.pop_back();
  const std::size_t slash = start.find('/');
  if (slash != std::string::npos) token.after.ns = start.substr(0, slash);
  token.after.name = slash == std::string::npos ? start : start.substr(slash + 1);
  return token;
}

}  // namespace rockpool::apiserver
