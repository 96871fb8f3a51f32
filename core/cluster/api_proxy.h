// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/apiserver/pod_streams.h"
#include "core/net/host.h"
#include "core/net/network.h"
#include "core/sim/random.h"
#include "core/sim/task.h"

namespace rockpool::cluster {

/// Sends on into the cluster's network what the API server is asked to proxy, from the API server's
/// own machine.
class ApiProxy : public apiserver::ProxyTransport {
 public:
  /// How many requests may be under way at once.
  static constexpr std::size_t kMaxUnderWay = 10'000;

  /// All references must outlive this. `addresses` are the API server's machine's.
  ApiProxy(sim::Loop& loop, net::Network& network, sim::Random random,
           std::vector<net::IpAddress> addresses)
      : loop_{loop}, network_{network}, random_{random}, addresses_{std::move(addresses)} {}

  std::shared_ptr<apiserver::PendingResponse> send(const apiserver::ProxyTarget& target,
                                                   const apiserver::Request& request) override;

 private:
  sim::Task<void> run(net::Url url, net::HttpRequest request, std::string prefix,
                      std::shared_ptr<apiserver::PendingResponse> pending, std::uint64_t id);
  // Its machine joins the network when it is first needed.
  net::Ref<net::Host> machine();

  sim::Loop& loop_;
  net::Network& network_;
  sim::Random random_;
  std::vector<net::IpAddress> addresses_;
  net::Ref<net::Host> host_;
  std::map<std::uint64_t, sim::Process> under_way_;
  std::uint64_t next_id_ = 1;
};

}  // namespace rockpool::cluster
