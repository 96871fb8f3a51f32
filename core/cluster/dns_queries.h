// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "core/api/status.h"
#include "core/client/informer.h"
#include "core/cluster/cluster.h"
#include "core/cluster/fetches.h"
#include "core/net/address.h"
#include "core/sim/task.h"

namespace rockpool::cluster {

/// DNS messages from outside that are on their way to the cluster's DNS Service and back.
class DnsQueries {
 public:
  /// How many may be under way at once.
  static constexpr std::size_t kMaxUnderWay = 10'000;
  /// After how long a client gives up; dig's own time-out.
  static constexpr sim::Duration kTimeout = std::chrono::seconds{5};

  /// All must outlive this.
  DnsQueries(sim::Loop& loop, client::Informers& informers, const Fetches& fetches)
      : loop_{loop}, informers_{informers}, fetches_{fetches} {}

  /// See Cluster::start_dns_query.
  api::Result<void> start(const std::string& from, DnsTransport transport, std::string message,
                          std::function<void(const DnsResult&)> done);

 private:
  using Done = std::function<void(const DnsResult&)>;

  // Where the cluster's DNS Service is.
  api::Result<net::SocketAddress> find_service() const;
  sim::Task<void> run(net::Ref<net::Host> host, net::SocketAddress service, DnsTransport transport,
                      std::string message, Done done, std::uint64_t id);

  sim::Loop& loop_;
  client::Informers& informers_;
  const Fetches& fetches_;
  std::map<std::uint64_t, sim::Process> under_way_;
  std::uint64_t next_id_ = 1;
};

}  // namespace rockpool::cluster
