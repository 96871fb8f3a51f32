// SPDX-License-Identifier: Apache-2.0
// Every world of three nodes and up to three Pods behind a Service: whom a connection may reach is
// the same in all modes, and what the rules of Services say when they are read plainly.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/net/proxy.h"
#include "core/net/proxy/print/rule_set.h"
#include "tests/core/net/objects.h"
#include "tests/core/net/proxy/print/iptables_reader.h"
#include "tests/core/net/proxy/print/nftables_reader.h"

namespace rockpool::net::proxy {
namespace {

using testing::EndpointSpec;
using testing::Fate;
using testing::make_service;
using testing::make_slice;
using testing::Packet;

constexpr std::size_t kNodes = 3;
constexpr std::size_t kPods = 3;
constexpr std::array kModes{ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                            ModeKind::nftables};
// Two nodes share a zone.
constexpr std::array kZones{"a", "a", "b"};

// `serving`: terminating, and still ready to serve; `terminating`: not any more.
enum class PodState { gone, ready, serving, terminating };
constexpr std::array kStates{PodState::ready, PodState::serving, PodState::terminating};

enum class Hints { none, own_zone, other_zone, own_node, all_but_the_first };
constexpr std::array kHints{Hints::none, Hints::own_zone, Hints::other_zone, Hints::own_node,
                            Hints::all_but_the_first};

struct Pod {
  std::size_t node = 0;
  PodState state = PodState::gone;
};

struct Case {
  std::array<Pod, kPods> pods;
  bool is_internal_local = false;
  bool is_external_local = false;
  Hints hints = Hints::none;
};

enum class Client { pod, node, outside };
constexpr std::array kClients{Client::pod, Client::node, Client::outside};

std::string pod_address(std::size_t pod) {
  return "10.244.9." + std::to_string(10 + pod);
}

// What a plain reader of the documentation expects.

bool is_ready(const Pod& pod) {
  return pod.state == PodState::ready;
}
bool is_last_resort(const Pod& pod) {
  return pod.state == PodState::serving;
}

bool has_zone_hint(const Case& world, std::size_t pod) {
  return world.hints == Hints::own_zone || world.hints == Hints::other_zone ||
         (world.hints == Hints::all_but_the_first && pod > 0);
}

std::string zone_hint(const Case& world, std::size_t pod) {
  if (world.hints == Hints::other_zone) return "c";
  return kZones[world.pods[pod].node];
}

// The ready Pods to which hints restrict those who ask on a node; all of them if they do not.
std::set<std::size_t> hinted(const Case& world, std::size_t node) {
  std::set<std::size_t> ready;
  std::set<std::size_t> for_node;
  std::set<std::size_t> for_zone;
  bool all_have_zones = true;
  for (std::size_t pod = 0; pod < kPods; ++pod) {
    if (!is_ready(world.pods[pod])) continue;
    ready.insert(pod);
    if (world.hints == Hints::own_node && world.pods[pod].node == node) for_node.insert(pod);
    if (!has_zone_hint(world, pod))
      all_have_zones = false;
    else if (zone_hint(world, pod) == kZones[node])
      for_zone.insert(pod);
  }
  if (!for_node.empty()) return for_node;
  if (all_have_zones && !for_zone.empty()) return for_zone;
  return ready;
}

Fate expect(const Case& world, std::size_t node, bool is_cluster_ip, Client client) {
  bool is_local = is_cluster_ip ? world.is_internal_local : world.is_external_local;
  // The cluster's own traffic to an outer address behaves as if it had gone out and come back.
  if (!is_cluster_ip && client != Client::outside) is_local = false;
  const auto of = [&](bool (*test)(const Pod&), bool is_here) {
    std::set<std::size_t> found;
    for (std::size_t pod = 0; pod < kPods; ++pod) {
      const Pod& it = world.pods[pod];
      if (test(it) && (!is_here || it.node == node)) found.insert(pod);
    }
    return found;
  };
  std::set<std::size_t> chosen = is_local ? of(is_ready, true) : hinted(world, node);
  if (chosen.empty()) chosen = of(is_last_resort, is_local);
  const bool somebody = !of(is_ready, false).empty() || !of(is_last_resort, false).empty();
  Fate fate;
  for (const std::size_t pod : chosen) fate.endpoints.insert(pod_address(pod) + ":8080");
  if (chosen.empty()) fate.refusal = somebody ? "DROP" : "REJECT";
  return fate;
}

// The same as it comes out.

struct AgreeWorld {
  AgreeWorld() : network{loop, sim::Random{1}}, proxy{network, sim::Random{2}, options()} {
    for (std::size_t i = 0; i < kNodes; ++i) {
      const std::string name = "node-" + std::to_string(i);
      const auto last = static_cast<std::uint8_t>(i + 1);
      nodes.push_back(network.add_node(name, {IpAddress::v4(172, 18, 0, last)}));
      network.add_pod(*nodes[i], "default/client-" + std::to_string(i),
                      {IpAddress::v4(10, 244, last, 9)});
      doc::Value node;
      node.edit("metadata").set("name", doc::Value{name});
      node.edit("metadata")
          .edit("labels")
          .set("topology.kubernetes.io/zone", doc::Value{kZones[i]});
      proxy.on_node(nullptr, &node);
    }
  }

