// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Walks the way of a request from `client` to `url` and names the first thing that is wrong with
/// it as things are now: the name, the Service, its Pods, the node's proxy, the network, the
/// process that should listen. What works at times only (loss, a Pod among several that is broken)
/// is named too. Takes time proportional to the number of Services and of the Pods concerned.
Explanation explain(const WhySources& sources, const net::Host& client, const net::Url& url);

/// Says why a request has come to nothing that ended just now. Its own way is looked at first: the
/// Pod to which it was sent may have been taken for ready too early, or have stopped too soon. Else
/// as `explain`; a request that failed while nothing is wrong any more has Cause::none.
Explanation explain_failure(const WhySources& sources, const net::Host& client, const net::Url& url,
                            const net::FetchResult& result);

}  // namespace rockpool::cluster
