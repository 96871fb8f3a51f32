// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/net/proxy/affinity.h"
#include "core/net/proxy/mode.h"

namespace rockpool::net::proxy {

/// The port at which the process accepts what is for that port of a Service, the same on every
/// node. The real one takes what the kernel gives it; these are as good as that, and each Service
/// port has its own.
std::uint16_t relay_port(const PortRules::Id& port);

/// kube-proxy as it was first built (pkg/proxy/userspace, removed in 1.26): a process that accepts
/// every connection and opens another to an endpoint, in turn.
///
/// Each Service port has a list of its endpoints, shuffled whenever the set of them changes, and an
/// index that then starts over (LoadBalancerRR). An endpoint that cannot be reached loses the
/// clients that had an affinity to it.
class Userspace : public Mode {
 public:
  explicit Userspace(sim::Random random) : random_{random} {}

  std::string_view name() const override { return "userspace"; }
  Route::Verdict verdict() const override { return Route::Verdict::relay; }
  /// "SCTP is not supported for user space proxy" (newProxySocket).
  bool serves(Protocol protocol) const override { return protocol != Protocol::sctp; }
  bool serves_loopback(Family) const override { return true; }
  SocketAddress choose(const Ref<const PortRules>& rules, const Choice& choice) override;
  std::vector<Affinity> affinities() const override { return affinity_.all(); }
  std::vector<Turn> turns() const override;

 private:
  struct RoundRobin {
    // The version from which the list was made.
    Ref<const PortRules> rules;
    const std::vector<SocketAddress>* eligible = nullptr;
    std::vector<SocketAddress> order;
    std::size_t next = 0;
  };
  SocketAddress take_next(const Ref<const PortRules>& rules, const Choice& choice);
  void refresh(RoundRobin& state, const Ref<const PortRules>& rules, const Choice& choice);

  sim::Random random_;
  std::map<std::pair<PortRules::Id, Scope>, RoundRobin> states_;
  AffinityTable affinity_;
};

}  // namespace rockpool::net::proxy
