// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/client/informer.h"
#include "core/cluster/cluster.h"
#include "native/serve/asio.h"
#include "native/serve/clock.h"

namespace rockpool::native {

/// Opens every NodePort of the cluster's Services (TCP) on the loopback network: `127.0.0.1` is the
/// first node, `127.0.0.2` the second, up to kMaxNodes. What comes in is answered by a simulated
/// Pod, by way of that node's proxy.
class NodePorts {
 public:
  /// For so many nodes.
  static constexpr int kMaxNodes = 9;

  /// All must outlive this.
  NodePorts(asio::io_context& context, Cluster& cluster, ClusterClock& clock);

  /// Opens the ports that there are, and from now on those that come.
  void start();
  /// Closes them.
  void stop();

 private:
  using Place = std::pair<int, std::uint16_t>;

  void change(const doc::Value* before, const doc::Value* after);
  void open(int node, std::uint16_t port);
  asio::awaitable<void> accept_all(std::shared_ptr<tcp::acceptor> acceptor, Place place);

  asio::io_context& context_;
  Cluster& cluster_;
  ClusterClock& clock_;
  client::Subscription services_;
  std::map<Place, std::shared_ptr<tcp::acceptor>> open_;
};

}  // namespace rockpool::native