  static ProxyOptions options() {
    ProxyOptions options;
    options.propagation_delay = options.propagation_spread = sim::Duration{0};
    return options;
  }

  void enter(const Case& world) {
    std::vector<EndpointSpec> endpoints;
    for (std::size_t pod = 0; pod < kPods; ++pod) {
      const Pod& it = world.pods[pod];
      if (it.state == PodState::gone) continue;
      EndpointSpec& spec = endpoints.emplace_back();
      spec.address = pod_address(pod);
      spec.node = "node-" + std::to_string(it.node);
      spec.ready = it.state == PodState::ready;
      spec.serving = it.state != PodState::terminating;
      spec.terminating = it.state != PodState::ready;
      if (has_zone_hint(world, pod)) spec.zone_hints = {zone_hint(world, pod)};
      if (world.hints == Hints::own_node) spec.node_hints = {spec.node};
    }
    const doc::Value slice = make_slice("web", {{"http", 8080}}, endpoints);
    proxy.on_endpoint_slice(last_slice.is_null() ? nullptr : &last_slice, &slice);
    last_slice = slice;
  }

  void set_policies(const Case& world) {
    doc::Value service = make_service("web", "10.96.0.20", {{"http", 80, 30080}});
    const auto text = [](bool is_local) { return doc::Value{is_local ? "Local" : "Cluster"}; };
    service.edit("spec").set("internalTrafficPolicy", text(world.is_internal_local));
    service.edit("spec").set("externalTrafficPolicy", text(world.is_external_local));
    proxy.on_service(last_service.is_null() ? nullptr : &last_service, &service);
    last_service = service;
  }

  Packet packet(std::size_t node, bool is_cluster_ip, Client client) const {
    Packet packet;
    const IpAddress own = nodes[node]->host().address();
    const auto third = static_cast<std::uint8_t>(node + 1);
    packet.source = client == Client::pod    ? IpAddress::v4(10, 244, third, 9)
                    : client == Client::node ? own
                                             : IpAddress::v4(203, 0, 113, 7);
    packet.destination =
        is_cluster_ip ? SocketAddress{IpAddress::v4(10, 96, 0, 20), 80} : SocketAddress{own, 30080};
    packet.is_from_here = client == Client::node;
    packet.is_to_here = !is_cluster_ip;
    return packet;
  }

  Fate ask(const Node& node, const Packet& packet) {
    Fate fate;
    const SocketAddress client{packet.source, 40000};
    const Route route = proxy.route(node, Protocol::tcp, client, packet.destination);
    if (route.verdict == Route::Verdict::drop) fate.refusal = "DROP";
    if (route.verdict == Route::Verdict::reject) fate.refusal = "REJECT";
    if (!fate.refusal.empty()) return fate;
    for (std::size_t pod = 0; pod < kPods; ++pod) {
      const SocketAddress address{*IpAddress::parse(pod_address(pod)), 8080};
      if (proxy.is_eligible(node, route, address)) fate.endpoints.insert(address.to_string());
    }
    // Those are the ones that it takes, and by taking turns it takes them all.
    std::set<std::string> taken;
    for (std::size_t i = 0; i < fate.endpoints.size(); ++i) {
      const auto one = proxy.next_endpoint(node, *route.port, route.scope, client, false);
      taken.insert(one ? one->to_string() : "nobody");
      proxy.note_ended(node, *route.port, one.value_or(SocketAddress{}));
    }
    for (const std::string& one : taken) {
      if (!fate.endpoints.contains(one)) fate.endpoints.insert("also " + one);
    }
    const std::string_view mode = proxy.mode_name(node);
    const bool takes_turns = mode == "userspace" || mode == "ipvs";
    if (takes_turns && taken != fate.endpoints) fate.endpoints.insert("not all in turn");
    return fate;
  }

  std::string print(const Node& node, ModeKind mode) const {
    RuleSet set;
    set.mode = mode;
    set.node_addresses = {node.host().address()};
    set.cluster_cidrs = {*Cidr::parse("10.244.0.0/16")};
    set.service_cidrs = {*Cidr::parse("10.96.0.0/12")};
    set.rules = proxy.rules(node);
    return print_rules(set);
  }

