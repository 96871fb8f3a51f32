// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/api/resource.h"
#include "core/doc/value.h"

// What discovery says of the served resources, in its two forms.
namespace rockpool::apiserver {

class ApiServer;

/// "v1", "apps/v1".
std::string group_version(std::string_view group, std::string_view version);
/// A served group beside the core group.
struct Group {
  std::string_view name;
  /// The preferred version first.
  std::vector<std::string_view> versions;
};
/// All of them in upstream's order, those of CustomResourceDefinitions last.
std::vector<Group> served_groups(const ApiServer& server);
/// The meta.k8s.io APIResources of a version, subresources included, by name.
std::vector<doc::Value> resource_entries(const ApiServer& server, std::string_view group,
                                         std::string_view version);
/// The apidiscovery.k8s.io/v2 APIGroupDiscoveryList of the core group, or of all others.
doc::Value aggregated_discovery(const ApiServer& server, bool core_group);

}  // namespace rockpool::apiserver
