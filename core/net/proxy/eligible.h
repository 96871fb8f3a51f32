// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/net/address.h"
#include "core/net/router.h"

// Which of a port's endpoints may get a connection (pkg/proxy/topology.go).
namespace rockpool::net::proxy {

class PortRules;

/// Where a proxy runs.
struct Place {
  std::string node;
  /// By the node's label topology.kubernetes.io/zone; empty if it has none.
  std::string zone;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// The endpoints that may get connections at one place, each list in order of the addresses.
struct Eligible {
  /// Under the policy Cluster: those that are ready and, where hints apply, hinted for this place;
  /// if there are none, those that still serve while they terminate.
  std::vector<SocketAddress> cluster;
  /// Under the policy Local: the same on this node only, whatever the hints.
  std::vector<SocketAddress> local;
  /// There is an endpoint somewhere that could take connections.
  bool has_any = false;

  /// Those that the policy allows.
  const std::vector<SocketAddress>& of(Scope scope) const {
    return scope == Scope::cluster ? cluster : local;
  }
};

/// Judges all endpoints of a port as CategorizeEndpoints does.
Eligible find_eligible(const PortRules& rules, const Place& place);

}  // namespace rockpool::net::proxy
