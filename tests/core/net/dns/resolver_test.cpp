// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/resolver.h"

#include <doctest/doctest.h>

#include "core/net/dns/zone.h"
#include "core/net/proxy.h"
#include "tests/core/net/dns/zone_server.h"
#include "tests/core/net/objects.h"
#include "tests/core/net/world.h"

namespace rockpool::net::dns {
namespace {

using testing::failure_of;
using testing::make_service;
using testing::make_slice;
using testing::NamedServer;
using testing::World;
using namespace std::chrono_literals;

// A name server as a Pod runs it, over UDP and TCP.
class Server : public DatagramHandler, public StreamHandler {
 public:
  Server(Ref<Host> host, ClusterZone& zone)
      : zone_{zone},
        loop_{host->loop()},
        udp_{host->bind(53, *this).value()},
        tcp_{host->listen(53, *this).value()} {}

  void receive(DatagramSocket& socket, Datagram datagram) override {
    ++queries;
    if (is_silent) return;
    std::string response = testing::respond(zone_, datagram.payload, Transport::udp);
    if (fails) response[3] = static_cast<char>((response[3] & 0xf0) | 2);
    socket.send(datagram.from, std::move(response));
  }
  void accept(Socket socket) override {
    processes_.push_back(sim::Process{loop_, serve(zone_, std::move(socket), tcp_queries)});
  }

  int queries = 0;
  int tcp_queries = 0;
  bool is_silent = false;
  bool fails = false;

 private:
  static sim::Task<void> serve(ClusterZone& zone, Socket socket, int& count) {
    auto receiving = socket.receive();
    const auto query = co_await receiving;
    if (!query || query->size() < 2) co_return;
    ++count;
    const std::string response =
        testing::respond(zone, std::string_view{*query}.substr(2), Transport::tcp);
    std::string framed{static_cast<char>(response.size() >> 8),
                       static_cast<char>(response.size() & 255)};
    socket.send(framed + response);
  }

  ClusterZone& zone_;
  sim::Loop& loop_;
  DatagramSocket udp_;
  Listener tcp_;
  std::vector<sim::Process> processes_;
};

const IpAddress kDnsAddress = IpAddress::v4(10, 96, 0, 10);

// A cluster with two name servers behind kube-dns, and a Service `web`.
struct DnsWorld : World {
  DnsWorld() : proxy{network, sim::Random{7}} {
    testing::add_default_namespace(zone);
    proxy.set_propagation(0s, 0s);
    for (int i = 0; i < 2; ++i) {
      const std::string name = "coredns-" + std::to_string(i);
      pods.push_back(add_pod(i == 0 ? *one : *two, name, 53));
      servers.push_back(std::make_unique<Server>(pods.back(), zone));
    }
    std::vector<testing::PortSpec> ports{{"dns", 53, 0, "UDP"}, {"dns-tcp", 53, 0, "TCP"}};
    add(make_service("kube-dns", kDnsAddress.to_string(), ports),
        make_slice("kube-dns", ports,
                   {{"10.244.0.53", "coredns-0"}, {"10.244.1.53", "coredns-1"}}));
    web = add_pod(*two, "web-0", 8);
    listener.emplace(web->listen(8080, handler).value());
    add(make_service("web", "10.96.0.20", {{"http", 80}}),
        make_slice("web", {{"http", 8080}}, {{"10.244.1.8", "web-0"}}));
    client = add_pod(*one, "client", 9);
    ResolverConfig config;
    config.nameservers = {kDnsAddress};
    config.search = {"default.svc.cluster.local", "svc.cluster.local", "cluster.local"};
    config.ndots = 5;
    config.hosts = {{"client", client->address()}};
    client->set_resolver(config);
  }

  void add(const doc::Value& service, const doc::Value& slice) {
    proxy.on_service(nullptr, &service);
    zone.index().on_service(nullptr, &service);
    proxy.on_endpoint_slice(nullptr, &slice);
    zone.index().on_endpoint_slice(nullptr, &slice);
  }

