// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/cluster/cluster.h"
#include "core/net/address.h"
#include "native/serve/clock.h"
#include "native/serve/http_message.h"
#include "native/serve/request_reader.h"
#include "native/serve/stream.h"

namespace rockpool::native {

/// A real client's connection to a NodePort, bridged to a simulated one from outside the cluster to
/// the node: one for one, so that the proxy chooses an endpoint once for all requests on it. The
/// simulated network carries whole HTTP requests, so that is what is read here.
class NodePortConnection : public std::enable_shared_from_this<NodePortConnection> {
 public:
  /// The cluster and the clock must outlive this.
  NodePortConnection(tcp::socket socket, Cluster& cluster, ClusterClock& clock,
                     const net::SocketAddress& target);

  /// Serves until either side has had enough.
  asio::awaitable<void> run();

 private:
  asio::awaitable<bool> read_request(WireRequest& request);
  // Passes one request on; false if the connection has come to its end.
  asio::awaitable<bool> answer(WireRequest& request);
  asio::awaitable<bool> respond(const net::HttpResponse& response, const WireRequest& request);
  FetchOptions fetch_options(WireRequest& request);
  // Wakes whoever waits for the answer when the client goes away.
  asio::awaitable<void> watch_client();
  // Ends the connection as a kernel does that has no more to say: with a reset.
  void reset();

  Stream stream_;
  Cluster& cluster_;
  ClusterClock& clock_;
  net::SocketAddress target_;
  RequestReader reader_{stream_};
  // The number of the simulated connection; 0 before the first request.
  std::uint64_t client_ = 0;
  asio::steady_timer news_;
  std::optional<net::FetchResult> result_;
  bool is_gone_ = false;
};

}  // namespace rockpool::native
