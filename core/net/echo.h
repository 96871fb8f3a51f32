// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/address.h"
#include "core/net/host.h"
#include "core/sim/task.h"

namespace rockpool::net {

/// What came of an ICMP echo request, a ping.
struct EchoResult {
  /// The answer, as its sender sees it; `lost` if none will ever come.
  enum class Outcome : std::uint8_t {
    reply,
    /// A node knows no such Pod in its range (ICMP host unreachable).
    host_unreachable,
    /// A node's proxy rejects what is for no port of a Service (ICMP port unreachable).
    port_unreachable,
    /// The sender has no network to send it to.
    network_unreachable,
    lost,
  };
  Outcome outcome = Outcome::lost;
  /// Who answered.
  IpAddress from;
  /// What is left of the answer's time to live: Linux begins with 64, and every node that passes
  /// the packet on takes one.
  int time_to_live = 0;
};

/// Sends an echo request and waits for its answer; if it is lost, returns when that is clear to the
/// simulation, of which its sender must not make use.
///
/// Whoever has the address answers: a Pod, a node, a machine outside. No port of a Service takes
/// ICMP, so nobody does at a cluster IP: in the modes userspace and iptables the packet leaves by
/// the default route and is lost, in ipvs and nftables the node's rules reject it
/// (Router::judge_echo). Cut links, loss and NetworkPolicies count as for all packets.
sim::Task<EchoResult> send_echo(Ref<Host> from, IpAddress to);

}  // namespace rockpool::net
