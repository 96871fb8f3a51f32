// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/address.h"

namespace rockpool::net {

class Node;

/// Takes packets to addresses that no host has: the routers and load balancers around a cluster.
class Gateway {
 public:
  virtual ~Gateway() = default;
  /// The node that gets a packet from `client` to `destination`; null if it is lost. Packets of one
  /// connection get the same answer as long as the nodes are as healthy.
  virtual Node* next_hop(Protocol protocol, const SocketAddress& client,
                         const SocketAddress& destination) = 0;
};

}  // namespace rockpool::net
