// SPDX-License-Identifier: Apache-2.0
#include "native/serve/api_service.h"

#include <string>
#include <utility>

#include "core/doc/json.h"
#include "native/serve/protobuf/decode.h"

namespace rockpool::native {
namespace {

bool is_protobuf(const apiserver::Request& request) {
  return request.headers.get("Content-Type").starts_with(protobuf::kMediaType);
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
  for (const auto& field : request.headers) {
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
  if (is_protobuf(request)) {
    const auto object = protobuf::decode_object(request.body);
    if (object) return handle(with_json_body(request, *object));
    // Of an unknown kind the API server says best what is not served.
    if (!object.error().is_unknown_kind) return failure(400, "BadRequest", object.error().message);
  }
  clock_.catch_up();
  apiserver::Response response = cluster_.request(request);
  clock_.catch_up_soon();
  return response;
}

}  // namespace rockpool::native
