// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/core/conformance/world.h"

namespace rockpool::conformance {

/// A resource for the tests that upstream calls "should support creating … API operations".
struct ApiResource {
  std::string group;
  std::string resource;
  bool is_namespaced = false;
  /// An object of it without metadata, in YAML's flow style.
  std::string_view object;
  /// A status to write and read back; "" if it has none.
  std::string_view status = {};
};

/// Discovery, create, get, list, watch, patch, update, delete and deletecollection of version v1 of
/// a resource, and get, patch and update of its status if it has one.
void check_api_operations(World& world, const ApiResource& resource);

}  // namespace rockpool::conformance
