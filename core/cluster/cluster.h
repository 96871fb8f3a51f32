// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/object.h"
#include "core/api/resource.h"
#include "core/api/status.h"
#include "core/apiserver/http.h"
#include "core/client/informer.h"
#include "core/cluster/apply.h"
#include "core/cluster/cluster_options.h"
#include "core/cluster/fault.h"
#include "core/cluster/why/explanation.h"
#include "core/net/host.h"
#include "core/net/network.h"
#include "core/sim/loop.h"

namespace rockpool::net {
class ServiceProxy;
}

namespace rockpool {

class Cluster;
namespace cluster {
/// Does again what a history has kept (replay.h).
api::Result<void> replay_input(Cluster& cluster, const doc::Value& what);
}  // namespace cluster

/// A request that a Pod, a node or somebody outside makes.
struct FetchOptions {
  std::string url;
  /// `pod/namespace/name`, `node/name`, or `external`.
  std::string from = "external";
  std::string method = "GET";
  /// A `Host` here takes the place of the URL's, also as the name that a certificate must be for.
  net::Headers headers;
  std::string body;
  /// 0: a connection of its own. Any other number: the connection that is kept under that number,
  /// made by its first request and closed by `close_client`. One request at a time.
  std::uint64_t client = 0;
  /// After how long the client gives up.
  sim::Duration timeout = std::chrono::seconds{30};
  /// Of `https`: takes any certificate, as `curl -k` does.
  bool insecure = false;
  /// The certificates to trust, in PEM, as curl's `--cacert`. Nobody else is trusted: there are no
  /// public authorities in this world.
  std::string authorities;
};

/// How a DNS message travels.
enum class DnsTransport : std::uint8_t { udp, tcp };

/// What came of a DNS query: the answer's message.
using DnsResult = std::expected<std::string, net::Failure>;

/// What came of looking a name up.
using LookupResult = std::expected<std::vector<net::IpAddress>, net::Failure>;

/// A whole Kubernetes cluster in memory: API server, controllers, scheduler, nodes, network, DNS.
///
/// Nothing happens by itself: virtual time passes only in `run_for`, `run_until`, `step` and
/// `fetch`. Any number of clusters may live side by side; one cluster is for one thread.
class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options = {});
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  const ClusterOptions& options() const;

  // Time.

  sim::Time now() const;
  /// Lets virtual time pass. Returns false if `event_limit` events ran before that moment was
  /// reached; call again to go on.
  bool run_for(sim::Duration span, std::uint64_t event_limit = UINT64_MAX);
  bool run_until(sim::Time moment, std::uint64_t event_limit = UINT64_MAX);
  /// Runs the next event, whenever it is. False if there is none.
  bool step();
  /// Runs events until the API's state has changed or a request has finished; at most `limit` of
  /// virtual time. Returns whether something did.
  bool step_visible(sim::Duration limit = std::chrono::hours{1});
  sim::Loop& loop();

  // Inputs. Each is kept in the history.

  /// The Kubernetes REST API. Answers at once; a watch goes on as time passes.
  /// The answer to a proxied request comes later (`Response::pending`). What is put into the
  /// session of an exec, attach or portforward is an input too.
  apiserver::Response request(const apiserver::Request& request);
  /// The same, letting time pass if the answer takes it.
  apiserver::Response request_and_wait(const apiserver::Request& request);
  /// Applies every document of a YAML or JSON text as `kubectl apply -f` does. Nothing is applied
  /// if any document cannot be read, is of an unknown kind or is refused by a dry run.
  std::expected<std::vector<Applied>, ApplyError> apply(std::string_view text);
  /// Whether such a request could be made now. Errors as `start_fetch`.
  api::Result<void> check_fetch(const FetchOptions& options) const;
  /// Makes a request and calls `done` when it has succeeded or failed, as time passes.
  /// Errors: NotFound or BadRequest for a client that does not exist or a URL that cannot be read.
  api::Result<void> start_fetch(const FetchOptions& options,
                                std::function<void(const net::FetchResult&)> done);
  /// Makes a request and lets time pass until it is answered.
  api::Result<net::FetchResult> fetch(const FetchOptions& options);
  /// Closes the connection that FetchOptions::client has kept open; a request on it comes to
  /// nothing, without a word. Does nothing if there is none.
  api::Result<void> close_client(std::uint64_t client);
  /// Hands a DNS message to the cluster's DNS Service, from a client as in FetchOptions, and calls
  /// `done` with the answer. Errors: as `start_fetch`; NotFound without such a Service.
  api::Result<void> start_dns_query(const std::string& from, DnsTransport transport,
                                    std::string message,
                                    std::function<void(const DnsResult&)> done);
  /// Looks a name up as a process of that client would (getaddrinfo: hosts file, search path, DNS)
  /// and calls `done` with its addresses or with why there are none, as time passes. Errors: as
  /// `start_fetch`.
  api::Result<void> start_lookup(const std::string& from, const std::string& name,
                                 std::function<void(const LookupResult&)> done);
  /// Does something to the cluster. Errors: NotFound, BadRequest.
  api::Result<void> fault(const cluster::Fault& fault);

  /// Starts the proxies of all nodes anew in another mode; what they remembered is gone, open
  /// connections go on. Errors: TooManyRequests.
  api::Result<void> set_proxy_mode(net::proxy::ModeKind mode, net::proxy::IpvsScheduler scheduler);
  /// The mode of the nodes' proxies.
  net::proxy::ModeKind proxy_mode() const;

  // Reading at full speed, without copies.

  /// Caches of every resource, with change handlers. Handlers are called from the loop.
  client::Informers& informers();
  /// Hosts and links.
  net::Network& network();
  /// Adds somebody who sees every request, until the returned Subscription goes.
  client::Subscription observe(std::shared_ptr<net::Observer> observer);
  /// Each node's rules.
  net::ServiceProxy& proxy();

  /// What is wrong with the way of a request, as things are now; nothing is sent and no time
  /// passes. Only `from`, `url` and a `Host` among the headers count; besides `http` and `https`,
  /// the URL's scheme may be `tcp`, `udp` or `sctp`, for anything sent to that port, and `dns`, for
  /// looking up its name alone. Errors: as `check_fetch`.
  api::Result<cluster::Explanation> explain(const FetchOptions& options) const;
  /// What came between such a request and its answer, in the words of what happened to it; that a
  /// Pod stopped or started meanwhile is told as long as the cluster knows of it.
  api::Result<cluster::Explanation> explain(const FetchOptions& options,
                                            const net::FetchResult& result) const;

  // History.

  /// A fingerprint of everything that has happened: equal for equal histories, on every platform.
  std::uint64_t digest() const;
  /// The number of inputs so far.
  std::size_t input_count() const;
  /// From now on inputs are counted but not kept, and there may be any number of them: for a
  /// cluster of which nobody takes a snapshot, so that its memory does not grow with every request.
  void stop_recording();
  /// The options and all inputs so far as JSON: enough to come back to this moment. Empty once
  /// recording has stopped.
  std::string snapshot() const;
  /// Replays a snapshot. Errors: BadRequest if it is damaged, of another version, or replays to
  /// another digest than it was taken at.
  static api::Result<std::unique_ptr<Cluster>> restore(std::string_view snapshot);

 private:
  friend api::Result<void> cluster::replay_input(Cluster& cluster, const doc::Value& what);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rockpool
