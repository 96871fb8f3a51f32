// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "tests/core/net/objects.h"
#include "tests/core/net/world.h"

namespace rockpool::net {
namespace {

using testing::EndpointSpec;
using testing::failure_of;
using testing::Fetching;
using testing::make_service;
using testing::make_slice;
using testing::NamedServer;
using testing::World;
using namespace std::chrono_literals;

constexpr const char* kWeb = "http://10.96.0.20/";
constexpr sim::Duration kSettled = 1s;

// Three Pods behind the Service `web`, at 10.96.0.20:80 and node port 30080, and a client.
struct ServiceWorld : World {
  ServiceWorld() : proxy{network, sim::Random{7}} {
    client = add_pod(*one, "client", 9);
    for (int i = 0; i < 3; ++i) {
      const std::string name = "web-" + std::to_string(i);
      Node& node = i == 0 ? *one : *two;
      pods.push_back(add_pod(node, name, static_cast<std::uint8_t>(10 + i)));
      servers.push_back(std::make_unique<NamedServer>(name));
      listeners.push_back(
          std::make_unique<Listener>(pods.back()->listen(8080, *servers.back()).value()));
      endpoints.push_back({pods.back()->address().to_string(), name});
    }
    service = make_service("web", "10.96.0.20", {{"http", 80, 30080}});
    proxy.on_service(nullptr, &service);
    set_endpoints(endpoints);
    loop.run_for(kSettled);
  }

  void set_endpoints(const std::vector<EndpointSpec>& wanted) {
    const doc::Value before = slice;
    slice = make_slice("web", {{"http", 8080}}, wanted);
    proxy.on_endpoint_slice(before.is_null() ? nullptr : &before, &slice);
  }

  // The answers to that many requests, counted.
  std::map<std::string, int> spread(const Ref<Host>& from, int requests,
                                    const std::string& url = kWeb) {
    std::map<std::string, int> counts;
    for (int i = 0; i < requests; ++i) {
      const FetchResult result = fetch(from, url);
      ++counts[result.ok() ? result.outcome->body
                           : std::string{failure_kind_name(failure_of(result))}];
    }
    return counts;
  }

  ServiceProxy proxy;
  Ref<Host> client;
  std::vector<Ref<Host>> pods;
  std::vector<std::unique_ptr<NamedServer>> servers;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<EndpointSpec> endpoints;
  doc::Value service;
  doc::Value slice;
};

using Counts = std::map<std::string, int>;

TEST_CASE("the userspace proxy takes endpoints in turn") {
  ServiceWorld world;
  CHECK(world.spread(world.client, 30) == Counts{{"web-0", 10}, {"web-1", 10}, {"web-2", 10}});
  // The server sees the proxy's node, not the client.
  CHECK(world.servers[2]->last_peer.ip == world.one->host().address());
  CHECK(world.servers[2]->last_host == "10.96.0.20");
}

TEST_CASE("each node's proxy has its own turn") {
  ServiceWorld world;
  const Ref<Host> other = world.add_pod(*world.two, "other", 99);
  const std::string first = world.fetch(world.client, kWeb).outcome->body;
  for (int i = 0; i < 2; ++i) world.fetch(other, kWeb);
  const std::string second = world.fetch(world.client, kWeb).outcome->body;
  const std::string third = world.fetch(world.client, kWeb).outcome->body;
  CHECK(std::set<std::string>{first, second, third}.size() == 3);
}

TEST_CASE("a node port is reached on every node, from outside, Pods and nodes") {
  ServiceWorld world;
  const Counts fair{{"web-0", 2}, {"web-1", 2}, {"web-2", 2}};
  CHECK(world.spread(world.outside, 6, "http://192.168.0.1:30080/") == fair);
  CHECK(world.spread(world.outside, 6, "http://192.168.0.2:30080/") == fair);
  CHECK(world.servers[0]->last_peer.ip == world.two->host().address());
  CHECK(world.spread(world.client, 6, "http://192.168.0.1:30080/") == fair);
  CHECK(world.spread(world.client, 6, "http://192.168.0.2:30080/") == fair);
  CHECK(world.spread(Ref{&world.one->host()}, 6, "http://192.168.0.1:30080/") == fair);
  CHECK(world.spread(world.outside, 1, "http://192.168.0.1:30081/") ==
        Counts{{"connection_refused", 1}});
  // The outside knows nothing of cluster IPs.
  CHECK(world.spread(world.outside, 1, kWeb) == Counts{{"connection_timed_out", 1}});
}

TEST_CASE("a Pod reaches itself through its Service") {
  ServiceWorld world;
  CHECK(world.spread(world.pods[0], 6) == Counts{{"web-0", 2}, {"web-1", 2}, {"web-2", 2}});
}

TEST_CASE("a Service without endpoints refuses, an unknown one is silent") {
  ServiceWorld world;
  world.set_endpoints({});
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 1) == Counts{{"connection_refused", 1}});
  CHECK(world.spread(world.client, 1, "http://10.96.0.99/") == Counts{{"connection_timed_out", 1}});
  CHECK(world.spread(world.client, 1, "http://10.96.0.20:81/") ==
        Counts{{"connection_timed_out", 1}});
}

