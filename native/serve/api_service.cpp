// SPDX-License-Identifier: Apache-2.0
#include "native/serve/api_service.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "core/doc/ascii.h"
#include "core/doc/json.h"
#include "core/net/http.h"
#include "native/serve/protobuf/decode.h"
#include "native/serve/protobuf/openapi.h"

namespace rockpool::native {
namespace {

bool is_protobuf(const apiserver::Request& request) {
  return request.headers.get("Content-Type").starts_with(protobuf::kMediaType);
}

constexpr std::string_view kBearer = "Bearer ";

// Takes as long whatever the texts have in common.
bool same_secret(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t index = 0; index < left.size(); ++index) {
    difference |= static_cast<unsigned char>(left[index] ^ right[index]);
  }
  return difference == 0;
}

// What kubeadm's clusters tell everybody.
bool is_public(std::string_view path) {
  for (const std::string_view each : {"/healthz", "/livez", "/readyz", "/version"}) {
    if (path == each) return true;
  }
  return false;
}

// A client that says how long it will watch counts by the wall clock, the cluster by its own.
apiserver::Request with_own_timeout(const apiserver::Request& request, double speed) {
  constexpr double kMostSeconds = 1e9;
  apiserver::Request result = request;
  for (auto& [name, value] : result.query) {
    std::int64_t seconds = 0;
    const char* end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, seconds);
    if (name != "timeoutSeconds" || error != std::errc{} || rest != end || seconds <= 0) continue;
    const double own = std::ceil(static_cast<double>(seconds) * speed);
    value = std::to_string(static_cast<std::int64_t>(std::min(own, kMostSeconds)));
  }
  return result;
}

// kubectl asks so before it validates a List.
bool wants_protobuf_schemas(const apiserver::Request& request) {
  return request.path == "/openapi/v2" &&
         request.headers.get("Accept").starts_with(protobuf::kOpenApiAccepted);
}

apiserver::Response as_protobuf_schemas(apiserver::Response response) {
  doc::Limits limits;
  limits.max_bytes = std::ssize(response.body);
  const auto document = doc::parse_json(response.body, limits);
  if (response.status != 200 || !document) return response;
  response.body = protobuf::encode_openapi(*document);
  response.headers = {{"Content-Type", std::string{protobuf::kOpenApiMediaType}}};
  return response;
}

apiserver::Request without(const apiserver::Request& request, std::string_view header) {
  apiserver::Request result;
  result.method = request.method;
  result.path = request.path;
  result.query = request.query;
  result.body = request.body;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!doc::equal_ignoring_case(name, header)) result.headers.add(name, value);
  }
  return result;
}

// The same request with this object as its body, in JSON, which is all that the API server reads
// and the history keeps.
apiserver::Request with_json_body(const apiserver::Request& request, const doc::Value& object) {
  apiserver::Request result;
  result.method = request.method;
  result.path = request.path;
  result.query = request.query;
  result.body = doc::to_json(object);
  const std::string* content_type = request.headers.find("Content-Type");
  for (const auto& field : request.headers.fields()) {
    if (&field.second == content_type) {
      result.headers.add("Content-Type", "application/json");
    } else {
      result.headers.add(field.first, field.second);
    }
  }
  return result;
}

}  // namespace

apiserver::Response ApiService::handle(const apiserver::Request& request) {
  if (token_.empty()) return handle_known(request);
  const std::string_view authorization = request.headers.get("Authorization");
  if (!authorization.starts_with(kBearer)) {
    if (is_public(request.path)) return handle_known(request);
    return failure(401, "Unauthorized", "Unauthorized");
  }
  // The API server takes who brings no token for the administrator, and judges all others.
  if (!same_secret(authorization.substr(kBearer.size()), token_)) return handle_known(request);
  return handle_known(without(request, "Authorization"));
}

void ApiService::put(apiserver::Session& session, const apiserver::SessionInput& input) {
  clock_.catch_up();
  session.put(input);
  clock_.catch_up_soon();
}

apiserver::Response ApiService::handle_known(const apiserver::Request& request) {
  if (wants_protobuf_schemas(request)) {
    return as_protobuf_schemas(handle_known(without(request, "Accept")));
  }
  if (is_protobuf(request)) {
    const auto object = protobuf::decode_object(request.body);
    if (object) return handle_known(with_json_body(request, *object));
    // Of an unknown kind the API server says best what is not served.
    if (!object.error().is_unknown_kind) return failure(400, "BadRequest", object.error().message);
  }
  clock_.catch_up();
  const bool is_limited = clock_.speed() != 1 && request.find_query("timeoutSeconds") != nullptr;
  apiserver::Response response =
      cluster_.request(is_limited ? with_own_timeout(request, clock_.speed()) : request);
  clock_.catch_up_soon();
  return response;
}

}  // namespace rockpool::native
