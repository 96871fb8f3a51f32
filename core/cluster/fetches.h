// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/api/status.h"
#include "core/client/informer.h"
#include "core/cluster/cluster.h"
#include "core/net/host.h"
#include "core/net/network.h"
#include "core/sim/task.h"

namespace rockpool::cluster {

/// The requests that were started from outside and are still under way.
class Fetches {
 public:
  /// The machine outside the cluster gets its address here; RFC 5737 reserves it for documentation.
  static constexpr std::string_view kOutsideAddress = "203.0.113.10";
  /// How many requests may be under way at once.
  static constexpr std::size_t kMaxUnderWay = 1'000'000;

  Fetches(sim::Loop& loop, net::Network& network, client::Informers& informers);

  /// The machine that is "outside" has a name for every node, as an /etc/hosts would.
  void learn_node(const std::string& name, const net::IpAddress& address);
  /// Errors: NotFound, BadRequest for a client that cannot make requests, BadRequest for a bad URL.
  api::Result<void> check(const FetchOptions& options) const;
  api::Result<void> start(const FetchOptions& options,
                          std::function<void(const net::FetchResult&)> done);
  /// Looks a name up. Errors: as `check`.
  api::Result<void> start_lookup(const std::string& from, const std::string& name,
                                 std::function<void(const LookupResult&)> done);

 private:
  using Done = std::function<void(const net::FetchResult&)>;

  api::Result<net::Ref<net::Host>> find_client(const std::string& from) const;
  sim::Task<void> run(net::Ref<net::Host> host, net::Url url, net::HttpRequest request,
                      net::FetchOptions options, Done done, std::uint64_t id);
  sim::Task<void> look_up(net::Ref<net::Host> host, std::string name,
                          std::function<void(const LookupResult&)> done, std::uint64_t id);

  sim::Loop& loop_;
  net::Network& network_;
  client::Informers& informers_;
  net::Ref<net::Host> outside_;
  std::map<std::uint64_t, sim::Process> under_way_;
  std::uint64_t next_id_ = 1;
};

}  // namespace rockpool::cluster