TEST_CASE("headless and foreign Services are not proxied") {
  ServiceWorld world;
  doc::Value other = world.service;
  other.edit("metadata")
      .edit("labels")
      .set("service.kubernetes.io/service-proxy-name", doc::Value{"mine"});
  world.proxy.on_service(&world.service, &other);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 1) == Counts{{"connection_timed_out", 1}});
  const doc::Value headless = make_service("web", "None", {{"http", 80}});
  world.proxy.on_service(&other, &headless);
  world.loop.run_for(kSettled);
  CHECK(world.proxy.rules(*world.one).empty());
}

TEST_CASE("only ready endpoints get traffic, or else those that still serve while terminating") {
  ServiceWorld world;
  world.endpoints[0].ready = false;
  world.endpoints[0].serving = false;
  world.endpoints[1].ready = false;
  world.endpoints[1].terminating = true;
  world.set_endpoints(world.endpoints);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 4) == Counts{{"web-2", 4}});
  world.endpoints[2].ready = false;
  world.endpoints[2].serving = false;
  world.set_endpoints(world.endpoints);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 4) == Counts{{"web-1", 4}});
  world.endpoints[1].serving = false;
  world.set_endpoints(world.endpoints);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 4) == Counts{{"connection_refused", 4}});
}

TEST_CASE("endpoints are gathered from all slices of the Service, by port name") {
  ServiceWorld world;
  world.set_endpoints({world.endpoints[0]});
  const doc::Value second = make_slice("web", {{"http", 8080}}, {world.endpoints[1]}, "fghij");
  const doc::Value other_port = make_slice("web", {{"admin", 8080}}, {world.endpoints[2]}, "klmno");
  const doc::Value other_service = make_slice("api", {{"http", 8080}}, {world.endpoints[2]});
  world.proxy.on_endpoint_slice(nullptr, &second);
  world.proxy.on_endpoint_slice(nullptr, &other_port);
  world.proxy.on_endpoint_slice(nullptr, &other_service);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 4) == Counts{{"web-0", 2}, {"web-1", 2}});
  world.proxy.on_endpoint_slice(&second, nullptr);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 4) == Counts{{"web-0", 4}});
}

TEST_CASE("a node learns of changes after its own delay, but sees none twice") {
  ServiceWorld world;
  const sim::Duration delay = world.loop.now() - world.proxy.view_time(*world.one);
  CHECK(delay >= 250ms);
  CHECK(delay <= 500ms);
  CHECK(delay != world.loop.now() - world.proxy.view_time(*world.two));
  world.set_endpoints({world.endpoints[1]});
  world.loop.run_for(delay - 1ms);
  CHECK(world.proxy.rules(*world.one)[0].for_cluster_ip().size() == 3);
  world.loop.run_for(1ms);
  CHECK(world.proxy.rules(*world.one)[0].for_cluster_ip().size() == 1);
  world.proxy.set_propagation(0s, 0s);
  world.set_endpoints({});
  CHECK(world.proxy.rules(*world.one)[0].for_cluster_ip().empty());
}

