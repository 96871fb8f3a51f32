// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/net/address.h"

namespace rockpool::net {

class Host;

/// The two ways of a Pod's traffic that a NetworkPolicy may isolate.
enum class Direction : std::uint8_t { ingress, egress };

/// "ingress" or "egress".
std::string_view direction_name(Direction direction);

/// The first packet of a connection, or of an exchange of datagrams, where it is judged: behind the
/// rules of Services, so that it goes to a Pod and not to a Service's address.
struct PolicyPacket {
  /// Empty for ICMP, which has no ports: it passes by rules that list none. What policies do with
  /// ICMP is undefined by the API (concepts/services-networking/network-policies); the plugins that
  /// go by the kernel's packet filter do this.
  std::optional<Protocol> protocol = Protocol::tcp;
  /// Who sends it; what its policies say of egress counts. Null if that is judged elsewhere.
  const Host* sender = nullptr;
  /// Who gets it; what its policies say of ingress counts. Null if nobody or judged elsewhere.
  const Host* receiver = nullptr;
  /// Where it comes from as the receiver's node sees it.
  IpAddress source;
  SocketAddress destination;
};

/// Why a packet is dropped.
struct PolicyDenial {
  Direction direction = Direction::ingress;
  /// The Pod that is isolated: `namespace/name`.
  std::string pod;
  /// The policies that isolate it and none of which allows the packet: `namespace/name`, sorted.
  std::vector<std::string> policies;

  /// `ingress of default/web is not allowed by default/deny-all`.
  std::string to_string() const;
};

/// Decides on each node which connections its Pods may make and get. What belongs to a connection
/// that was allowed is never asked about: replies pass, and connections that are open when a policy
/// appears go on, as with the plugins that work by the kernel's connection tracking (Calico and
/// kube-router accept ESTABLISHED and RELATED before they look at a policy). The API leaves that to
/// the implementation (concepts/services-networking/network-policies, "Pod lifecycle").
class PolicyFilter {
 public:
  virtual ~PolicyFilter() = default;
  /// False while no packet at all can be denied.
  virtual bool is_active() const = 0;
  /// True if a policy selects the host, so that its packets must be judged.
  virtual bool isolates(const Host& host) = 0;
  /// What forbids the packet: egress first, then ingress. Empty if it may pass.
  virtual std::optional<PolicyDenial> judge(const PolicyPacket& packet) = 0;
};

}  // namespace rockpool::net
