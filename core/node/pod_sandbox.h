// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "core/api/views/pod.h"
#include "core/apiserver/session.h"
#include "core/net/network.h"
#include "core/node/node_context.h"
#include "core/node/port_forwarder.h"

namespace rockpool::node {

/// A Pod's place in the network (pkg/kubelet/kuberuntime/kuberuntime_sandbox.go): a host with an
/// address of each of its node's networks, or with hostNetwork the node's own.
class PodSandbox {
 public:
  /// There is no sandbox before `make`.
  explicit PodSandbox(NodeContext& node) : node_{node} {}
  PodSandbox(const PodSandbox&) = delete;
  PodSandbox& operator=(const PodSandbox&) = delete;
  ~PodSandbox() { release(); }

  /// Makes it. Errors are the kubelet's and its runtime's words; nothing is made then.
  std::expected<void, std::string> make(const api::Pod& pod);
  /// Takes it down: the conversations with its ports end, its addresses are free again. Does
  /// nothing if there is none.
  void release();

  /// Null while there is none.
  const net::Ref<net::Host>& host() const { return host_; }
  /// The Pod's addresses, the primary one first; requires `host()`.
  std::vector<std::string> ips() const;
  /// With hostNetwork, the Pod's own resolv.conf: it has names of its own even where the network is
  /// its node's. Null otherwise, where it is the host's.
  const net::dns::SharedResolverConfig& own_resolver() const { return own_resolver_; }

  /// Begins a conversation with its ports; requires `host()`.
  std::shared_ptr<apiserver::Session> forward_ports(const std::string& pod_uid);

 private:
  std::string find_problem(const api::Pod& pod) const;
  const net::Cidr* take_addresses();
  void release_addresses();

  NodeContext& node_;
  net::Ref<net::Host> host_;
  net::dns::SharedResolverConfig own_resolver_;
  std::vector<std::unique_ptr<PortForwarder>> forwarders_;
  // Of the node's networks, in their order; none on the host's network.
  std::vector<net::IpAddress> addresses_;
};

}  // namespace rockpool::node
