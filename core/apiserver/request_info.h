// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace rockpool::apiserver {

/// A path that names a resource, taken apart (apiserver's RequestInfo). The views point into the
/// path.
struct ResourcePath {
  /// "" for the core group.
  std::string_view group;
  std::string_view version;
  /// Empty for cluster-scoped resources and all namespaces.
  std::string_view ns;
  /// The plural name; empty if the path ends with the version.
  std::string_view resource;
  std::string_view name;
  std::string_view subresource;
  /// Anything after the subresource, which only `proxy` has.
  std::string_view rest;
};

/// Reads `/api/<version>/…` and `/apis/<group>/<version>/…`; empty for any other path.
/// `/api/v1/namespaces/x` is the Namespace x; `/api/v1/namespaces/x/pods` are the Pods in it;
/// `/api/v1/namespaces/x/finalize` and `…/status` are the Namespace's subresources.
std::optional<ResourcePath> parse_resource_path(std::string_view path);

}  // namespace rockpool::apiserver
