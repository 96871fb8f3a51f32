// SPDX-License-Identifier: Apache-2.0
#include "core/net/datagram_port.h"

#include <utility>

namespace rockpool::net {
namespace {

// Datagrams that wait for a process which does not take them; more are dropped, as when a socket's
// receive buffer is full.
constexpr std::size_t kMaxQueue = 1024;

}  // namespace

SocketAddress DatagramPort::local() const {
  if (host_ == nullptr) return {{}, number_};
  if (relay_) {
    // What an endpoint sees of the proxy.
    const IpAddress* const address = host_->address_of(relay_->endpoint.ip.family());
    if (address != nullptr) return {*address, number_};
  }
  return {host_->address(), number_};
}

void DatagramPort::send(const IpAddress& from, const SocketAddress& to, std::string payload) {
  if (host_ == nullptr || !host_->is_attached()) {
    fail(FailureKind::network_unreachable);
    return;
  }
  Network& network = *host_->network();
  SocketAddress source{from, number_};
  if (from.is_unspecified()) {
    const IpAddress* const own = to.ip.is_loopback() ? &to.ip : host_->address_of(to.ip.family());
    if (own == nullptr) {
      fail(FailureKind::network_unreachable);
      return;
    }
    source.ip = *own;
  }
  const Host* const owner = to.ip.is_loopback() ? host_ : network.find_host(to.ip);
  Datagram datagram{source, to, std::move(payload)};
  Node* node = nullptr;
  const Route route = network.route(*host_, owner, Protocol::udp, source, to, node);
  switch (route.verdict) {
    case Route::Verdict::pass:
      if (network.has_datagram_route(*host_, owner, source, to)) {
        send_on(network, std::move(datagram));
      }
      return;
    case Route::Verdict::drop:
      return;
    case Route::Verdict::reject:
      if (const auto latency = network.travel_time(*host_, node->host())) {
        fail_later(network, FailureKind::connection_refused, 2 * *latency);
      }
      return;
    case Route::Verdict::relay:
      send_by_relay(network, *node, route, std::move(datagram), {});
      return;
    case Route::Verdict::forward:
      forward(network, *node, route, std::move(datagram));
      return;
  }
}

// Sends a datagram to whoever has its address.
void DatagramPort::send_on(Network& network, Datagram datagram) {
  const SocketAddress to = datagram.to;
  Host* const owner = to.ip.is_loopback() ? host_ : network.find_host(to.ip);
  if (!to.ip.is_loopback() && network.is_filtered() &&
      !is_admitted(network, *host_, owner, datagram.from,
                   {Protocol::udp, host_, owner, datagram.from.ip, to})) {
    return;
  }
  network.note_outside_datagram(*host_, owner, datagram.from, to);
  // An answer comes from the address that was asked.
  const auto asked = network.datagram_nat().service_of(datagram.from, to, network.loop().now());
  if (asked) datagram.from = *asked;
  const Network::Way way = network.way(*host_, owner, to.ip);
  switch (way.outcome) {
    case Network::Way::Outcome::delivered: {
      const auto port = owner->datagram_ports_.find(to.port);
      if (port != owner->datagram_ports_.end() && port->second->relay_) {
        port->second->pass_back(network, way.latency, std::move(datagram));
      } else {
        deliver_later(network, way.latency, *owner, std::move(datagram), Ref{this});
      }
      return;
    }
    case Network::Way::Outcome::no_neighbour:
      fail_later(network, FailureKind::no_route_to_host,
                 2 * way.latency + network.options().neighbour_timeout);
      return;
    case Network::Way::Outcome::lost:
      return;
  }
}

// Whether policies let a datagram pass that `from` sends with the address `source`.
bool DatagramPort::is_admitted(Network& network, const Host& from, const Host* owner,
                               const SocketAddress& source, const PolicyPacket& packet) {
  const auto denial = network.judge_datagram(from, owner, source, packet);
  if (!denial) return true;
  if (trace_) {
    const Host* const judge = denial->direction == Direction::egress ? host_ : owner;
    network.add_hop(*trace_, *host_,
                    Network::denial_hop(*denial, judge->node(), network.loop().now(), source,
                                        packet.destination));
  }
  return false;
}

// What leaves for another node's address is judged by that one; the rules of Services come later.
bool DatagramPort::may_depart(Network& network, const Node& node, const Datagram& datagram) {
  if (!network.is_filtered() || host_->node() == &node) return true;
  return is_admitted(network, *host_, nullptr, datagram.from,
                     {Protocol::udp, host_, nullptr, datagram.from.ip, datagram.to});
}

// The kernel of `node` changes the destination. Where it would change the sender's address too, the
// answers come back by way of a port of the node.
void DatagramPort::forward(Network& network, Node& node, const Route& route, Datagram datagram) {
  const sim::Time now = network.loop().now();
  Router& router = *network.router();
  auto endpoint = network.datagram_nat().find(datagram.from, datagram.to, now);
  if (!endpoint || !router.is_eligible(node, route, *endpoint)) {
    endpoint = router.next_endpoint(node, *route.port, route.scope, datagram.from, false);
    if (!endpoint) return;
    // Nobody says when a client of datagrams is done.
    router.note_ended(node, *route.port, *endpoint);
  }
  if (!may_depart(network, node, datagram)) return;
  network.datagram_nat().set(datagram.from, datagram.to, *endpoint, now);
  if (route.masquerades || host_->has_address(endpoint->ip)) {
    send_by_relay(network, node, route, std::move(datagram), endpoint);
    return;
  }
  if (trace_) show_choice(network, node, route, datagram.from, *endpoint, now);
  datagram.to = *endpoint;
  send_on(network, std::move(datagram));
}

void DatagramPort::show_choice(Network& network, const Node& node, const Route& route,
                               const SocketAddress& from, const SocketAddress& to, sim::Time at) {
  Hop hop;
  hop.kind = HopKind::choice;
  hop.time = at;
  hop.node = node.name();
  hop.from = from;
  hop.to = to;
  hop.service = route.port->service_name();
  hop.pod = network.router()->endpoint_pod(*route.port, to);
  network.add_hop(*trace_, *host_, std::move(hop));
}

void DatagramPort::send_by_relay(Network& network, Node& node, const Route& route,
                                 Datagram datagram, const std::optional<SocketAddress>& chosen) {
  const auto to_proxy = network.travel_time(*host_, node.host());
  if (!to_proxy || !may_depart(network, node, datagram)) return;
  DatagramPort* const proxy =
      network.datagram_relay(node, route, datagram.from, datagram.to, chosen);
  if (proxy == nullptr) return;
  proxy->relay_->last_used = network.loop().now();
  const SocketAddress& endpoint = proxy->relay_->endpoint;
  if (trace_) {
    show_choice(network, node, route, proxy->local(), endpoint, network.loop().now() + *to_proxy);
  }
  Host* const target = network.find_host(endpoint.ip);
  if (network.is_filtered() && target != nullptr) {
    // As for connections: see Connection::judge.
    const bool shows_client = target->node() == &node || (route.verdict == Route::Verdict::relay &&
                                                          host_->kind() == HostKind::pod);
    const PolicyPacket packet{Protocol::udp, host_->node() == &node ? host_ : nullptr, target,
                              shows_client ? datagram.from.ip : proxy->local().ip, endpoint};
    if (!is_admitted(network, node.host(), target, proxy->local(), packet)) return;
  }
  const Network::Way way = network.way(node.host(), target, endpoint.ip);
  // The proxy only logs that an endpoint cannot be reached; its client hears nothing.
  if (way.outcome != Network::Way::Outcome::delivered) return;
  datagram.from = proxy->local();
  datagram.to = endpoint;
  deliver_later(network, *to_proxy + way.latency, *target, std::move(datagram), {});
}

void DatagramPort::pass_back(Network& network, sim::Duration so_far, Datagram datagram) {
  Host* const client = network.find_host(relay_->client.ip);
  if (client == nullptr || datagram.from != relay_->endpoint) return;
  const auto latency = network.travel_time(*host_, *client);
  if (!latency) return;
  relay_->last_used = network.loop().now();
  datagram.from = relay_->service;
  datagram.to = relay_->client;
  deliver_later(network, so_far + *latency, *client, std::move(datagram), {});
}

void DatagramPort::deliver_later(Network& network, sim::Duration latency, Host& target,
                                 Datagram datagram, Ref<DatagramPort> sender) {
  network.loop().schedule(latency, [target = Ref{&target}, datagram = std::move(datagram),
                                    sender = std::move(sender), latency]() mutable {
    if (!target->is_attached()) return;
    if (target->node() != nullptr && !target->node()->is_up()) return;
    const auto port = target->datagram_ports_.find(datagram.to.port);
    if (port != target->datagram_ports_.end()) {
      const Ref<DatagramPort> receiver{port->second};
      receiver->arrive(std::move(datagram));
    } else if (sender) {
      sender->fail_later(*target->network(), FailureKind::connection_refused, latency);
    }
  });
}

void DatagramPort::arrive(Datagram datagram) {
  if (handler_ != nullptr) {
    DatagramSocket borrowed{Ref{this}, DatagramSocket::Ownership::borrower};
    handler_->receive(borrowed, std::move(datagram));
    return;
  }
  if (queue_.size() >= kMaxQueue) return;
  queue_.push_back(std::move(datagram));
  if (waiter_ != nullptr) waiter_->wake();
}

void DatagramPort::fail_later(Network& network, FailureKind kind, sim::Duration delay) {
  network.loop().schedule(delay, [self = Ref{this}, kind] { self->fail(kind); });
}

void DatagramPort::fail(FailureKind kind) {
  error_ = kind;
  if (waiter_ != nullptr) waiter_->wake();
}

void DatagramPort::close() {
  if (host_ == nullptr) return;
  host_->datagram_ports_.erase(number_);
  host_ = nullptr;
  // A handler may go away with its process.
  handler_ = nullptr;
  trace_.reset();
}

sim::Task<std::expected<Datagram, Failure>> DatagramPort::receive(
    std::optional<sim::Duration> timeout) {
  const Ref<DatagramPort> self{this};
  ReceiveWait wait{*this, timeout};
  co_await wait;
  auto taken = take();
  if (taken) co_return std::move(*taken);
  Failure failure;
  failure.kind = taken.error();
  failure.by_client_timeout = failure.kind == FailureKind::response_timed_out;
  failure.local = local();
  co_return std::unexpected{std::move(failure)};
}

std::expected<Datagram, FailureKind> DatagramPort::take() {
  if (!queue_.empty()) {
    Datagram datagram = std::move(queue_.front());
    queue_.erase(queue_.begin());
    return datagram;
  }
  const FailureKind error = std::exchange(error_, FailureKind::none);
  return std::unexpected{error == FailureKind::none ? FailureKind::response_timed_out : error};
}

void retain_ref(DatagramPort* port) {
  port->retain();
}
void release_ref(DatagramPort* port) {
  port->release();
}

}  // namespace rockpool::net
