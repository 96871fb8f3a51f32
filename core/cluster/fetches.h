// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/api/status.h"
#include "core/client/informer.h"
#include "core/cluster/cluster.h"
#include "core/net/client.h"
#include "core/net/host.h"
#include "core/net/network.h"
#include "core/net/tls.h"
#include "core/node/resolver_config.h"
#include "core/sim/task.h"

namespace rockpool::cluster {

/// Who makes a request.
struct FetchClient {
  net::Ref<net::Host> host;
  /// The Pod's names if it is in its node's network; else null: those of the host.
  net::dns::SharedResolverConfig resolver = {};
  /// The namespace of a Pod in its node's network; else empty.
  std::string namespace_name = {};
};

/// The requests that were started from outside and are still under way.
class Fetches {
 public:
  /// How many requests may be under way at once.
  static constexpr std::size_t kMaxUnderWay = 1'000'000;

  /// The references must outlive this. `dns` is what kubelets are told of DNS, `outside` are the
  /// addresses of the machine outside the cluster.
  Fetches(sim::Loop& loop, net::Network& network, client::Informers& informers,
          node::ClusterDns dns, std::vector<net::IpAddress> outside);

  /// The machine that is "outside" has a name for every node, as an /etc/hosts would.
  void learn_node(const std::string& name, const net::IpAddress& address);
  /// Errors: NotFound, BadRequest for a client that cannot make requests, for a bad URL, and for a
  /// kept connection that has a request under way.
  api::Result<void> check(const FetchOptions& options) const;
  api::Result<void> start(const FetchOptions& options,
                          std::function<void(const net::FetchResult&)> done);
  /// Closes a kept connection; its request under way is dropped.
  void close_client(std::uint64_t client);
  /// Whom a client's name stands for. Errors: NotFound, BadRequest.
  api::Result<FetchClient> find_client(const std::string& from) const;
  /// Looks a name up. Errors: as `check`.
  api::Result<void> start_lookup(const std::string& from, const std::string& name,
                                 std::function<void(const LookupResult&)> done);

 private:
  using Done = std::function<void(const net::FetchResult&)>;

  // A connection that is kept, and the number of the request under way on it, or 0.
  struct Kept {
    net::HttpClient client;
    std::uint64_t request = 0;
    // How its last request handled TLS.
    net::Ref<const net::TlsClient> tls = {};
    bool insecure = false;
    std::string authorities = {};
  };

  // The connection that is kept under that number, made if need be; null for 0.
  std::shared_ptr<Kept> keep(std::uint64_t client, const net::Ref<net::Host>& host,
                             std::uint64_t request);
  // How a request handles TLS: as the last one on its connection if it wants the same, so that the
  // connection stays of use.
  static net::Ref<const net::TlsClient> tls_of(const FetchOptions& options, Kept* kept);
  sim::Task<void> run(net::Ref<net::Host> host, std::shared_ptr<Kept> kept, net::Url url,
                      net::HttpRequest request, net::FetchOptions options, Done done,
                      std::uint64_t id);
  sim::Task<void> look_up(FetchClient client, std::string name,
                          std::function<void(const LookupResult&)> done, std::uint64_t id);

  sim::Loop& loop_;
  net::Network& network_;
  client::Informers& informers_;
  node::ClusterDns dns_;
  net::Ref<net::Host> outside_;
  std::map<std::uint64_t, std::shared_ptr<Kept>> kept_;
  std::map<std::uint64_t, sim::Process> under_way_;
  std::uint64_t next_id_ = 1;
};

}  // namespace rockpool::cluster
