// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/net/address.h"
#include "core/net/proxy/rules.h"
#include "core/net/router.h"
#include "core/sim/random.h"

namespace rockpool::net::proxy {

/// How one node's proxy treats connections: kube-proxy's --proxy-mode, with what the running
/// process remembers between connections. One object per node that has traffic.
class Mode {
 public:
  virtual ~Mode() = default;
  /// "userspace", "iptables" and so on.
  virtual std::string_view name() const = 0;
  /// What becomes of a new connection to a port with these rules.
  virtual Route::Verdict verdict(const PortRules& rules, const SocketAddress& client) = 0;
  /// The endpoint for it, or the next one after a failure; nothing if there is none.
  virtual std::optional<SocketAddress> choose(const Ref<const PortRules>& rules,
                                              const SocketAddress& client, bool after_failure) = 0;
};

/// The modes that exist.
enum class ModeKind : std::uint8_t { userspace };

/// A proxy process that has just started; what it does at random comes from `random`.
std::unique_ptr<Mode> make_mode(ModeKind kind, sim::Random random);

}  // namespace rockpool::net::proxy
