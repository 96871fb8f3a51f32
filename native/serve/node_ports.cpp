// SPDX-License-Identifier: Apache-2.0
#include "native/serve/node_ports.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/api/views/service.h"
#include "native/command.h"
#include "native/serve/node_port_connection.h"

namespace rockpool::native {
namespace {

// After an error such as too many open files, before the next try.
constexpr std::chrono::milliseconds kAcceptPause{50};

std::set<std::uint16_t> ports_of(const doc::Value* object) {
  std::set<std::uint16_t> ports;
  if (object == nullptr) return ports;
  const api::Service service{*object};
  for (const api::ServicePort port : service.ports()) {
    if (port.node_port() == 0 || port.protocol() != "TCP") continue;
    ports.insert(static_cast<std::uint16_t>(port.node_port()));
  }
  return ports;
}

}  // namespace

NodePorts::NodePorts(asio::io_context& context, Cluster& cluster, ClusterClock& clock)
    : context_{context}, cluster_{cluster}, clock_{clock} {}

void NodePorts::start() {
  client::Informer& services = cluster_.informers().of(api::ResourceId::services);
  for (const auto& [key, service] : services.objects()) change(nullptr, &service);
  services_ = services.subscribe(
      [this](const doc::Value* before, const doc::Value* after) { change(before, after); });
}

void NodePorts::stop() {
  services_ = {};
  error_code ignored;
  for (const auto& [place, acceptor] : open_) acceptor->close(ignored);
  open_.clear();
}

void NodePorts::change(const doc::Value* before, const doc::Value* after) {
  const std::set<std::uint16_t> old_ports = ports_of(before);
  const std::set<std::uint16_t> new_ports = ports_of(after);
  const int nodes = std::min(cluster_.options().nodes, kMaxNodes);
  for (int node = 0; node < nodes; ++node) {
    for (const std::uint16_t port : old_ports) {
      const auto found = open_.find({node, port});
      if (new_ports.contains(port) || found == open_.end()) continue;
      error_code ignored;
      found->second->close(ignored);
      open_.erase(found);
    }
    for (const std::uint16_t port : new_ports) {
      if (!open_.contains({node, port})) open(node, port);
    }
  }
}

void NodePorts::open(int node, std::uint16_t port) {
  const std::string address = fmt::format("127.0.0.{}", node + 1);
  const tcp::endpoint endpoint{asio::ip::make_address(address), port};
  auto acceptor = std::make_shared<tcp::acceptor>(context_);
  error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    print_error(fmt::format("--node-ports: {}:{}: {}", address, port, error.message()));
    return;
  }
  const Place place{node, port};
  open_.emplace(place, acceptor);
  asio::co_spawn(
      context_, [this, acceptor, place] { return accept_all(acceptor, place); }, asio::detached);
}

asio::awaitable<void> NodePorts::accept_all(std::shared_ptr<tcp::acceptor> acceptor, Place place) {
  const net::Node* node = cluster_.network().find_node(fmt::format("node-{}", place.first + 1));
  const net::SocketAddress target{node->host().address(), place.second};
  asio::steady_timer pause{context_};
  while (acceptor->is_open()) {
    error_code error;
    tcp::socket socket{context_};
    co_await acceptor->async_accept(socket, into(error));
    if (!acceptor->is_open()) co_return;
    if (error) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(into(error));
      continue;
    }
    auto connection =
        std::make_shared<NodePortConnection>(std::move(socket), cluster_, clock_, target);
    asio::co_spawn(context_, [connection] { return connection->run(); }, asio::detached);
  }
}

}  // namespace rockpool::native
