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

// `own_node_and_zone` is what trafficDistribution PreferSameNode gives, `own_zone` what PreferClose
// gives.
enum class Hints { none, own_zone, other_zone, own_node, own_node_and_zone, all_but_the_first };
constexpr std::array kHints{Hints::none,     Hints::own_zone,          Hints::other_zone,
                            Hints::own_node, Hints::own_node_and_zone, Hints::all_but_the_first};

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

// Pods, nodes and the Service have an address in each family, with the same last number.
IpAddress address_of(Family family, std::uint8_t network, std::uint8_t last) {
  if (family == Family::ipv4) return IpAddress::v4(10, 244, network, last);
  return IpAddress::v6(0xfd00'0244'0000'0000 + network, last);
}

SocketAddress pod_address(Family family, std::size_t pod) {
  return {address_of(family, 9, static_cast<std::uint8_t>(10 + pod)), 8080};
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
         world.hints == Hints::own_node_and_zone ||
         (world.hints == Hints::all_but_the_first && pod > 0);
}

bool has_node_hint(const Case& world) {
  return world.hints == Hints::own_node || world.hints == Hints::own_node_and_zone;
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
    if (has_node_hint(world) && world.pods[pod].node == node) for_node.insert(pod);
    if (!has_zone_hint(world, pod))
      all_have_zones = false;
    else if (zone_hint(world, pod) == kZones[node])
      for_zone.insert(pod);
  }
  if (!for_node.empty()) return for_node;
  if (all_have_zones && !for_zone.empty()) return for_zone;
  return ready;
}

Fate expect(const Case& world, std::size_t node, bool is_cluster_ip, Client client,
            Family family = Family::ipv4) {
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
  for (const std::size_t pod : chosen) fate.endpoints.insert(pod_address(family, pod).to_string());
  if (chosen.empty()) fate.refusal = somebody ? "DROP" : "REJECT";
  return fate;
}

// The same as it comes out.

struct AgreeWorld {
  AgreeWorld() : network{loop, sim::Random{1}}, proxy{network, sim::Random{2}, options()} {
    for (std::size_t i = 0; i < kNodes; ++i) {
      const std::string name = "node-" + std::to_string(i);
      const auto last = static_cast<std::uint8_t>(i + 1);
      nodes.push_back(network.add_node(
          name, {IpAddress::v4(172, 18, 0, last), IpAddress::v6(0xfd00'0172'0000'0000, last)}));
      network.add_pod(*nodes[i], "default/client-" + std::to_string(i),
                      {address_of(Family::ipv4, last, 9), address_of(Family::ipv6, last, 9)});
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
    for (const Family family : {Family::ipv4, Family::ipv6}) enter(world, family);
  }

  void enter(const Case& world, Family family) {
    std::vector<EndpointSpec> endpoints;
    for (std::size_t pod = 0; pod < kPods; ++pod) {
      const Pod& it = world.pods[pod];
      if (it.state == PodState::gone) continue;
      EndpointSpec& spec = endpoints.emplace_back();
      spec.address = pod_address(family, pod).ip.to_string();
      spec.node = "node-" + std::to_string(it.node);
      spec.ready = it.state == PodState::ready;
      spec.serving = it.state != PodState::terminating;
      spec.terminating = it.state != PodState::ready;
      if (has_zone_hint(world, pod)) spec.zone_hints = {zone_hint(world, pod)};
      if (has_node_hint(world)) spec.node_hints = {spec.node};
    }
    const bool is_v4 = family == Family::ipv4;
    doc::Value slice = make_slice("web", {{"http", 8080}}, endpoints, is_v4 ? "four" : "six");
    slice.set("addressType", doc::Value{is_v4 ? "IPv4" : "IPv6"});
    doc::Value& last = is_v4 ? last_slice : last_slice_v6;
    proxy.on_endpoint_slice(last.is_null() ? nullptr : &last, &slice);
    last = slice;
  }

  void set_policies(const Case& world) {
    doc::Value service = make_service("web", "10.96.0.20", {{"http", 80, 30080}});
    service.edit("spec").set(
        "clusterIPs", doc::Value::array({doc::Value{"10.96.0.20"}, doc::Value{"fd00:10:96::20"}}));
    service.edit("spec").set("ipFamilies",
                             doc::Value::array({doc::Value{"IPv4"}, doc::Value{"IPv6"}}));
    const auto text = [](bool is_local) { return doc::Value{is_local ? "Local" : "Cluster"}; };
    service.edit("spec").set("internalTrafficPolicy", text(world.is_internal_local));
    service.edit("spec").set("externalTrafficPolicy", text(world.is_external_local));
    proxy.on_service(last_service.is_null() ? nullptr : &last_service, &service);
    last_service = service;
  }

  Packet packet(std::size_t node, bool is_cluster_ip, Client client,
                Family family = Family::ipv4) const {
    Packet packet;
    const bool is_v4 = family == Family::ipv4;
    const IpAddress own = nodes[node]->host().addresses()[is_v4 ? 0 : 1];
    const auto third = static_cast<std::uint8_t>(node + 1);
    const char* const outside = is_v4 ? "203.0.113.7" : "2001:db8::7";
    const char* const cluster_ip = is_v4 ? "10.96.0.20" : "fd00:10:96::20";
    packet.source = client == Client::pod    ? address_of(family, third, 9)
                    : client == Client::node ? own
                                             : *IpAddress::parse(outside);
    packet.destination = is_cluster_ip ? SocketAddress{*IpAddress::parse(cluster_ip), 80}
                                       : SocketAddress{own, 30080};
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
      const SocketAddress address = pod_address(packet.source.family(), pod);
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
    set.node = node.name();
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
  doc::Value last_slice_v6;
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
            Fate expected = expect(it, node, is_cluster_ip, client);
            // A virtual server without real ones says so at once.
            if (mode == ModeKind::ipvs && is_cluster_ip && expected.refusal == "DROP") {
              expected.refusal = "REJECT";
            }
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

TEST_CASE("both families of a dual-stack Service have the same endpoints, each its own addresses") {
  AgreeWorld world;
  std::size_t number = 0;
  std::size_t differences = 0;
  for_each_world(world, [&](const Case& it) {
    // The step meets every place, state, policy and hint.
    if (number++ % 7 != 0) return;
    // The Pods of IPv4 have all gone: what is there of one family says nothing of the other.
    Case without = it;
    if (number % 2 == 0) without.pods = {};
    world.enter(without, Family::ipv4);
    world.proxy.set_mode(kModes[number % kModes.size()], IpvsScheduler::rr);
    const bool is_ipvs = kModes[number % kModes.size()] == ModeKind::ipvs;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      for_each_packet(
          world, [&](std::size_t node, bool is_cluster_ip, Client client, const Packet&) {
            const Case& own = family == Family::ipv4 ? without : it;
            Fate expected = expect(own, node, is_cluster_ip, client, family);
            if (is_ipvs && is_cluster_ip && expected.refusal == "DROP") expected.refusal = "REJECT";
            const Packet packet = world.packet(node, is_cluster_ip, client, family);
            const Fate found = world.ask(*world.nodes[node], packet);
            if (found.endpoints == expected.endpoints && found.refusal == expected.refusal) return;
            if (++differences > 10) return;
            FAIL_CHECK((family == Family::ipv4 ? "IPv4" : "IPv6"), " number ", number, ": ",
                       describe(own, node, is_cluster_ip, client));
          });
    }
  });
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
