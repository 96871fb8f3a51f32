// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
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

/// How one node's proxy treats connections: kube-proxy's --proxy-mode, with what the running
/// process remembers between connections. One object per node that has traffic.
class Mode {
 public:
  virtual ~Mode() = default;
  /// "userspace", "iptables" and so on.
  virtual std::string_view name() const = 0;
  /// What becomes of a new connection that has eligible endpoints.
  virtual Route::Verdict verdict() const = 0;
  /// The endpoint for it, or the next one after a failure.
  virtual SocketAddress choose(const Ref<const PortRules>& rules, const Choice& choice) = 0;
  /// The affinities that it remembers, in order of ports and clients; some may have run out.
  virtual std::vector<Affinity> affinities() const = 0;
};

/// The modes that exist.
enum class ModeKind : std::uint8_t { userspace };

/// A proxy process that has just started; what it does at random comes from `random`.
std::unique_ptr<Mode> make_mode(ModeKind kind, sim::Random random);

}  // namespace rockpool::net::proxy
