// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/mode.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "core/net/proxy.h"
#include "core/net/proxy/ipvs.h"
#include "tests/core/net/objects.h"
#include "tests/core/net/world.h"

namespace rockpool::net {
namespace {

using proxy::IpvsScheduler;
using proxy::ModeKind;
using testing::EndpointSpec;
using testing::failure_of;
using testing::Fetching;
using testing::make_service;
using testing::make_slice;
using testing::NamedServer;
using testing::World;
using namespace std::chrono_literals;

constexpr const char* kWeb = "http://10.96.0.20/";

using Counts = std::map<std::string, int>;

// Three Pods behind the Service `web`, a client and a proxy of some mode.
struct ModeWorld : World {
  explicit ModeWorld(ModeKind mode, IpvsScheduler scheduler = IpvsScheduler::rr)
      : proxy{network, sim::Random{7}, {.mode = mode, .ipvs_scheduler = scheduler}} {
    client = add_pod(*one, "client", 9);
    for (int i = 0; i < 3; ++i) {
      const std::string name = "web-" + std::to_string(i);
      Node& node = i == 0 ? *one : *two;
      pods.push_back(add_pod(node, name, static_cast<std::uint8_t>(10 + i)));
      servers.push_back(std::make_unique<NamedServer>(name));
      listeners.push_back(pods.back()->listen(8080, *servers.back()).value());
      endpoints.push_back({pods.back()->address().to_string(), name});
      endpoints.back().node = node.name();
    }
    service = make_service("web", "10.96.0.20", {{"http", 80, 30080}});
    proxy.on_service(nullptr, &service);
    set_endpoints(endpoints);
    loop.run_for(1s);
  }

  void set_endpoints(const std::vector<EndpointSpec>& wanted) {
    const doc::Value before = slice;
    slice = make_slice("web", {{"http", 8080}}, wanted);
    proxy.on_endpoint_slice(before.is_null() ? nullptr : &before, &slice);
  }
  void change(doc::Value wanted) {
    proxy.on_service(&service, &wanted);
    service = std::move(wanted);
    loop.run_for(1s);
  }
  std::string ask(const Ref<Host>& from, const std::string& url = kWeb) {
    const FetchResult result = fetch(from, url);
    return result.ok() ? result.outcome->body : std::string{failure_kind_name(failure_of(result))};
  }
  Counts spread(const Ref<Host>& from, int requests, const std::string& url = kWeb) {
    Counts counts;
    for (int i = 0; i < requests; ++i) ++counts[ask(from, url)];
    return counts;
  }

