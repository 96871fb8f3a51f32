// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/apiserver/http.h"

namespace rockpool::apiserver {

struct Route;

/// A resource of which nothing is kept: its objects are questions, which creating them answers, or
/// are made up when somebody reads them.
struct VirtualResource {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
  bool namespaced;
  /// Answers a POST to the collection; null if there is nothing to ask.
  Response (*create)(const Route& route);
  /// Answers a GET of the collection, in one namespace or all, or of one object; null if there is
  /// nothing to read.
  Response (*read)(const Route& route) = nullptr;
};

/// All of them, by group and name.
std::span<const VirtualResource> virtual_resources();
/// The one at that place, or nullptr.
const VirtualResource* find_virtual_resource(std::string_view group, std::string_view version,
                                             std::string_view plural);
/// Answers a request to a virtual resource's path.
Response serve_virtual(const VirtualResource& resource, const Route& route);

}  // namespace rockpool::apiserver