TEST_CASE("a frozen proxy goes on by old rules until it is thawed") {
  ServiceWorld world;
  const Ref<Host> other = world.add_pod(*world.two, "other", 99);
  world.proxy.freeze(*world.one);
  CHECK(world.proxy.is_frozen(*world.one));
  // Many changes, so that what is kept for it must survive the forgetting of the rest.
  for (int i = 0; i < 10; ++i) {
    world.loop.run_for(10s);
    world.set_endpoints(i % 2 == 0 ? std::vector<EndpointSpec>{}
                                   : std::vector<EndpointSpec>{world.endpoints[2]});
  }
  world.loop.run_for(10s);
  CHECK(world.spread(other, 6) == Counts{{"web-2", 6}});
  CHECK(world.spread(world.client, 6) == Counts{{"web-0", 2}, {"web-1", 2}, {"web-2", 2}});
  const doc::Value none;
  world.proxy.on_service(&world.service, nullptr);
  world.loop.run_for(10s);
  CHECK(world.spread(other, 1) == Counts{{"connection_timed_out", 1}});
  CHECK(world.spread(world.client, 3) == Counts{{"web-0", 1}, {"web-1", 1}, {"web-2", 1}});
  world.proxy.thaw(*world.one);
  CHECK(world.spread(world.client, 1) == Counts{{"connection_timed_out", 1}});
}

TEST_CASE("a cluster IP may pass to another Service") {
  ServiceWorld world;
  world.proxy.on_service(&world.service, nullptr);
  const doc::Value heir = make_service("heir", "10.96.0.20", {{"http", 80}});
  world.proxy.on_service(nullptr, &heir);
  const doc::Value slice = make_slice("heir", {{"http", 8080}}, {world.endpoints[1]});
  world.proxy.on_endpoint_slice(nullptr, &slice);
  CHECK(world.spread(world.client, 3) == Counts{{"web-0", 1}, {"web-1", 1}, {"web-2", 1}});
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 3) == Counts{{"web-1", 3}});
  // The node port has gone with the old Service.
  CHECK(world.spread(world.outside, 1, "http://192.168.0.1:30080/") ==
        Counts{{"connection_refused", 1}});
}

TEST_CASE("the proxy tries the next endpoint when one cannot be reached") {
  ServiceWorld world;
  SUBCASE("because nobody listens") {
    world.listeners[0].reset();
    CHECK(world.spread(world.client, 6) == Counts{{"web-1", 3}, {"web-2", 3}});
  }
  SUBCASE("because the Pod is gone, which takes the dial time-out") {
    world.network.remove_host(*world.pods[1]);
    sim::Duration longest{0};
    for (int i = 0; i < 3; ++i) {
      const FetchResult result = world.fetch(world.client, kWeb);
      CHECK(result.ok());
      longest = std::max(longest, result.ended - result.started);
    }
    CHECK(longest >= 250ms);
    CHECK(longest < 260ms);
  }
  SUBCASE("and gives up after four, resetting its client") {
    world.network.set_node_up(*world.two, false);
    world.network.remove_host(*world.pods[0]);
    FetchOptions options;
    options.trace = true;
    const FetchResult result = world.fetch(world.client, kWeb, options);
    CHECK(failure_of(result) == FailureKind::connection_reset);
    CHECK(result.ended - result.started >= 3750ms);
    CHECK(result.ended - result.started < 3760ms);
    int dials = 0;
    std::string last_words;
    for (const Hop& hop : result.trace->hops) {
      if (hop.kind != HopKind::dial_failed) continue;
      ++dials;
      last_words = hop.detail;
    }
    CHECK(dials == 5);
    CHECK(last_words == "failed to connect to an endpoint.");
  }
  SUBCASE("also when the node vanishes while the dial is under way") {
    Fetching fetching{world.client, kWeb};
    world.loop.run_for(60us);
    world.network.set_node_up(*world.two, false);
    world.loop.run_for(5s);
    REQUIRE(fetching.is_done());
    CHECK(fetching.body() == "web-0");
  }
}

TEST_CASE("a server killed while it answers looks closed through the proxy") {
  ServiceWorld world;
  for (auto& server : world.servers) server->holds_back = true;
  Fetching fetching{world.client, kWeb};
  world.loop.run_for(100ms);
  for (auto& listener : world.listeners) listener.reset();
  world.loop.run_for(100ms);
  REQUIRE(fetching.is_done());
  CHECK(fetching.failure() == FailureKind::connection_closed);
}

