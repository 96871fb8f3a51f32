// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/net/dns/zone.h"
#include "core/net/network.h"
#include "core/net/proxy.h"
#include "tests/core/net/dns/zone_server.h"
#include "tests/core/net/objects.h"
#include "tests/core/net/world.h"

// A small cluster under random faults, run to see that nothing is lost, leaked or left to chance.
namespace rockpool::net {
namespace {

using testing::EndpointSpec;
using testing::make_service;
using testing::make_slice;
using namespace std::chrono_literals;

// Answers at once, later or never, as chance has it.
class MoodyServer : public HttpHandler {
 public:
  MoodyServer(sim::Loop& loop, sim::Random random) : loop_{loop}, random_{random} {}
  void handle(HttpExchange exchange) override {
    switch (random_.below(8)) {
      case 0:
        waiting_.push_back({loop_, answer_later(std::move(exchange), random_.below(3000))});
        return;
      case 1:
        exchange.close();
        return;
      case 2:
        exchange.reset();
        return;
      default:
        exchange.respond(HttpResponse::plain(200, "ok"));
    }
  }

 private:
  static sim::Task<void> answer_later(HttpExchange exchange, std::uint64_t milliseconds) {
    co_await sim::sleep(std::chrono::milliseconds{milliseconds});
    exchange.respond(HttpResponse::plain(200, "ok, late"));
  }
  sim::Loop& loop_;
  sim::Random random_;
  std::vector<sim::Process> waiting_;
};

class DnsServer : public DatagramHandler {
 public:
  DnsServer(Host& host, dns::ClusterZone& zone) : zone_{zone}, udp_{host.bind(53, *this).value()} {}
  void receive(DatagramSocket& socket, Datagram datagram) override {
    socket.send(datagram.from, testing::respond(zone_, datagram.payload, dns::Transport::udp));
  }

 private:
  dns::ClusterZone& zone_;
  DatagramSocket udp_;
};

struct Pod {
  Ref<Host> host;
  std::unique_ptr<MoodyServer> server;
  std::unique_ptr<Listener> listener;
};

class StormyWorld {
 public:
  explicit StormyWorld(std::uint64_t seed)
      : random_{seed},
        network_{loop_, random_.stream("network"), {.jitter = 20us}},
        proxy_{network_, random_.stream("proxy")} {
    testing::add_default_namespace(zone_);
    for (std::uint8_t i = 0; i < kNodes; ++i) {
      nodes_.push_back(
          network_.add_node("node-" + std::to_string(i), {IpAddress::v4(172, 16, 0, i)}));
      network_.set_pod_cidrs(*nodes_.back(), {Cidr{IpAddress::v4(10, 244, i, 0), 24}});
    }
    outside_ = network_.add_external("laptop", {IpAddress::v4(203, 0, 113, 7)});
    const Ref<Host> dns_pod =
        network_.add_pod(*nodes_[0], "kube-system/coredns", {pod_address(0, 53)});
    dns_server_ = std::make_unique<DnsServer>(*dns_pod, zone_);
    add(make_service("kube-dns", "10.96.0.10", {{"dns", 53, 0, "UDP"}}));
    set_slice("kube-dns", make_slice("kube-dns", {{"dns", 53, 0, "UDP"}},
                                     {{dns_pod->address().to_string(), "coredns"}}));
    add(make_service("web", "10.96.0.20", {{"http", 80, 30080}}));
    for (int i = 0; i < 4; ++i) add_pod();
    publish();
    client_ = network_.add_pod(*nodes_[1], "default/client", {pod_address(1, 250)});
    dns::ResolverConfig config;
    config.nameservers = {IpAddress::v4(10, 96, 0, 10)};
    config.search = {"default.svc.cluster.local"};
    config.ndots = 5;
    client_->set_resolver(config);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      start_client();
      disturb();
      loop_.run_for(std::chrono::milliseconds{random_.below(400)});
    }
    network_.restore_links();
    for (Node* node : nodes_) {
      network_.set_node_up(*node, true);
      proxy_.thaw(*node);
    }
    loop_.run_for(30min);
  }

  int finished() const { return finished_; }
  int started() const { return started_; }
  const std::map<std::string, int>& outcomes() const { return outcomes_; }
  std::uint64_t digest() const { return digest_; }
  std::size_t open_connections() const { return network_.open_connections(); }

 private:
  static constexpr int kNodes = 3;
  static IpAddress pod_address(std::uint8_t node, std::uint8_t last) {
    return IpAddress::v4(10, 244, node, last);
  }

  void add(const doc::Value& service) {
    proxy_.on_service(nullptr, &service);
    zone_.index().on_service(nullptr, &service);
  }
  void set_slice(const std::string& service, const doc::Value& slice) {
    const doc::Value before = slices_[service];
    slices_[service] = slice;
    proxy_.on_endpoint_slice(before.is_null() ? nullptr : &before, &slice);
    zone_.index().on_endpoint_slice(before.is_null() ? nullptr : &before, &slice);
  }
  void add_pod() {
    const auto node = static_cast<std::uint8_t>(random_.below(kNodes));
    const IpAddress address = pod_address(node, ++last_octet_);
    if (network_.find_host(address) != nullptr) return;
    const std::string name = "web-" + std::to_string(next_pod_++);
    Pod pod;
    pod.host = network_.add_pod(*nodes_[node], "default/" + name, {address});
    pod.server = std::make_unique<MoodyServer>(loop_, random_.stream(name));
    pod.listener = std::make_unique<Listener>(pod.host->listen(8080, *pod.server).value());
    pods_[name] = std::move(pod);
  }
  void publish() {
    std::vector<EndpointSpec> endpoints;
    for (const auto& [name, pod] : pods_) {
      endpoints.push_back({pod.host->address().to_string(), name});
    }
    set_slice("web", make_slice("web", {{"http", 8080}}, endpoints));
  }

