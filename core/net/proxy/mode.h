// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/net/address.h"
#include "core/net/proxy/rules.h"
#include "core/net/router.h"
#include "core/sim/random.h"
#include "core/sim/time.h"

namespace rockpool::net::proxy {

/// What a connection's endpoint is chosen by.
struct Choice {
  /// Who may get it; never empty. The same object as long as nothing about it has changed, kept
  /// alive by `rules`.
  const std::vector<SocketAddress>& eligible;
  Scope scope = Scope::cluster;
  IpAddress client;
  sim::Time now;
  /// The endpoint chosen before for the same connection could not be reached.
  bool after_failure = false;
};

/// That a client's connections go to the same endpoint (sessionAffinity: ClientIP).
struct Affinity {
  PortRules::Id port;
  IpAddress client;
  SocketAddress endpoint;
  sim::Time last_used;
};

/// Whose turn it is among a port's endpoints, where they take turns.
struct Turn {
  PortRules::Id port;
  Scope scope = Scope::cluster;
  std::vector<SocketAddress> order;
  /// The index of the next one.
  std::size_t next = 0;
};

/// How one node's proxy treats connections: kube-proxy's --proxy-mode, with what the running
/// process or the kernel remembers between connections. One object per node that has traffic.
class Mode {
 public:
  virtual ~Mode() = default;
  /// "userspace", "iptables" and so on.
  virtual std::string_view name() const = 0;
  /// What becomes of a new connection that has eligible endpoints: `relay` or `forward`.
  virtual Route::Verdict verdict() const { return Route::Verdict::forward; }
  /// False for a protocol of which it takes no notice: packets to a Service then go on as if there
  /// were none.
  virtual bool serves(Protocol protocol) const {
    static_cast<void>(protocol);
    return true;
  }
  /// True if connections to a cluster IP at a port that no Service has there are refused, and those
  /// to an address of the Services' range that no Service has are dropped.
  virtual bool guards_cluster_ips() const { return false; }
  /// True if a ping of a cluster IP is refused (ICMP port unreachable); else it goes on as if there
  /// were no Service.
  virtual bool refuses_echo() const { return guards_cluster_ips(); }
  /// True if node ports also answer at the node's own loopback address of that family.
  virtual bool serves_loopback(Family family) const {
    static_cast<void>(family);
    return false;
  }
  /// True if a cluster IP whose policy is Local refuses connections where no endpoint is local,
  /// instead of dropping them.
  virtual bool refuses_without_local() const { return false; }
  /// The endpoint for it, or the next one after a failure.
  virtual SocketAddress choose(const Ref<const PortRules>& rules, const Choice& choice) = 0;
  /// A connection to an endpoint that was chosen has ended.
  virtual void note_ended(const PortRules::Id& port, const SocketAddress& endpoint) {
    static_cast<void>(port);
    static_cast<void>(endpoint);
  }
  /// The affinities that it remembers, in order of ports and clients; some may have run out.
  virtual std::vector<Affinity> affinities() const = 0;
  /// The lists that it goes round, in order of ports; empty if it keeps none.
  virtual std::vector<Turn> turns() const { return {}; }
};

/// The modes that exist.
enum class ModeKind : std::uint8_t { userspace, iptables, ipvs, nftables };

/// How ipvs chooses among endpoints (--ipvs-scheduler): in turn, the one with the fewest
/// connections, or by the client's address.
enum class IpvsScheduler : std::uint8_t { rr, lc, sh };

/// "userspace", "iptables", "ipvs", "nftables".
std::string_view mode_kind_name(ModeKind kind);
/// The mode of that name; empty if there is none.
std::optional<ModeKind> parse_mode_kind(std::string_view name);
/// "rr", "lc", "sh".
std::string_view ipvs_scheduler_name(IpvsScheduler scheduler);
/// The scheduler of that name; empty if there is none.
std::optional<IpvsScheduler> parse_ipvs_scheduler(std::string_view name);

/// A proxy that has just started; what it does at random comes from `random`.
std::unique_ptr<Mode> make_mode(ModeKind kind, IpvsScheduler scheduler, sim::Random random);

}  // namespace rockpool::net::proxy