  sim::Loop loop;
  Network network;
  ServiceProxy proxy;
  std::vector<Node*> nodes;
  doc::Value last_slice;
  doc::Value last_service;
};

// A Pod is gone, or on one of the nodes in one of the states.
constexpr std::size_t kPlaces = 1 + kNodes * kStates.size();

Pod place(std::size_t number) {
  if (number == 0) return {};
  return {(number - 1) / kStates.size(), kStates[(number - 1) % kStates.size()]};
}

// Calls `visit` in every world. Pods are alike but for the first, whose hint may be missing.
template <typename Visit>
void for_each_world(AgreeWorld& world, const Visit& visit) {
  for (const bool is_internal_local : {false, true}) {
    for (const bool is_external_local : {false, true}) {
      Case it;
      it.is_internal_local = is_internal_local;
      it.is_external_local = is_external_local;
      world.set_policies(it);
      for (std::size_t first = 0; first < kPlaces; ++first) {
        for (std::size_t second = 0; second < kPlaces; ++second) {
          for (std::size_t third = second; third < kPlaces; ++third) {
            it.pods = {place(first), place(second), place(third)};
            for (const Hints hints : kHints) {
              it.hints = hints;
              world.enter(it);
              visit(it);
            }
          }
        }
      }
    }
  }
}

std::string describe(const Case& world, std::size_t node, bool is_cluster_ip, Client client) {
  std::string text = "node " + std::to_string(node) + ", client " +
                     std::to_string(static_cast<int>(client)) +
                     (is_cluster_ip ? ", cluster IP" : ", node port") +
                     (world.is_internal_local ? ", internal Local" : "") +
                     (world.is_external_local ? ", external Local" : "") + ", hints " +
                     std::to_string(static_cast<int>(world.hints)) + ", Pods";
  for (const Pod& pod : world.pods) {
    text += ' ' + std::to_string(pod.node) + '/' + std::to_string(static_cast<int>(pod.state));
  }
  return text;
}

// Calls `visit` for every packet that may come in a world.
template <typename Visit>
void for_each_packet(AgreeWorld& world, const Visit& visit) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    for (const bool is_cluster_ip : {true, false}) {
      for (const Client client : kClients) {
        visit(node, is_cluster_ip, client, world.packet(node, is_cluster_ip, client));
      }
    }
  }
}

TEST_CASE("all modes let the same endpoints be reached, those that the rules say") {
  AgreeWorld world;
  std::size_t worlds = 0;
  std::size_t differences = 0;
  for_each_world(world, [&](const Case& it) {
    ++worlds;
    for (const ModeKind mode : kModes) {
      world.proxy.set_mode(mode, IpvsScheduler::rr);
      for_each_packet(
          world, [&](std::size_t node, bool is_cluster_ip, Client client, const Packet& packet) {
            const Fate expected = expect(it, node, is_cluster_ip, client);
            const Fate found = world.ask(*world.nodes[node], packet);
            if (found.endpoints == expected.endpoints && found.refusal == expected.refusal) return;
            if (++differences > 10) return;
            FAIL_CHECK(mode_kind_name(mode), ": ", describe(it, node, is_cluster_ip, client));
          });
    }
  });
  CHECK(worlds == 4 * kPlaces * kPlaces * (kPlaces + 1) / 2 * kHints.size());
  CHECK(differences == 0);
}

TEST_CASE("the printed rules lead to the same endpoints") {
  AgreeWorld world;
  world.proxy.set_mode(ModeKind::iptables, IpvsScheduler::rr);
  std::size_t number = 0;
  std::size_t differences = 0;
  for_each_world(world, [&](const Case& it) {
    // Printing takes longer than asking; the step meets every place, state, policy and hint.
    if (number++ % 11 != 0) return;
    for (std::size_t node = 0; node < kNodes; ++node) {
      const Node& at = *world.nodes[node];
      const testing::IptablesReader iptables{world.print(at, ModeKind::iptables)};
      const testing::NftablesReader nftables{world.print(at, ModeKind::nftables)};
      for (const bool is_cluster_ip : {true, false}) {
        for (const Client client : kClients) {
          const Packet packet = world.packet(node, is_cluster_ip, client);
          Fate expected = expect(it, node, is_cluster_ip, client);
          const Route route =
              world.proxy.route(at, Protocol::tcp, {packet.source, 40000}, packet.destination);
          expected.is_masqueraded = expected.refusal.empty() && route.masquerades;
          Fate by_iptables = iptables.follow(packet);
          Fate by_nftables = nftables.follow(packet);
          // What is refused is never sent, so its mark says nothing.
          for (Fate* const fate : {&by_iptables, &by_nftables}) {
            if (!fate->refusal.empty()) fate->is_masqueraded = false;
          }
          if (by_iptables == expected && by_nftables == expected) continue;
          if (++differences > 10) continue;
          const char* const which = by_iptables == expected ? "nftables" : "iptables";
          FAIL_CHECK(which, ": ", describe(it, node, is_cluster_ip, client));
        }
      }
    }
  });
  CHECK(differences == 0);
}

}  // namespace
}  // namespace rockpool::net::proxy
