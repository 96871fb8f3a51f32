// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "core/client/informer.h"
#include "core/net/network.h"
#include "core/net/router.h"

namespace rockpool::net {

/// Forwards a node's ports to the Pods that have them as hostPort, as the CNI plugin `portmap` does
/// with rules of its own beside the proxy's: at once when the Pod has its address, whatever the
/// proxy's mode and state. Everything else is left to the router that it stands before.
///
/// A port with a hostIP counts for that address of the node only. What a node sends to itself
/// through 127.0.0.1 reaches the Pod from the node's address.
class HostPorts final : public Router {
 public:
  /// Stands before the network's present router until it is destroyed. Both must outlive it.
  explicit HostPorts(Network& network);
  HostPorts(const HostPorts&) = delete;
  HostPorts& operator=(const HostPorts&) = delete;
  ~HostPorts() override;

  /// Follows the Pods of this informer, which must outlive its use here.
  void follow(client::Informer& pods);
  /// A Pod has changed: `before` is null for a new one, `after` for one that is gone.
  void on_pod(const doc::Value* before, const doc::Value* after);

  Route route(const Node& node, Protocol protocol, const SocketAddress& client,
              const SocketAddress& destination) override;
  std::optional<SocketAddress> next_endpoint(const Node& node, const ServicePort& port, Scope scope,
                                             const SocketAddress& client,
                                             bool after_failure) override;
  bool is_eligible(const Node& node, const Route& route,
                   const SocketAddress& endpoint) const override;
  void note_ended(const Node& node, const ServicePort& port,
                  const SocketAddress& endpoint) override;
  std::string endpoint_pod(const ServicePort& port, const SocketAddress& endpoint) override;
  void tend_own_port(const Node& node, std::uint16_t port) override;
  SocketAddress relay_address(const Node& node, const ServicePort& port) const override;
  Route::Verdict judge_echo(const Node& node, const IpAddress& destination) override;
  std::string_view mode_name(const Node& node) const override;

 private:
  class Rule;
  // Connections may hold a rule longer than it is in force: all that there are, to tell them from
  // the other router's.
  using Rules = std::unordered_set<const ServicePort*>;
  // A node's name, a protocol and a port.
  using Place = std::tuple<std::string, Protocol, std::uint16_t>;

  const Rule* as_rule(const ServicePort& port) const;
  const Rule* find(const Node& node, Protocol protocol, const SocketAddress& destination) const;

  Network& network_;
  Router& next_;
  std::shared_ptr<Rules> rules_ = std::make_shared<Rules>();
  std::map<Place, std::vector<Ref<const Rule>>> in_force_;
  client::Subscription subscription_;
};

}  // namespace rockpool::net