sim::Task<void> fetch_often(HttpClient& client, int requests, Counts& counts) {
  for (int i = 0; i < requests; ++i) {
    auto fetching = client.fetch(Url::parse(kWeb).value());
    const FetchResult result = co_await fetching;
    ++counts[result.ok() ? result.outcome->body : "failed"];
    co_await sim::sleep(1s);
  }
}

TEST_CASE("an open connection outlives its endpoint's place in the Service") {
  ServiceWorld world;
  HttpClient client{world.client, {.keep_alive = true}};
  Counts counts;
  sim::Process process{world.loop, fetch_often(client, 10, counts)};
  world.loop.run_for(2500ms);
  REQUIRE(counts.size() == 1);
  const std::string holder = counts.begin()->first;
  world.set_endpoints({});
  world.loop.run_for(10s);
  CHECK(counts == Counts{{holder, 10}});
}

TEST_CASE("a trace shows the way hop by hop") {
  ServiceWorld world;
  FetchOptions options;
  options.trace = true;
  const FetchResult result = world.fetch(world.client, kWeb, options);
  REQUIRE(result.trace);
  const auto& hops = result.trace->hops;
  REQUIRE(hops.size() == 6);
  CHECK(hops[0].kind == HopKind::client);
  CHECK(hops[0].pod == "default/client");
  CHECK(hops[1].kind == HopKind::connect);
  CHECK(hops[1].to == SocketAddress{IpAddress::v4(10, 96, 0, 20), 80});
  CHECK(hops[2].kind == HopKind::proxy);
  CHECK(hops[2].node == "node-1");
  CHECK(hops[2].service == "default/web");
  CHECK(hops[2].detail == "userspace");
  CHECK(hops[3].kind == HopKind::choice);
  CHECK(hops[3].pod == "default/" + result.outcome->body);
  CHECK(hops[4].kind == HopKind::server);
  CHECK(hops[4].pod == hops[3].pod);
  CHECK(hops[4].from.ip == world.one->host().address());
  CHECK(hops[5].kind == HopKind::response);
  CHECK(hops[5].detail == "200");
  for (std::size_t i = 1; i < hops.size(); ++i) CHECK(hops[i - 1].time <= hops[i].time);

  world.set_endpoints({});
  world.loop.run_for(kSettled);
  const FetchResult refused = world.fetch(world.client, kWeb, options);
  REQUIRE(refused.trace);
  const Hop& proxy_hop = refused.trace->hops[2];
  CHECK(proxy_hop.kind == HopKind::proxy);
  CHECK(proxy_hop.failure == FailureKind::connection_refused);
  CHECK(proxy_hop.detail == "the Service has no endpoints");
  CHECK(refused.trace->hops.back().kind == HopKind::failed);
}

class Recorder : public Observer {
 public:
  bool wants_trace(const Host&, std::string_view) override { return traces; }
  void on_hop(const Host&, const Trace&) override { ++hops; }
  void on_finished(const RequestSummary& request) override {
    ++finished;
    service = request.service;
    server = request.server == nullptr ? "" : request.server->name();
    failure = request.failure;
    status = request.status;
  }
  bool traces = false;
  int hops = 0;
  int finished = 0;
  std::string service;
  std::string server;
  FailureKind failure = FailureKind::none;
  int status = 0;
};

TEST_CASE("an observer sees every request, and hops if it wants them") {
  ServiceWorld world;
  Recorder recorder;
  world.network.set_observer(&recorder);
  const std::string answer = world.fetch(world.client, kWeb).outcome->body;
  CHECK(recorder.finished == 1);
  CHECK(recorder.hops == 0);
  CHECK(recorder.service == "default/web");
  CHECK(recorder.server == "default/" + answer);
  CHECK(recorder.status == 200);
  recorder.traces = true;
  world.set_endpoints({});
  world.loop.run_for(kSettled);
  world.fetch(world.client, kWeb);
  CHECK(recorder.finished == 2);
  CHECK(recorder.hops == 4);
  CHECK(recorder.failure == FailureKind::connection_refused);
  CHECK(recorder.status == 0);
  world.network.set_observer(nullptr);
}

