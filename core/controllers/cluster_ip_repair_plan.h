// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apiserver/cluster_ip_allocator.h"
#include "core/doc/value.h"
#include "core/sim/time.h"
#include "core/store/store.h"

// What is to be done about cluster IPs and IPAddresses that do not go together.
namespace rockpool::controllers {

/// What a repair does with an IPAddress.
enum class IpRepair : std::uint8_t {
  /// There is nothing that it could do.
  none,
  create,
  /// It is made anew.
  replace,
  remove,
  /// It may be right before long: look again.
  wait,
};

/// Something wrong, and the Warning event that says so, if there is to be one.
struct IpProblem {
  IpRepair repair = IpRepair::none;
  std::string reason = {};
  std::string message = {};
  /// For `wait`.
  sim::Duration again_after = {};
};

/// For how long an IPAddress may be there before its Service.
inline constexpr sim::Duration kIpAddressGrace = std::chrono::seconds{60};

/// What is wrong with that one of a Service's cluster IPs (RepairIPAddress.syncService).
std::optional<IpProblem> check_cluster_ip(const store::Store& store,
                                          const std::vector<apiserver::ClusterIpRange>& ranges,
                                          const doc::Value& service, std::string_view cluster_ip);
/// What is wrong with an IPAddress (RepairIPAddress.syncIPAddress).
std::optional<IpProblem> check_ip_address(const store::Store& store, const doc::Value& ip_address,
                                          sim::Time now);

}  // namespace rockpool::controllers