  ServiceProxy proxy;
  Ref<Host> client;
  std::vector<Ref<Host>> pods;
  std::vector<std::unique_ptr<NamedServer>> servers;
  std::vector<Listener> listeners;
  std::vector<EndpointSpec> endpoints;
  doc::Value service;
  doc::Value slice;
};

constexpr std::array kKernelModes = {ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables};
constexpr std::array kAllModes = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                                  ModeKind::nftables};

TEST_CASE("modes have names") {
  for (const ModeKind mode : kAllModes) {
    CHECK(proxy::parse_mode_kind(proxy::mode_kind_name(mode)) == mode);
  }
  CHECK_FALSE(proxy::parse_mode_kind("ebpf"));
  CHECK(proxy::parse_ipvs_scheduler("lc") == IpvsScheduler::lc);
  CHECK_FALSE(proxy::parse_ipvs_scheduler("wrr"));
}

TEST_CASE("the packet filters choose at random") {
  for (const ModeKind mode : {ModeKind::iptables, ModeKind::nftables}) {
    ModeWorld world{mode};
    const Counts counts = world.spread(world.client, 300);
    CHECK(counts.size() == 3);
    for (const auto& [name, count] : counts) {
      CHECK(count > 70);
      CHECK(count < 130);
    }
  }
}

TEST_CASE("kernels keep the address of a Pod that asks a cluster IP") {
  for (const ModeKind mode : kKernelModes) {
    ModeWorld world{mode};
    for (int i = 0; i < 20; ++i) world.ask(world.client);
    for (const auto& server : world.servers) {
      REQUIRE(server->requests > 0);
      CHECK(server->last_peer.ip == world.client->address());
    }
    // A Pod that reaches itself sees its node instead.
    while (world.ask(world.pods[0]) != "web-0") {
    }
    CHECK(world.servers[0]->last_peer.ip == world.one->host().address());
  }
}

TEST_CASE("what comes from outside is masqueraded, unless the policy is Local") {
  for (const ModeKind mode : kKernelModes) {
    ModeWorld world{mode};
    const std::string url = "http://192.168.0.1:30080/";
    CHECK(world.spread(world.outside, 30, url).size() == 3);
    for (const auto& server : world.servers) {
      CHECK(server->last_peer.ip == world.one->host().address());
    }
    doc::Value local = world.service;
    local.edit("spec").set("externalTrafficPolicy", doc::Value{"Local"});
    world.change(local);
    CHECK(world.spread(world.outside, 5, url) == Counts{{"web-0", 5}});
    CHECK(world.servers[0]->last_peer.ip == world.outside->address());
    world.set_endpoints({world.endpoints[1]});
    world.loop.run_for(1s);
    CHECK(world.ask(world.outside, url) == "connection_timed_out");
  }
}

TEST_CASE("a kernel tries no other endpoint") {
  for (const ModeKind mode : kKernelModes) {
    ModeWorld world{mode};
    world.listeners[1] = {};
    const Counts counts = world.spread(world.client, 60);
    CHECK(counts.at("connection_refused") > 10);
    CHECK_FALSE(counts.contains("web-1"));
    CHECK(counts.at("web-0") > 10);
  }
}

TEST_CASE("a SYN that is lost is sent to the same endpoint again") {
  ModeWorld world{ModeKind::ipvs};
  CHECK(world.ask(world.client) == "web-0");
  // The next is on the other node.
  world.network.set_link(*world.one, *world.two, {.cut = true});
  Fetching fetching{world.client, kWeb};
  world.loop.run_for(5s);
  CHECK_FALSE(fetching.is_done());
  world.network.restore_links();
  world.loop.run_for(10s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.body() == "web-1");
}

TEST_CASE("an open connection outlives its endpoint's place in the Service and a change of mode") {
  for (const ModeKind mode : kKernelModes) {
    ModeWorld world{mode};
    for (const auto& server : world.servers) server->holds_back = true;
    Fetching fetching{world.client, kWeb};
    world.loop.run_for(1s);
    world.set_endpoints({});
    world.proxy.set_mode(ModeKind::userspace, IpvsScheduler::rr);
    world.loop.run_for(1s);
    CHECK(world.ask(world.client) == "connection_refused");
    for (const auto& server : world.servers) {
      for (HttpExchange& exchange : server->held) {
        exchange.respond(HttpResponse::plain(200, "at last"));
      }
      server->held.clear();
    }
    world.loop.run_for(1s);
    CHECK(fetching.body() == "at last");
  }
}

TEST_CASE("affinity holds in every mode, for as long as it says") {
  for (const ModeKind mode : kAllModes) {
    ModeWorld world{mode};
    doc::Value sticky = world.service;
    sticky.edit("spec").set("sessionAffinity", doc::Value{"ClientIP"});
    sticky.edit("spec")
        .edit("sessionAffinityConfig")
        .edit("clientIP")
        .set("timeoutSeconds", doc::Value{30});
    world.change(sticky);
    const std::string mine = world.ask(world.client);
    CHECK(world.spread(world.client, 20) == Counts{{mine, 20}});
    std::set<std::string> later;
    for (int i = 0; i < 12; ++i) {
      world.loop.run_for(31s);
      later.insert(world.ask(world.client));
    }
    CHECK(later.size() > 1);
  }
}

TEST_CASE("ipvs takes endpoints in turn, or the least busy, or by the client's address") {
  ModeWorld turns{ModeKind::ipvs, IpvsScheduler::rr};
  CHECK(turns.spread(turns.client, 30) == Counts{{"web-0", 10}, {"web-1", 10}, {"web-2", 10}});
  // One that goes leaves the turn as it was.
  CHECK(turns.ask(turns.client) == "web-0");
  turns.set_endpoints({turns.endpoints[0], turns.endpoints[2]});
  turns.loop.run_for(1s);
  CHECK(turns.ask(turns.client) == "web-2");

  ModeWorld least{ModeKind::ipvs, IpvsScheduler::lc};
  least.servers[0]->holds_back = true;
  const Fetching busy{least.client, kWeb};
  least.loop.run_for(1s);
  CHECK(least.spread(least.client, 10) == Counts{{"web-1", 10}});
  least.servers[0]->held.front().respond(HttpResponse::plain(200, "done"));
  least.servers[0]->holds_back = false;
  least.loop.run_for(1s);
  CHECK(least.ask(least.client) == "web-0");

  ModeWorld hashed{ModeKind::ipvs, IpvsScheduler::sh};
  const std::string mine = hashed.ask(hashed.client);
  CHECK(hashed.spread(hashed.client, 10) == Counts{{mine, 10}});
  std::set<std::string> all;
  for (std::uint8_t last = 100; last < 120; ++last) {
    all.insert(hashed.ask(hashed.add_pod(*hashed.one, "c" + std::to_string(last), last)));
  }
  CHECK(all.size() == 3);
}

TEST_CASE("only nftables watches over cluster IPs") {
  for (const ModeKind mode : kAllModes) {
    ModeWorld world{mode};
    const bool guards = mode == ModeKind::nftables;
    CHECK(world.ask(world.client, "http://10.96.0.20:81/") ==
          (guards ? "connection_refused" : "connection_timed_out"));
    CHECK(world.ask(world.client, "http://10.96.0.99/") == "connection_timed_out");
  }
}

TEST_CASE("node ports answer at the node's loopback address where the mode has them there") {
  for (const ModeKind mode : kAllModes) {
    CAPTURE(proxy::mode_kind_name(mode));
    ModeWorld world{mode};
    const Ref<Host> node{&world.one->host()};
    const bool has_them = mode == ModeKind::userspace || mode == ModeKind::iptables;
    const Counts found = world.spread(node, 6, "http://127.0.0.1:30080/");
    CHECK(found.contains("connection_refused") == !has_them);
    if (!has_them) continue;
    for (const auto& server : world.servers) {
      if (server->requests > 0) CHECK(server->last_peer.ip == world.one->host().address());
    }
    // Local is about what comes from outside.
    doc::Value local = world.service;
    local.edit("spec").set("externalTrafficPolicy", doc::Value{"Local"});
    world.change(local);
    CHECK(world.spread(node, 30, "http://127.0.0.1:30080/").size() == 3);
    // A Pod's own loopback is no address of its node.
    CHECK(world.ask(world.client, "http://127.0.0.1:30080/") == "connection_refused");
  }
}

TEST_CASE("without local endpoints a cluster IP is silent, but for ipvs") {
  for (const ModeKind mode : kAllModes) {
    CAPTURE(proxy::mode_kind_name(mode));
    ModeWorld world{mode};
    doc::Value local = world.service;
    local.edit("spec").set("internalTrafficPolicy", doc::Value{"Local"});
    world.change(local);
    world.set_endpoints({world.endpoints[1]});
    world.loop.run_for(1s);
    CHECK(world.ask(world.client) ==
          (mode == ModeKind::ipvs ? "connection_refused" : "connection_timed_out"));
  }
}

TEST_CASE("source ranges of the other family admit everybody") {
  for (const ModeKind mode : kAllModes) {
    CAPTURE(proxy::mode_kind_name(mode));
    ModeWorld world{mode};
    const auto with_ranges = [&](const char* range) {
      doc::Value service = world.service;
      service.edit("spec").set("loadBalancerSourceRanges", doc::Value::array({doc::Value{range}}));
      service.edit("status")
          .edit("loadBalancer")
          .set("ingress",
               doc::Value::array({doc::Value::map({{"ip", doc::Value{"198.51.100.9"}}})}));
      return service;
    };
    world.change(with_ranges("203.0.113.0/24"));
    CHECK(world.ask(world.client, "http://198.51.100.9/") == "connection_timed_out");
    world.change(with_ranges("2001:db8::/32"));
    CHECK(world.spread(world.client, 3, "http://198.51.100.9/").count("connection_timed_out") == 0);
  }
}

TEST_CASE("datagrams from outside go the way that was chosen for them") {
  ModeWorld world{ModeKind::ipvs};
  doc::Value service = make_service("dns", "10.96.0.10", {{"dns", 53, 30053, "UDP"}});
  world.proxy.on_service(nullptr, &service);
  const doc::Value slice = make_slice("dns", {{"dns", 53, 0, "UDP"}}, world.endpoints);
  world.proxy.on_endpoint_slice(nullptr, &slice);
  world.loop.run_for(1s);
  struct Sink : DatagramHandler {
    void receive(DatagramSocket&, Datagram datagram) override { peers.push_back(datagram.from); }
    std::vector<SocketAddress> peers;
  };
  std::array<Sink, 3> sinks;
  std::vector<DatagramSocket> bound;
  for (std::size_t i = 0; i < 3; ++i) bound.push_back(world.pods[i]->bind(53, sinks[i]).value());
  std::vector<DatagramSocket> askers;
  for (int i = 0; i < 3; ++i) askers.push_back(world.outside->bind().value());
  // Within half a minute a socket's datagrams go the same way.
  for (int round = 0; round < 2; ++round) {
    for (DatagramSocket& asker : askers) asker.send({world.one->host().address(), 30053}, "hello");
    world.loop.run_for(20s);
  }
  // Each of the three is chosen once, and sees the node as the sender.
  for (const Sink& sink : sinks) {
    REQUIRE(sink.peers.size() == 2);
    CHECK(sink.peers[0] == sink.peers[1]);
    CHECK(sink.peers[0].ip == world.one->host().address());
  }
}

TEST_CASE("datagrams are forwarded, and answered from the address that was asked") {
  for (const ModeKind mode : kKernelModes) {
    ModeWorld world{mode};
    doc::Value service = make_service("dns", "10.96.0.10", {{"dns", 53, 0, "UDP"}});
    world.proxy.on_service(nullptr, &service);
    const doc::Value slice = make_slice("dns", {{"dns", 53, 0, "UDP"}}, world.endpoints);
    world.proxy.on_endpoint_slice(nullptr, &slice);
    world.loop.run_for(1s);
    struct Echo : DatagramHandler {
      void receive(DatagramSocket& socket, Datagram datagram) override {
        peer = datagram.from;
        ++count;
        socket.send(datagram.from, "re: " + datagram.payload);
      }
      SocketAddress peer;
      int count = 0;
    };
    std::array<Echo, 3> echoes;
    std::vector<DatagramSocket> bound;
    for (std::size_t i = 0; i < 3; ++i) {
      bound.push_back(world.pods[i]->bind(53, echoes[i]).value());
    }
    DatagramSocket asker = world.client->bind().value();
    std::vector<Datagram> answers;
    const auto ask = [&]() -> sim::Task<void> {
      for (int i = 0; i < 4; ++i) {
        asker.send({IpAddress::v4(10, 96, 0, 10), 53}, "who");
        auto waiting = asker.receive(1s);
        const auto answer = co_await waiting;
        if (answer) answers.push_back(*answer);
      }
    };
    const sim::Process process{world.loop, ask()};
    world.loop.run_for(5s);
    REQUIRE(answers.size() == 4);
    CHECK(answers[0].payload == "re: who");
    CHECK(answers[0].from == SocketAddress{IpAddress::v4(10, 96, 0, 10), 53});
    // One socket's datagrams all go the same way.
    const auto asked =
        std::ranges::find_if(echoes, [](const Echo& echo) { return echo.count > 0; });
    CHECK(asked->count == 4);
    CHECK(asked->peer.ip == world.client->address());
  }
}

}  // namespace
}  // namespace rockpool::net