TEST_CASE("rules can be listed as a node has them") {
  ServiceWorld world;
  const auto rules = world.proxy.rules(*world.one);
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].service == "default/web");
  CHECK(rules[0].port_name == "http");
  REQUIRE(rules[0].frontends.size() == 2);
  CHECK(rules[0].frontends[0].kind == proxy::FrontendKind::cluster_ip);
  CHECK(rules[0].frontends[0].address.to_string() == "10.96.0.20:80");
  CHECK(rules[0].frontends[1].kind == proxy::FrontendKind::node_port);
  CHECK(rules[0].frontends[1].address.to_string() == "0.0.0.0:30080");
  REQUIRE(rules[0].endpoints.size() == 3);
  CHECK(rules[0].endpoints[0].pod == "default/web-0");
  CHECK(rules[0].for_cluster_ip().size() == 3);
  CHECK(rules[0].from_outside().size() == 3);
}

TEST_CASE("a client with affinity stays with its endpoint, on every node by itself") {
  ServiceWorld world;
  doc::Value sticky = world.service;
  sticky.edit("spec").set("sessionAffinity", doc::Value{"ClientIP"});
  sticky.edit("spec")
      .edit("sessionAffinityConfig")
      .edit("clientIP")
      .set("timeoutSeconds", doc::Value{60});
  world.proxy.on_service(&world.service, &sticky);
  world.loop.run_for(kSettled);

  const std::string mine = world.fetch(world.client, kWeb).outcome->body;
  CHECK(world.spread(world.client, 9) == Counts{{mine, 9}});
  const auto known = world.proxy.affinities(*world.one);
  REQUIRE(known.size() == 1);
  CHECK(known[0].service == "default/web");
  CHECK(known[0].client == world.client->address());
  CHECK(world.proxy.affinities(*world.two).empty());
  // Another client is given the next endpoint.
  const Ref<Host> other = world.add_pod(*world.one, "other", 99);
  const std::string theirs = world.fetch(other, kWeb).outcome->body;
  CHECK(theirs != mine);

  // Each use begins the time anew.
  world.loop.run_for(50s);
  CHECK(world.spread(world.client, 1) == Counts{{mine, 1}});
  world.loop.run_for(50s);
  CHECK(world.spread(world.client, 1) == Counts{{mine, 1}});
  world.loop.run_for(60s);
  CHECK(world.proxy.affinities(*world.one).empty());
  CHECK(world.fetch(world.client, kWeb).outcome->body != mine);

  // Without affinity again, endpoints are taken in turn.
  world.proxy.on_service(&sticky, &world.service);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 6) == Counts{{"web-0", 2}, {"web-1", 2}, {"web-2", 2}});
}

TEST_CASE("an affinity ends with its endpoint") {
  ServiceWorld world;
  doc::Value sticky = world.service;
  sticky.edit("spec").set("sessionAffinity", doc::Value{"ClientIP"});
  world.proxy.on_service(&world.service, &sticky);
  world.loop.run_for(kSettled);
  const std::string mine = world.fetch(world.client, kWeb).outcome->body;
  std::vector<EndpointSpec> others;
  for (const EndpointSpec& endpoint : world.endpoints) {
    if (endpoint.pod != mine) others.push_back(endpoint);
  }
  world.set_endpoints(others);
  world.loop.run_for(kSettled);
  const std::string next = world.fetch(world.client, kWeb).outcome->body;
  CHECK(next != mine);
  world.set_endpoints(world.endpoints);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 4) == Counts{{next, 4}});
  // An endpoint that cannot be reached loses its clients.
  const auto place = static_cast<std::size_t>(next.back() - '0');
  world.listeners[place].reset();
  const std::string last = world.fetch(world.client, kWeb).outcome->body;
  CHECK(last != next);
  CHECK(world.spread(world.client, 4) == Counts{{last, 4}});
}

