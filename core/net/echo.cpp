// SPDX-License-Identifier: Apache-2.0
#include "core/net/echo.h"

#include <optional>

#include "core/net/network.h"

namespace rockpool::net {
namespace {

using Outcome = EchoResult::Outcome;

constexpr int kTimeToLive = 64;

// A Pod's packets are passed on by its own node when they leave it, and by the receiver's when they
// come for one of its Pods; on one node they only cross a bridge.
int passed_on(const Host& from, const Host& to) {
  if (from.node() == to.node()) return 0;
  return (from.kind() == HostKind::pod ? 1 : 0) + (to.kind() == HostKind::pod ? 1 : 0);
}

// The node whose rules refuse the request; null if it goes on.
const Node* refusing_node(Network& network, const Host& from, const IpAddress& to) {
  if (network.router() == nullptr || from.node() == nullptr || from.has_address(to)) return nullptr;
  const bool is_refused = network.router()->judge_echo(*from.node(), to) == Route::Verdict::reject;
  return is_refused ? from.node() : nullptr;
}

bool is_forbidden(const Network& network, const Host& from, const Host* owner,
                  const IpAddress& source, const IpAddress& to) {
  if (!network.is_filtered() || owner == &from) return false;
  return network
      .judge({.protocol = {},
              .sender = &from,
              .receiver = owner,
              .source = source,
              .destination = {to, 0}})
      .has_value();
}

}  // namespace

sim::Task<EchoResult> send_echo(Ref<Host> from, IpAddress to) {
  Network* const network = from->network();
  const IpAddress* const source = to.is_loopback() ? &to : from->address_of(to.family());
  if (network == nullptr || source == nullptr) {
    co_return EchoResult{Outcome::network_unreachable, to, kTimeToLive};
  }
  if (const Node* const node = refusing_node(*network, *from, to)) {
    const auto latency = network->travel_time(*from, node->host());
    if (!latency) co_return EchoResult{};
    const IpAddress* const answering = node->host().address_of(to.family());
    co_await sim::sleep(2 * *latency);
    co_return EchoResult{Outcome::port_unreachable, answering == nullptr ? to : *answering,
                         kTimeToLive};
  }
  Ref<Host> owner{to.is_loopback() ? from.get() : network->find_host(to)};
  if (is_forbidden(*network, *from, owner.get(), *source, to)) co_return EchoResult{};
  if (!network->has_route(*from, owner.get(), to)) co_return EchoResult{};
  const Network::Way way = network->way(*from, owner.get(), to);
  if (way.outcome == Network::Way::Outcome::lost) co_return EchoResult{};
  if (way.outcome == Network::Way::Outcome::no_neighbour) {
    const Node* const node = network->node_of_pod_address(to);
    const IpAddress asked =
        node == nullptr || node == from->node() ? *source : node->host().address();
    co_await sim::sleep(2 * way.latency + network->options().neighbour_timeout);
    co_return EchoResult{Outcome::host_unreachable, asked, kTimeToLive};
  }
  co_await sim::sleep(way.latency);
  // The answer goes its own way, if the machine is still there.
  if (!from->is_attached() || !owner->is_attached()) co_return EchoResult{};
  const auto back = network->travel_time(*owner, *from);
  if (!back) co_return EchoResult{};
  co_await sim::sleep(*back);
  co_return EchoResult{Outcome::reply, to, kTimeToLive - passed_on(*owner, *from)};
}

}  // namespace rockpool::net
