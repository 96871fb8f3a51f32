// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/apiserver/apiserver.h"
#include "core/client/informer.h"
#include "core/cluster/why/explanation.h"
#include "core/net/client.h"
#include "core/net/host.h"
#include "core/net/load_balancers.h"
#include "core/net/network.h"
#include "core/net/proxy.h"

namespace rockpool::cluster {

/// Where an explanation looks. Nothing is changed, no time passes.
struct WhySources {
  apiserver::ApiServer& api;
  client::Informers& informers;
  net::Network& network;
  net::ServiceProxy& proxy;
  net::LoadBalancers& load_balancers;
};

/// What a request asks for.
struct WhyTarget {
  /// Host and port, and of an HTTP request the path.
  net::Url url;
  net::Protocol protocol = net::Protocol::tcp;
  /// Only the name is to be found: there is no port.
  bool is_lookup = false;
  /// What the Host header says; the same as the URL's host unless somebody has set it.
  std::string host_header;
  /// Of a Pod in its node's network: what it knows about names, and its namespace. Else null, for
  /// what the client's host knows, and empty.
  net::dns::SharedResolverConfig resolver;
  std::string client_namespace;

  /// Reads a URL whose scheme is `http`, `https`, `tcp`, `udp`, `sctp` or `dns`; without one it is
  /// taken as http. `tcp`, `udp` and `sctp` need a port, `dns` has none. The error is one sentence.
  static std::expected<WhyTarget, std::string> parse(std::string_view text);
};

/// Walks the way of a request from `client` to `target` and names the first thing that is wrong
/// with it as things are now: the name, the Service, its Pods, the node's proxy, the network, the
/// process that should listen. What works at times only (loss, a Pod among several that is broken)
/// is named too. Takes time proportional to the number of Services and of the Pods concerned.
Explanation explain(const WhySources& sources, const net::Host& client, const WhyTarget& target);

/// Says why a request has come to nothing. Its own way, which its trace tells, is looked at first:
/// the Pod to which it was sent may have been taken for ready too early, or have stopped too soon,
/// as long as it or its ReplicaSet is still there. Else as `explain`, if something is still wrong;
/// else by the trace alone. An answer, even one with an error's status, has Cause::none if nothing
/// is wrong with the way.
Explanation explain_failure(const WhySources& sources, const net::Host& client,
                            const WhyTarget& target, const net::FetchResult& result);

}  // namespace rockpool::cluster