  std::string resolve(const std::string& name) {
    std::string result;
    sim::Process process{loop, run(client, name, result)};
    const sim::Time limit = loop.now() + 1h;
    while (process.is_running() && loop.now() < limit && loop.run_one()) {
    }
    return result;
  }
  static sim::Task<void> run(Ref<Host> host, std::string name, std::string& result) {
    auto resolving = host->resolve(name);
    const auto resolved = co_await resolving;
    if (!resolved) {
      result = failure_kind_name(resolved.error().kind);
      co_return;
    }
    for (const IpAddress& address : *resolved) result += address.to_string() + ";";
  }
  int queries() const { return servers[0]->queries + servers[1]->queries; }

  ServiceProxy proxy;
  ClusterZone zone;
  std::vector<Ref<Host>> pods;
  std::vector<std::unique_ptr<Server>> servers;
  NamedServer handler{"web-0"};
  Ref<Host> web;
  std::optional<Listener> listener;
  Ref<Host> client;
};

TEST_CASE("a request by Service name resolves, connects and is answered") {
  DnsWorld world;
  FetchOptions options;
  options.trace = true;
  const FetchResult result = world.fetch(world.client, "http://web/", options);
  REQUIRE(result.ok());
  CHECK(result.outcome->body == "web-0");
  CHECK(world.handler.last_host == "web");
  CHECK(world.queries() == 1);
  std::string kinds;
  for (const Hop& hop : result.trace->hops) kinds += std::string{hop_kind_name(hop.kind)} + " ";
  CHECK(kinds ==
        "client dns_query choice dns_answer resolved connect proxy choice server response ");
  CHECK(result.trace->hops[1].detail == "web.default.svc.cluster.local. A");
  CHECK(result.trace->hops[2].pod.starts_with("default/coredns-"));
  CHECK(result.trace->hops[3].detail ==
        "NOERROR: web.default.svc.cluster.local. 30 IN A 10.96.0.20");
  CHECK(result.trace->hops[4].detail == "10.96.0.20");
}

TEST_CASE("queries spread over the name servers") {
  DnsWorld world;
  for (int i = 0; i < 10; ++i) CHECK(world.fetch(world.client, "http://web/").ok());
  CHECK(world.servers[0]->queries == 5);
  CHECK(world.servers[1]->queries == 5);
}

TEST_CASE("the search path is tried in order") {
  ResolverConfig config;
  config.search = {"default.svc.cluster.local", "svc.cluster.local.", "cluster.local"};
  config.ndots = 5;
  using Names = std::vector<std::string>;
  CHECK(search_names(config, "Web") == Names{"web.default.svc.cluster.local.",
                                             "web.svc.cluster.local.", "web.cluster.local.",
                                             "web."});
  CHECK(search_names(config, "example.com.") == Names{"example.com."});
  config.ndots = 1;
  CHECK(search_names(config, "example.com") ==
        Names{"example.com.", "example.com.default.svc.cluster.local.",
              "example.com.svc.cluster.local.", "example.com.cluster.local."});

  DnsWorld world;
  CHECK(world.resolve("web") == "10.96.0.20;");
  CHECK(world.queries() == 1);
  CHECK(world.resolve("web.default") == "10.96.0.20;");
  CHECK(world.queries() == 3);
  CHECK(world.resolve("web.default.svc") == "10.96.0.20;");
  CHECK(world.queries() == 6);
  CHECK(world.resolve("web.default.svc.cluster.local") == "10.96.0.20;");
  CHECK(world.queries() == 10);
  CHECK(world.resolve("web.default.svc.cluster.local.") == "10.96.0.20;");
  CHECK(world.queries() == 11);
  CHECK(world.resolve("example.com") == "no_such_host");
  CHECK(world.queries() == 15);
}

TEST_CASE("some names need no name server") {
  DnsWorld world;
  CHECK(world.resolve("10.1.2.3") == "10.1.2.3;");
  CHECK(world.resolve("localhost") == "127.0.0.1;");
  CHECK(world.resolve("CLIENT") == world.client->address().to_string() + ";");
  CHECK(world.queries() == 0);
}

TEST_CASE("a name that does not exist fails with the words people know") {
  DnsWorld world;
  const FetchResult result = world.fetch(world.client, "http://nope/");
  REQUIRE(failure_of(result) == FailureKind::no_such_host);
  CHECK(go_message(result.outcome.error()) ==
        "dial tcp: lookup nope on 10.96.0.10:53: no such host");
  CHECK(curl_message(result.outcome.error()) == "curl: (6) Could not resolve host: nope");
}

TEST_CASE("silent name servers cost two rounds of five seconds") {
  DnsWorld world;
  for (auto& server : world.servers) server->is_silent = true;
  const FetchResult result = world.fetch(world.client, "http://web/");
  REQUIRE(failure_of(result) == FailureKind::dns_timed_out);
  CHECK(result.ended - result.started == 10s);
  CHECK(go_message(result.outcome.error()).ends_with("->10.96.0.10:53: i/o timeout"));
  CHECK(world.queries() == 2);

  FetchOptions options;
  options.timeout = 3s;
  const FetchResult hasty = world.fetch(world.client, "http://web/", options);
  REQUIRE(failure_of(hasty) == FailureKind::dns_timed_out);
  CHECK(hasty.ended - hasty.started == 3s);
  CHECK(curl_message(hasty.outcome.error()) ==
        "curl: (28) Resolving timed out after 3000 milliseconds");
}

TEST_CASE("one silent name server costs one round") {
  DnsWorld world;
  world.servers[0]->is_silent = true;
  int slow = 0;
  for (int i = 0; i < 10; ++i) {
    const FetchResult result = world.fetch(world.client, "http://web/");
    CHECK(result.ok());
    if (result.ended - result.started >= 5s) ++slow;
  }
  // The proxy takes them in turn: the first query of each look-up meets the silent one, its
  // repetition the other.
  CHECK(slow == 10);
}

TEST_CASE("without name servers resolution is refused at once") {
  DnsWorld world;
  const doc::Value before = make_slice("kube-dns", {}, {});
  const doc::Value after = make_slice("kube-dns", {{"dns", 53, 0, "UDP"}}, {});
  world.proxy.on_endpoint_slice(&before, &after);
  const FetchResult result = world.fetch(world.client, "http://web/");
  REQUIRE(failure_of(result) == FailureKind::dns_failed);
  CHECK(result.ended - result.started < 10ms);
  CHECK(go_message(result.outcome.error()).ends_with("read: connection refused"));
}

TEST_CASE("a failing name server fails the look-up") {
  DnsWorld world;
  for (auto& server : world.servers) server->fails = true;
  const FetchResult result = world.fetch(world.client, "http://web/");
  REQUIRE(failure_of(result) == FailureKind::dns_failed);
  CHECK(go_message(result.outcome.error()) ==
        "dial tcp: lookup web on 10.96.0.10:53: server misbehaving");
}

TEST_CASE("a long answer is fetched over TCP") {
  DnsWorld world;
  std::vector<testing::EndpointSpec> endpoints;
  for (int i = 1; i <= 60; ++i) {
    endpoints.push_back({"10.244.3." + std::to_string(i), "big-" + std::to_string(i)});
  }
  world.add(make_service("big", "None", {{"http", 80}}),
            make_slice("big", {{"http", 80}}, endpoints));
  const std::string addresses = world.resolve("big");
  CHECK(std::count(addresses.begin(), addresses.end(), ';') == 60);
  CHECK(world.servers[0]->tcp_queries + world.servers[1]->tcp_queries == 1);
}

TEST_CASE("resolv.conf reads as a kubelet writes it") {
  DnsWorld world;
  CHECK(world.client->resolver().resolv_conf() ==
        "search default.svc.cluster.local svc.cluster.local cluster.local\n"
        "nameserver 10.96.0.10\n"
        "options ndots:5\n");
}

TEST_CASE("a host that leaves the network while it resolves fails") {
  DnsWorld world;
  for (auto& server : world.servers) server->is_silent = true;
  testing::Fetching fetching{world.client, "http://web/"};
  world.loop.run_for(1s);
  world.network.remove_host(*world.client);
  world.loop.run_for(1s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.failure() == FailureKind::network_unreachable);
}

}  // namespace
}  // namespace rockpool::net::dns