  void start_client() {
    const char* const urls[] = {"http://web/", "http://10.96.0.20/", "http://172.16.0.2:30080/",
                                "http://nope/", "http://10.244.2.77:8080/"};
    const bool from_outside = random_.below(4) == 0;
    const std::string url = urls[from_outside ? 2 : static_cast<std::size_t>(random_.below(5))];
    FetchOptions options;
    if (random_.below(2) == 0) options.timeout = std::chrono::milliseconds{random_.below(5000)};
    options.trace = random_.below(2) == 0;
    ++started_;
    clients_.push_back(
        {loop_, fetch(from_outside ? outside_ : client_, url, options, random_.below(3))});
    if (random_.below(20) == 0) {
      // Killed half-way; it may have finished already.
      const auto victim = static_cast<std::size_t>(random_.below(clients_.size()));
      if (clients_[victim].is_running()) ++killed_;
      clients_[victim].kill();
    }
  }
  sim::Task<void> fetch(Ref<Host> host, std::string url, FetchOptions options,
                        std::uint64_t repeats) {
    HttpClient client{host, {.keep_alive = true}};
    for (std::uint64_t i = 0; i <= repeats; ++i) {
      auto fetching = client.fetch(Url::parse(url).value(), HttpRequest{}, options);
      const FetchResult result = co_await fetching;
      const std::string outcome{result.ok() ? "ok"
                                            : failure_kind_name(result.outcome.error().kind)};
      ++outcomes_[outcome];
      for (char c : outcome) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
      digest_ ^= static_cast<std::uint64_t>(result.ended.time_since_epoch().count());
      if (options.timeout) CHECK(result.ended - result.started <= *options.timeout);
      co_await sim::sleep(200ms);
    }
    ++finished_;
  }

  void disturb() {
    Node& node = *nodes_[static_cast<std::size_t>(random_.below(kNodes))];
    Node& other = *nodes_[static_cast<std::size_t>(random_.below(kNodes))];
    switch (random_.below(12)) {
      case 0:
        network_.set_link(node, other, {.cut = random_.below(2) == 0});
        break;
      case 1:
        network_.set_node_link(node, {.cut = false, .loss = 0.3});
        break;
      case 2:
        network_.restore_links();
        break;
      case 3:
        network_.set_node_up(node, random_.below(3) != 0);
        break;
      case 4:
        network_.set_link(node, other, {.cut = false, .extra_latency = 300ms});
        break;
      case 5:
        proxy_.freeze(node);
        break;
      case 6:
        proxy_.thaw(node);
        break;
      case 7:
        add_pod();
        publish();
        break;
      case 8:
      case 9:
        if (!pods_.empty()) kill_pod();
        break;
      default:
        break;
    }
  }
  void kill_pod() {
    auto victim = pods_.begin();
    std::advance(victim, static_cast<std::ptrdiff_t>(random_.below(pods_.size())));
    switch (random_.below(3)) {
      case 0:
        victim->second.listener->drain();
        publish();
        return;
      case 1:
        victim->second.listener.reset();
        break;
      default:
        break;
    }
    network_.remove_host(*victim->second.host);
    pods_.erase(victim);
    publish();
  }

  sim::Loop loop_;
  sim::Random random_;
  Network network_;
  ServiceProxy proxy_;
  dns::ClusterZone zone_;
  std::vector<Node*> nodes_;
  Ref<Host> outside_;
  Ref<Host> client_;
  std::unique_ptr<DnsServer> dns_server_;
  std::map<std::string, doc::Value> slices_;
  std::map<std::string, Pod> pods_;
  std::uint8_t last_octet_ = 0;
  int next_pod_ = 0;
  std::vector<sim::Process> clients_;
  std::map<std::string, int> outcomes_;
  int started_ = 0;
  int finished_ = 0;
  int killed_ = 0;
  std::uint64_t digest_ = 0;

 public:
  int killed() const { return killed_; }
};

TEST_CASE("whatever breaks, every request ends, nothing leaks, and chance repeats itself") {
  std::map<std::string, int> outcomes;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    StormyWorld world{seed};
    world.run(250);
    CHECK(world.started() == 250);
    CHECK(world.finished() + world.killed() == world.started());
    CHECK(world.open_connections() == 0);
    StormyWorld again{seed};
    again.run(250);
    CHECK(world.digest() == again.digest());
    CHECK(world.outcomes() == again.outcomes());
    for (const auto& [outcome, count] : world.outcomes()) outcomes[outcome] += count;
  }
  // The storm was strong enough to bring about every kind of failure that it can.
  for (const char* kind :
       {"ok", "no_such_host", "dns_timed_out", "connection_refused", "connection_timed_out",
        "connection_reset", "connection_closed", "response_timed_out", "no_route_to_host"}) {
    CAPTURE(kind);
    CHECK(outcomes[kind] > 0);
  }
}

}  // namespace
}  // namespace rockpool::net
