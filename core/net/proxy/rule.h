// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/net/address.h"
#include "core/net/proxy/rules.h"
#include "core/sim/time.h"

// What a node's proxy holds, for those who want to look at it.
namespace rockpool::net::proxy {

/// What an address of a Service is; it decides which traffic policy applies.
enum class FrontendKind : std::uint8_t { cluster_ip, external_ip, load_balancer, node_port };

/// Where one port of a Service is reached.
struct RuleFrontend {
  FrontendKind kind = FrontendKind::cluster_ip;
  /// That of a node port has the address 0.0.0.0 or ::.
  SocketAddress address;
  friend auto operator<=>(const RuleFrontend&, const RuleFrontend&) = default;
};

/// One port of a Service, in one address family, as a node's proxy has it.
struct Rule {
  PortRules::Id id;
  /// `namespace/name`.
  std::string service;
  std::string port_name;
  Protocol protocol = Protocol::tcp;
  /// In order of kinds and addresses.
  std::vector<RuleFrontend> frontends;
  /// All, whatever their state, in order of their addresses.
  std::vector<RuleEndpoint> endpoints;
  /// Those among them that get connections on this node. Those of the policy Local are left empty
  /// where no policy is Local.
  Eligible eligible;
  bool is_internal_local = false;
  bool is_external_local = false;
  /// 0 without session affinity.
  sim::Duration affinity_timeout{0};
  /// Whom a load balancer's address admits; empty for everybody.
  std::vector<Cidr> source_ranges;
  /// The Service's healthCheckNodePort; 0 for none.
  std::uint16_t health_port = 0;

  Family family() const { return id.family; }
  /// Who gets what is sent to the cluster IP.
  const std::vector<SocketAddress>& for_cluster_ip() const {
    return eligible.of(is_internal_local ? Scope::local : Scope::cluster);
  }
  /// Who gets what comes from outside.
  const std::vector<SocketAddress>& from_outside() const {
    return eligible.of(is_external_local ? Scope::local : Scope::cluster);
  }
  /// `namespace/name:port`, as kube-proxy names it (proxy.ServicePortName); without the colon if
  /// the port has no name.
  std::string full_name() const { return port_name.empty() ? service : service + ':' + port_name; }
};

/// A client that goes on to the same endpoint, as a node's proxy remembers it.
struct ClientAffinity {
  PortRules::Id port;
  /// `namespace/name`.
  std::string service;
  std::string port_name;
  IpAddress client;
  SocketAddress endpoint;
  sim::Time last_used;
  /// How long it goes on if no further connection comes.
  sim::Duration remaining{0};
};

}  // namespace rockpool::net::proxy
