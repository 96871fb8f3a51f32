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

/// "v1", "apps/v1".
std::string group_version(std::string_view group, std::string_view version);
/// The served groups beside the core group, each with its version, in the order of their priority.
std::vector<std::pair<std::string_view, std::string_view>> served_groups();
/// The meta.k8s.io APIResources of a version, subresources included, by name.
std::vector<doc::Value> resource_entries(std::string_view group, std::string_view version);
/// The apidiscovery.k8s.io/v2 APIGroupDiscoveryList of the core group, or of all others.
doc::Value aggregated_discovery(bool core_group);

}  // namespace rockpool::apiserver