TEST_CASE("local traffic policies keep traffic on the node, or drop it") {
  ServiceWorld world;
  for (std::size_t i = 0; i < 3; ++i) world.endpoints[i].node = i == 0 ? "node-1" : "node-2";
  world.set_endpoints(world.endpoints);
  doc::Value local = world.service;
  local.edit("spec").set("internalTrafficPolicy", doc::Value{"Local"});
  local.edit("spec").set("externalTrafficPolicy", doc::Value{"Local"});
  world.proxy.on_service(&world.service, &local);
  world.loop.run_for(kSettled);

  CHECK(world.spread(world.client, 4) == Counts{{"web-0", 4}});
  CHECK(world.spread(world.outside, 4, "http://192.168.0.1:30080/") == Counts{{"web-0", 4}});
  CHECK(world.spread(world.outside, 4, "http://192.168.0.2:30080/") ==
        Counts{{"web-1", 2}, {"web-2", 2}});
  // What comes from inside is not held to the policy for the outside.
  CHECK(world.spread(world.client, 6, "http://192.168.0.1:30080/") ==
        Counts{{"web-0", 2}, {"web-1", 2}, {"web-2", 2}});

  world.set_endpoints({world.endpoints[0]});
  world.loop.run_for(kSettled);
  const Ref<Host> other = world.add_pod(*world.two, "other", 99);
  const Counts silence{{"connection_timed_out", 1}};
  CHECK(world.spread(other, 1) == silence);
  CHECK(world.spread(world.outside, 1, "http://192.168.0.2:30080/") == silence);
  CHECK(world.spread(world.outside, 1, "http://192.168.0.1:30080/") == Counts{{"web-0", 1}});
  FetchOptions traced;
  traced.trace = true;
  const FetchResult lost = world.fetch(other, kWeb, traced);
  REQUIRE(lost.trace);
  const auto refusal = std::ranges::find(lost.trace->hops, HopKind::proxy, &Hop::kind);
  REQUIRE(refusal != lost.trace->hops.end());
  CHECK(refusal->detail == "the Service has no local endpoints");
  // Without any endpoint it is refused after all.
  world.set_endpoints({});
  world.loop.run_for(kSettled);
  CHECK(world.spread(other, 1) == Counts{{"connection_refused", 1}});
}

TEST_CASE("external addresses and those of load balancers lead to the Service") {
  ServiceWorld world;
  doc::Value open = world.service;
  open.edit("spec").set("externalIPs", doc::Value::array({doc::Value{"198.51.100.7"}}));
  open.edit("spec").set("loadBalancerSourceRanges",
                        doc::Value::array({doc::Value{"10.244.0.0/16"}}));
  doc::Value& ingress = open.edit("status").edit("loadBalancer").edit("ingress");
  ingress.push_back(doc::Value::map({{"ip", "198.51.100.8"}, {"ipMode", "VIP"}}));
  ingress.push_back(doc::Value::map({{"ip", "198.51.100.9"}, {"ipMode", "Proxy"}}));
  world.proxy.on_service(&world.service, &open);
  world.loop.run_for(kSettled);
  const Counts fair{{"web-0", 1}, {"web-1", 1}, {"web-2", 1}};
  const Counts silence{{"connection_timed_out", 1}};
  CHECK(world.spread(world.client, 3, "http://198.51.100.7/") == fair);
  CHECK(world.spread(world.client, 3, "http://198.51.100.8/") == fair);
  // A balancer that is a proxy is not left out, so packets for it leave the cluster.
  CHECK(world.spread(world.client, 1, "http://198.51.100.9/") == silence);
  // The ranges are about load balancers only.
  const Ref<Host> node{&world.one->host()};
  CHECK(world.spread(node, 1, "http://198.51.100.8/") == silence);
  CHECK(world.spread(node, 3, "http://198.51.100.7/") == fair);
  CHECK(world.proxy.rules(*world.one)[0].frontends.size() == 4);
}

TEST_CASE("a node's zone decides which hints are for it") {
  ServiceWorld world;
  for (std::size_t i = 0; i < 3; ++i) world.endpoints[i].zone_hints = {i == 0 ? "a" : "b"};
  world.set_endpoints(world.endpoints);
  world.loop.run_for(kSettled);
  CHECK(world.spread(world.client, 3) == Counts{{"web-0", 1}, {"web-1", 1}, {"web-2", 1}});
  doc::Value node;
  node.edit("metadata").set("name", doc::Value{"node-1"});
  node.edit("metadata").edit("labels").set("topology.kubernetes.io/zone", doc::Value{"b"});
  world.proxy.on_node(nullptr, &node);
  CHECK(world.spread(world.client, 4) == Counts{{"web-1", 2}, {"web-2", 2}});
  world.proxy.on_node(&node, nullptr);
  CHECK(world.spread(world.client, 3) == Counts{{"web-0", 1}, {"web-1", 1}, {"web-2", 1}});
}

}  // namespace
}  // namespace rockpool::net
