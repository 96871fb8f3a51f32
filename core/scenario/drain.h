// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "core/scenario/test_file.h"
#include "core/scenario/world.h"

namespace rockpool::scenario {

/// Drains a node as `kubectl drain --ignore-daemonsets --delete-emptydir-data --force` does: marks
/// it as unschedulable, asks the eviction API to let each of its Pods go, again every five seconds
/// while a budget refuses, and waits until they have gone. The error says what would not go.
std::expected<void, std::string> drain(World& world, const Operation& operation);

}  // namespace rockpool::scenario
