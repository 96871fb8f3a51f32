// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/request_info.h"

#include <algorithm>

namespace rockpool::apiserver {
namespace {

// Takes the part before the next slash off the path.
std::string_view take_part(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return part;
}

}  // namespace

std::optional<ResourcePath> parse_resource_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  ResourcePath result;
  const std::string_view root = take_part(path);
  if (root == "apis") {
    result.group = take_part(path);
    if (result.group.empty()) return std::nullopt;
  } else if (root != "api") {
    return std::nullopt;
  }
  result.version = take_part(path);
  if (result.version.empty()) return std::nullopt;
  result.resource = take_part(path);
  result.name = take_part(path);
  const bool in_namespace = result.resource == "namespaces" && result.group.empty();
  std::string_view after = path;
  const std::string_view next = take_part(after);
  if (result.resource == "namespaces" && !next.empty() &&
      !(in_namespace && (next == "status" || next == "finalize"))) {
    result.ns = result.name;
    result.resource = next;
    path = after;
    result.name = take_part(path);
  }
  result.subresource = take_part(path);
  result.rest = path;
  return result;
}

}  // namespace rockpool::apiserver
