// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/net/proxy/affinity.h"
#include "core/net/proxy/mode.h"

namespace rockpool::net::proxy {

/// The mode ipvs (pkg/proxy/ipvs): a virtual server in the kernel for every Service port, which
/// schedules new connections to its real servers. Affinity is the server's persistence.
///
/// `rr` takes the endpoints in turn, in order of their addresses. `lc` takes the one with the
/// fewest open connections, the first of equals; connections that are over but still remembered
/// (TIME_WAIT) do not count here, each counts 1/256 in the kernel. `sh` goes by a hash of the
/// client's address with the kernel's own table of 256 places.
///
/// Where a policy is Local, this mode keeps to it as the others do. kube-proxy's ipvs has only one
/// list for a virtual server, so there a Pod or node that asks an outer address gets the local
/// endpoints where there are any, and where there are none the cluster IP of a Service that is also
/// reached from outside leads to all of them (syncEndpoint in pkg/proxy/ipvs/proxier.go).
class Ipvs : public Mode {
 public:
  explicit Ipvs(IpvsScheduler scheduler) : scheduler_{scheduler} {}

  std::string_view name() const override { return "ipvs"; }
  // The address is the node's own, on kube-ipvs0, but KUBE-IPVS-FILTER rejects what is new and for
  // no port of a Service.
  bool refuses_echo() const override { return true; }
  // The kernel answers for a virtual server that has no real ones.
  bool refuses_without_local() const override { return true; }
  SocketAddress choose(const Ref<const PortRules>& rules, const Choice& choice) override;
  void note_ended(const PortRules::Id& port, const SocketAddress& endpoint) override;
  std::vector<Affinity> affinities() const override { return affinity_.all(); }
  /// How many connections to that endpoint are open.
  std::int64_t open_connections(const PortRules::Id& port, const SocketAddress& endpoint) const;

 private:
  SocketAddress schedule(const PortRules::Id& port, const Choice& choice);

  IpvsScheduler scheduler_;
  AffinityTable affinity_;
  // What was chosen last.
  std::map<std::pair<PortRules::Id, Scope>, SocketAddress> last_;
  // Only endpoints that have any.
  std::map<std::pair<PortRules::Id, SocketAddress>, std::int64_t> open_;
};

}  // namespace rockpool::net::proxy
