// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "core/net/address.h"

namespace rockpool::net::testing {

/// The first packet of a connection as it meets the rules of a node.
struct Packet {
  IpAddress source;
  SocketAddress destination;
  /// "tcp".
  std::string protocol = "tcp";
  /// The source, or the destination, is an address of the node itself.
  bool is_from_here = false;
  bool is_to_here = false;
};

/// What rules that were read back make of it.
struct Fate {
  /// Where it may be sent.
  std::set<std::string> endpoints;
  /// "", "DROP" or "REJECT".
  std::string refusal;
  bool is_masqueraded = false;

  friend bool operator==(const Fate&, const Fate&) = default;
};

}  // namespace rockpool::net::testing
