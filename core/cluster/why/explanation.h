// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rockpool::cluster {

/// The first thing that is wrong with the way of a request. Each has its words in why.cpp.
enum class Cause {
  /// Nothing.
  none,
  /// The name leads nowhere from this client.
  name_not_found,
  /// It is the name of a Service of another namespace.
  name_of_other_namespace,
  /// There is nobody to ask.
  dns_is_down,
  /// It is a name of the cluster, or an address in it, and the client is outside.
  not_known_outside,
  /// Nobody has the address.
  no_such_address,
  /// The client and what it asks for have no IP family in common.
  no_common_family,
  /// The Service has no such port.
  no_such_port,
  /// No Service has that node port.
  no_such_node_port,
  /// The Service's selector matches no Pod.
  selects_nothing,
  /// Nobody has written the endpoints of a Service without selector.
  no_endpoints_written,
  /// The Pods do not run.
  pods_not_running,
  /// The Pods run but are not ready.
  pods_not_ready,
  /// The Pods have no port of the name that the Service asks for.
  no_such_target_port,
  /// The Pods are ready but no EndpointSlice says so yet.
  endpoints_lag,
  /// The node's proxy works by older rules.
  proxy_lags,
  /// Proxies leave the Service to somebody else.
  not_proxied,
  /// The traffic policy wants a Pod on this node, and there is none.
  no_local_endpoint,
  /// The load balancer does not admit the client.
  not_admitted,
  /// No node is healthy for the load balancer.
  no_healthy_node,
  /// No process listens on the port.
  nobody_listens,
  /// The node is off.
  node_is_down,
  /// The network between the nodes is cut.
  network_is_cut,
  /// A Pod got requests before its process listened, as nothing told whether it does.
  taken_for_ready,
  /// A Pod stopped while requests were still on their way to it.
  stopped_too_soon,
  /// A Pod was killed with requests in flight: its grace period was too short.
  killed_too_soon,
  /// A NetworkPolicy drops the packets.
  policy_drops,
  /// Nobody serves the class of the Ingress.
  no_ingress_controller,
  /// No rule of an Ingress is for the host and path.
  no_ingress_rule,
  /// The Ingress sends to a Service that is not there, or has no such port.
  no_ingress_backend,
  /// The server does not speak TLS, or has no certificate, and the client wants TLS.
  no_tls,
  /// The client trusts nobody who vouches for the server's certificate.
  certificate_not_trusted,
  /// The server's certificate is for other names.
  certificate_for_other_name,
  /// The server's certificate has expired, or is not valid yet.
  certificate_not_valid_now,
  /// The Service has that port for another protocol.
  wrong_protocol,
  /// What makes the Service's Pods is to make none.
  scaled_to_zero,
  /// What makes the Service's Pods may not, or has not yet.
  pods_not_made,
  /// The Service has no load balancer: it is still being made, or nobody makes any of its class.
  no_load_balancer,
  /// No router outside sends packets to that address to a node.
  not_routed,
};

/// "none", "selects_nothing" and so on.
std::string_view cause_name(Cause cause);
/// True for such a name.
bool is_cause_name(std::string_view name);

/// One thing that was looked at on the way.
struct Finding {
  bool is_well = true;
  std::string text;
};

/// What was found out about a request, in the order of its way.
struct Explanation {
  Cause cause = Cause::none;
  /// What is wrong, in one sentence; or that nothing is.
  std::string summary;
  /// What to do about it; empty if nothing is wrong.
  std::string advice;
  /// Everything that was looked at; the last one is the cause if there is one.
  std::vector<Finding> findings;
};

}  // namespace rockpool::cluster
