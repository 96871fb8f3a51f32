// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "core/net/proxy/mode.h"

namespace rockpool::net::proxy {

/// kube-proxy as it was first built (pkg/proxy/userspace, removed in 1.26): a process that accepts
/// every connection and opens another to an endpoint, in turn.
///
/// Each Service port has a list of its endpoints, shuffled whenever the set of them changes, and an
/// index that then starts over (LoadBalancerRR). A Service without endpoints is rejected, as all
/// later modes do and the conformance tests expect.
class Userspace : public Mode {
 public:
  explicit Userspace(sim::Random random) : random_{random} {}

  std::string_view name() const override { return "userspace"; }
  Route::Verdict verdict(const PortRules& rules, const SocketAddress& client) override;
  std::optional<SocketAddress> choose(const Ref<const PortRules>& rules,
                                      const SocketAddress& client, bool after_failure) override;

 private:
  struct RoundRobin {
    // The version from which the list was made.
    Ref<const PortRules> rules;
    std::vector<SocketAddress> order;
    std::size_t next = 0;
  };
  void refresh(RoundRobin& state, const Ref<const PortRules>& rules);

  sim::Random random_;
  std::map<PortRules::Id, RoundRobin> states_;
};

}  // namespace rockpool::net::proxy
