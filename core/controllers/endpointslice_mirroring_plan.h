// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/controllers/service_slices.h"
#include "core/doc/value.h"

// What the mirror of an Endpoints object should hold, as pure functions.
namespace rockpool::controllers {

inline constexpr std::string_view kMirrorManager = "endpointslicemirroring-controller.k8s.io";

/// How many addresses of one subset are mirrored (--mirroring-max-endpoints-per-subset).
inline constexpr std::int64_t kMaxMirroredAddresses = 1000;

/// A mirror in the making.
struct MirrorPlan {
  SlicePlan writes;
  /// Addresses that are none.
  std::int64_t invalid_addresses = 0;
  /// Addresses that were left out for any reason.
  std::int64_t skipped_addresses = 0;
};

/// The writes that turn `present`, the slices that mirror it now, into the mirror of `endpoints`:
/// one slice for the ports of each subset and each address family.
MirrorPlan plan_mirror(const doc::Value& endpoints, const std::vector<doc::Value>& present);

}  // namespace rockpool::controllers
