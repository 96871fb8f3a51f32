// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/status.h"
#include "core/net/address.h"
#include "core/net/connection_tracking.h"

namespace rockpool {
class Cluster;
}

// What the proxy and the kernel of a node hold, as somebody on the node would look at it. Nothing
// changes and no time passes. All of it takes time proportional to what there is.
namespace rockpool::cluster {

/// A client that goes on to the same endpoint (sessionAffinity: ClientIP).
struct RememberedClient {
  /// `namespace/name` of the Service, and the name of its port, which may be empty.
  std::string service;
  std::string port_name;
  net::IpAddress client;
  net::SocketAddress endpoint;
  /// `namespace/name` of the endpoint's Pod; empty if it is none.
  std::string pod;
  /// How long this lasts if no further connection comes.
  std::int64_t remaining_seconds = 0;
};

/// The rule set of a node's proxy in the notation of its mode's own tool: `iptables-save`
/// (userspace and iptables), `ipvsadm -Ln` with `ipset save` and `iptables-save` (ipvs), `nft list
/// ruleset` (nftables). It is written
/// from the rules by which connections are routed, in the version that the node has. Errors:
/// NotFound for a node that does not exist.
api::Result<std::string> proxy_rules(Cluster& cluster, std::string_view node);
/// What a node's kernel tracks, in order (`conntrack -L`). Errors: as proxy_rules.
api::Result<std::vector<net::TrackedConnection>> connections(Cluster& cluster,
                                                             std::string_view node);
/// The clients that a node's proxy remembers, in order of Service ports and clients. Errors: as
/// proxy_rules.
api::Result<std::vector<RememberedClient>> remembered_clients(Cluster& cluster,
                                                              std::string_view node);

}  // namespace rockpool::cluster
