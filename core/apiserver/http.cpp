// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/http.h"

#include <algorithm>

#include "core/apiserver/request_info.h"
#include "core/doc/percent.h"

namespace rockpool::apiserver {

const std::string* Request::find_query(std::string_view name) const {
  for (const auto& [each, value] : query) {
    if (each == name) return &value;
  }
  return nullptr;
}

std::string_view Request::query_value(std::string_view name) const {
  const std::string* found = find_query(name);
  return found != nullptr ? std::string_view{*found} : std::string_view{};
}

bool has_effect(const Request& request) {
  const bool reads =
      request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  if (!reads || asks_for_session(request)) return true;
  const auto path = parse_resource_path(request.path);
  return path && !path->name.empty() && path->subresource == "proxy";
}

bool asks_for_session(const Request& request) {
  const auto path = parse_resource_path(request.path);
  if (!path || path->name.empty()) return false;
  return path->subresource == "exec" || path->subresource == "attach" ||
         path->subresource == "portforward";
}

Request make_request(std::string_view method, std::string_view target, std::string body,
                     std::string_view content_type) {
  Request request;
  request.method = method;
  const std::size_t mark = target.find('?');
  request.path = doc::percent_decode(target.substr(0, mark), false);
  if (mark != std::string_view::npos) request.query = parse_query(target.substr(mark + 1));
  if (!body.empty()) request.headers.add("Content-Type", content_type);
  request.body = std::move(body);
  return request;
}

Query parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    query.emplace_back(doc::percent_decode(pair.substr(0, equals), true),
                       doc::percent_decode(value, true));
  }
  return query;
}

}  // namespace rockpool::apiserver
