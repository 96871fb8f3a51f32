// SPDX-License-Identifier: Apache-2.0
#include "core/net/network.h"

#include <doctest/doctest.h>

#include "tests/core/net/world.h"

namespace rockpool::net {
namespace {

using testing::failure_of;
using testing::Fetching;
using testing::NamedServer;
using testing::World;
using namespace std::chrono_literals;

TEST_CASE("a Pod fetches from a Pod by address") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"hello"};
  const Listener listener = server->listen(8080, handler).value();

  const sim::Time start = world.loop.now();
  const FetchResult result = world.fetch(client, "http://10.244.1.2:8080/path?x=1");
  REQUIRE(result.ok());
  CHECK(result.outcome->status == 200);
  CHECK(result.outcome->body == "hello");
  CHECK(handler.last_target == "/path?x=1");
  CHECK(handler.last_host == "10.244.1.2:8080");
  CHECK(handler.last_peer.ip == client->address());
  CHECK(handler.last_peer.port >= Host::kFirstEphemeralPort);
  // A round trip to connect and one for the request.
  CHECK(result.ended - start == 4 * world.network.options().link_latency);
  CHECK(listener.open_connections() == 0);
  CHECK(world.network.open_connections() == 0);
}

TEST_CASE("latency depends on how far apart the ends are") {
  World world;
  const NetworkOptions& options = world.network.options();
  const Ref<Host> pod = world.add_pod(*world.one, "pod", 2);
  const Ref<Host> neighbour = world.add_pod(*world.one, "neighbour", 3);
  const Ref<Host> remote = world.add_pod(*world.two, "remote", 2);
  NamedServer handler{"x"};
  const Listener listener = pod->listen(80, handler).value();
  const Listener on_node = world.one->host().listen(80, handler).value();
  const auto measure = [&](const Ref<Host>& from, const char* url = "http://10.244.0.2/") {
    const sim::Time start = world.loop.now();
    const FetchResult result = world.fetch(from, url);
    CHECK(result.ok());
    return result.ended - start;
  };
  CHECK(measure(pod) == 4 * options.loopback_latency);
  CHECK(measure(neighbour) == 4 * options.node_latency);
  CHECK(measure(Ref{&world.one->host()}) == 4 * options.node_latency);
  CHECK(measure(remote) == 4 * options.link_latency);
  CHECK(measure(world.outside, "http://192.168.0.1/") == 4 * options.outside_latency);
}

TEST_CASE("a port without a listener refuses") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  world.add_pod(*world.two, "server", 2);
  const FetchResult result = world.fetch(client, "http://10.244.1.2:8080/");
  REQUIRE(failure_of(result) == FailureKind::connection_refused);
  CHECK(go_message(result.outcome.error()) ==
        "dial tcp 10.244.1.2:8080: connect: connection refused");
  CHECK(
      curl_message(result.outcome.error()) ==
      "curl: (7) Failed to connect to 10.244.1.2 port 8080 after 0 ms: Couldn't connect to server");
  CHECK(result.ended - result.started == 2 * world.network.options().link_latency);
}

TEST_CASE("an address of a live node's Pod range that no Pod has is unreachable after a while") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const FetchResult result = world.fetch(client, "http://10.244.1.99/");
  CHECK(failure_of(result) == FailureKind::no_route_to_host);
  CHECK(result.ended - result.started >= world.network.options().neighbour_timeout);
  CHECK(result.ended - result.started < world.network.options().neighbour_timeout + 1s);
}

TEST_CASE("an address of nobody is silent until Linux gives up, or the client does") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const FetchResult patient = world.fetch(client, "http://198.51.100.1/");
  REQUIRE(failure_of(patient) == FailureKind::connection_timed_out);
  CHECK(patient.ended - patient.started == 127s);
  CHECK_FALSE(patient.outcome.error().by_client_timeout);

  FetchOptions options;
  options.connect_timeout = 3s;
  const FetchResult hasty = world.fetch(client, "http://198.51.100.1/", options);
  REQUIRE(failure_of(hasty) == FailureKind::connection_timed_out);
  CHECK(hasty.ended - hasty.started == 3s);
  CHECK(go_message(hasty.outcome.error()) == "dial tcp 198.51.100.1:80: i/o timeout");
  CHECK(curl_message(hasty.outcome.error()) ==
        "curl: (28) Connection timed out after 3000 milliseconds");
}

TEST_CASE("a switched-off node is silent, and reachable again once it is on") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"back"};
  const Listener listener = server->listen(80, handler).value();
  world.network.set_node_up(*world.two, false);
  Fetching fetching{client, "http://10.244.1.2/"};
  world.loop.run_for(5s);
  CHECK_FALSE(fetching.is_done());
  world.network.set_node_up(*world.two, true);
  world.loop.run_for(3s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.body() == "back");
  // The SYN that got through is the one Linux sends after 1 + 2 + 4 seconds.
  CHECK(fetching.result().ended - fetching.result().started ==
        7s + 4 * world.network.options().link_latency);
}

TEST_CASE("killing the server resets the request that it serves") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  handler.holds_back = true;
  auto listener = std::make_unique<Listener>(server->listen(80, handler).value());
  Fetching fetching{client, "http://10.244.1.2/"};
  world.loop.run_for(1s);
  REQUIRE(handler.held.size() == 1);
  CHECK(listener->active_connections() == 1);
  listener.reset();
  CHECK_FALSE(handler.held[0].is_open());
  world.loop.run_for(1s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.failure() == FailureKind::connection_reset);
  // An answer that comes too late reaches nobody and harms nobody.
  handler.held[0].respond(HttpResponse::plain(200, "late"));
  world.loop.run_for(1s);
  CHECK(fetching.failure() == FailureKind::connection_reset);
  handler.held.clear();
  CHECK(world.network.open_connections() == 0);
}

TEST_CASE("a server that drains answers what it has and takes nothing new") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"last words"};
  handler.holds_back = true;
  Listener listener = server->listen(80, handler).value();
  Fetching fetching{client, "http://10.244.1.2/"};
  world.loop.run_for(1s);
  listener.drain();
  CHECK(listener.open_connections() == 1);
  CHECK(failure_of(world.fetch(client, "http://10.244.1.2/")) == FailureKind::connection_refused);
  handler.held[0].respond(HttpResponse::plain(200, "last words"));
  CHECK(listener.open_connections() == 0);
  world.loop.run_for(1s);
  CHECK(fetching.body() == "last words");
}

TEST_CASE("an exchange that is dropped leaves an empty reply") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  handler.holds_back = true;
  const Listener listener = server->listen(80, handler).value();
  Fetching fetching{client, "http://10.244.1.2/"};
  world.loop.run_for(1s);
  handler.held.clear();
  world.loop.run_for(1s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.failure() == FailureKind::connection_closed);
  CHECK(curl_message(fetching.result().outcome.error()) == "curl: (52) Empty reply from server");
}

TEST_CASE("a client does not wait longer than it wants") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  handler.holds_back = true;
  const Listener listener = server->listen(80, handler).value();
  FetchOptions options;
  options.timeout = 2s;
  const FetchResult result = world.fetch(client, "http://10.244.1.2/", options);
  REQUIRE(failure_of(result) == FailureKind::response_timed_out);
  CHECK(result.ended - result.started == 2s);
  CHECK(go_message(result.outcome.error()) ==
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
  CHECK_FALSE(handler.held[0].is_open());
}

TEST_CASE("a killed client closes its connection") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  handler.holds_back = true;
  const Listener listener = server->listen(80, handler).value();
  Fetching fetching{client, "http://10.244.1.2/"};
  world.loop.run_for(1s);
  fetching.kill();
  CHECK(listener.open_connections() == 0);
  CHECK_FALSE(handler.held[0].is_open());
}

TEST_CASE("removing hosts ends what goes on there") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  handler.holds_back = true;
  const Listener listener = server->listen(80, handler).value();
  Fetching of_lost_server{client, "http://10.244.1.2/"};
  world.loop.run_for(1s);
  world.network.remove_host(*server);
  CHECK_FALSE(listener.is_listening());
  world.loop.run_for(1s);
  REQUIRE(of_lost_server.is_done());
  CHECK(of_lost_server.failure() == FailureKind::connection_reset);
  CHECK(world.network.find_host(server->address()) == nullptr);

  Fetching of_lost_client{client, "http://10.244.1.99/"};
  world.loop.run_for(1s);
  world.network.remove_host(*client);
  world.loop.run_for(1ms);
  REQUIRE(of_lost_client.is_done());
  CHECK(of_lost_client.failure() == FailureKind::network_unreachable);
  CHECK(failure_of(world.fetch(client, "http://10.244.1.99/")) == FailureKind::network_unreachable);

  // The address may be had again.
  CHECK(world.add_pod(*world.two, "server-2", 2));
}

TEST_CASE("a short cut delays data, a long one loses nothing but time") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"through"};
  handler.holds_back = true;
  const Listener listener = server->listen(80, handler).value();
  Fetching fetching{client, "http://10.244.1.2/"};
  world.loop.run_for(1s);
  world.network.set_link(*world.one, *world.two, {.cut = true});
  handler.held[0].respond(HttpResponse::plain(200, "through"));
  world.loop.run_for(10s);
  CHECK_FALSE(fetching.is_done());
  world.network.restore_links();
  world.loop.run_for(10s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.body() == "through");
}

TEST_CASE("links can be cut, slowed and made lossy, each way of naming them") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  const Listener listener = server->listen(80, handler).value();
  FetchOptions options;
  options.timeout = 500ms;
  const auto outcome = [&](const Ref<Host>& from) {
    return failure_of(world.fetch(from, "http://10.244.1.2/", options));
  };
  world.network.set_outside_link(*world.two, {.cut = true});
  CHECK(outcome(world.outside) == FailureKind::connection_timed_out);
  CHECK(outcome(client) == FailureKind::none);
  world.network.set_outside_link(*world.two, {});
  world.network.set_node_link(*world.two, {.cut = true});
  CHECK(outcome(world.outside) == FailureKind::connection_timed_out);
  CHECK(outcome(client) == FailureKind::connection_timed_out);
  CHECK(outcome(server) == FailureKind::none);
  world.network.restore_links();
  world.network.set_link(*world.two, *world.one, {.cut = false, .extra_latency = 20ms});
  const FetchResult slow = world.fetch(client, "http://10.244.1.2/");
  CHECK(slow.ended - slow.started == 4 * (20ms + world.network.options().link_latency));
  CHECK(world.network.link(*world.one, *world.two).extra_latency == 20ms);
  world.network.set_link(*world.one, *world.two, {.cut = false, .loss = 0.3});
  int in_time = 0;
  int late = 0;
  for (int i = 0; i < 200; ++i) {
    const FetchResult result = world.fetch(client, "http://10.244.1.2/");
    CHECK(result.ok());
    ++(result.ended - result.started < 200ms ? in_time : late);
  }
  // SYN, request and answer must all get through at once: about one time in three.
  CHECK(in_time > 40);
  CHECK(in_time < 100);
  CHECK(late > 100);
}

sim::Task<void> fetch_twice(HttpClient& client, std::string url, sim::Duration pause,
                            std::vector<FetchResult>& results) {
  for (int i = 0; i < 2; ++i) {
    auto fetching = client.fetch(Url::parse(url).value());
    FetchResult result = co_await fetching;
    results.push_back(std::move(result));
    co_await sim::sleep(pause);
  }
}

TEST_CASE("a client keeps its connection for the next request") {
  World world;
  const Ref<Host> host = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  NamedServer handler{"x"};
  auto listener = std::make_unique<Listener>(server->listen(80, handler).value());
  std::vector<FetchResult> results;
  HttpClient client{host, {.keep_alive = true}};
  sim::Process process{world.loop, fetch_twice(client, "http://10.244.1.2/", 1s, results)};
  SUBCASE("and uses it") {
    world.loop.run_for(5s);
    REQUIRE(results.size() == 2);
    CHECK(results[1].ok());
    CHECK(results[1].ended - results[1].started == 2 * world.network.options().link_latency);
    CHECK(listener->open_connections() == 1);
    client.forget();
    CHECK(listener->open_connections() == 0);
  }
  SUBCASE("unless the server closes it with its answer") {
    handler.closes = true;
    world.loop.run_for(500ms);
    CHECK(listener->open_connections() == 0);
    world.loop.run_for(5s);
    REQUIRE(results.size() == 2);
    CHECK(results[1].ok());
    CHECK(results[1].ended - results[1].started == 4 * world.network.options().link_latency);
  }
  SUBCASE("and opens another if the server has closed it") {
    world.loop.run_for(500ms);
    listener.reset();
    NamedServer successor{"y"};
    const Listener second = server->listen(80, successor).value();
    world.loop.run_for(5s);
    REQUIRE(results.size() == 2);
    CHECK(results[1].ok());
    CHECK(successor.requests == 1);
  }
}

class EchoServer : public StreamHandler {
 public:
  explicit EchoServer(sim::Loop& loop) : loop_{loop} {}
  void accept(Socket socket) override {
    processes_.push_back(sim::Process{loop_, serve(std::move(socket))});
  }
  void kill() { processes_.clear(); }

 private:
  static sim::Task<void> serve(Socket socket) {
    for (;;) {
      auto receiving = socket.receive();
      auto message = co_await receiving;
      if (!message || message->empty()) break;
      socket.send("echo " + *message);
    }
  }
  sim::Loop& loop_;
  std::vector<sim::Process> processes_;
};

sim::Task<void> talk(Ref<Host> host, std::string& log) {
  auto connecting = host->connect({IpAddress::v4(10, 244, 1, 2), 7});
  auto connected = co_await connecting;
  if (!connected) {
    log += failure_kind_name(connected.error().kind);
    co_return;
  }
  Socket socket = std::move(*connected);
  for (const char* word : {"a", "b"}) {
    socket.send(word);
    auto receiving = socket.receive(1s);
    const auto answer = co_await receiving;
    log += answer ? *answer : std::string{failure_kind_name(answer.error().kind)};
    log += ";";
  }
  auto receiving = socket.receive(1s);
  const auto answer = co_await receiving;
  log += answer ? *answer : std::string{failure_kind_name(answer.error().kind)};
}

TEST_CASE("raw connections carry strings both ways") {
  World world;
  const Ref<Host> client = world.add_pod(*world.one, "client", 2);
  const Ref<Host> server = world.add_pod(*world.two, "server", 2);
  EchoServer echo{world.loop};
  auto listener = std::make_unique<Listener>(server->listen(7, echo).value());
  std::string log;
  sim::Process process{world.loop, talk(client, log)};
  SUBCASE("until a time-out") {
    world.loop.run_for(5s);
    CHECK(log == "echo a;echo b;response_timed_out");
    // An ended process keeps its arguments until it is let go.
    echo.kill();
    CHECK(world.network.open_connections() == 0);
  }
  SUBCASE("until the server is killed") {
    world.loop.run_for(10ms);
    listener.reset();
    world.loop.run_for(10ms);
    CHECK(log == "echo a;echo b;connection_reset");
  }
  SUBCASE("until the server closes") {
    world.loop.run_for(10ms);
    echo.kill();
    world.loop.run_for(10ms);
    CHECK(log == "echo a;echo b;");
    CHECK_FALSE(process.is_running());
  }
}

TEST_CASE("a port can be had once") {
  World world;
  const Ref<Host> pod = world.add_pod(*world.one, "pod", 2);
  NamedServer handler{"x"};
  const Listener listener = pod->listen(80, handler).value();
  const auto second = pod->listen(80, handler);
  REQUIRE_FALSE(second);
  CHECK(second.error() == ListenError::address_in_use);
  CHECK(pod->is_listening(80));
  CHECK_FALSE(pod->is_listening(81));
  CHECK_FALSE(world.network.add_pod(*world.two, "default/copy", {pod->address()}));
}

TEST_CASE("everything may go away in any order") {
  NamedServer handler{"x"};
  handler.holds_back = true;
  auto world = std::make_unique<World>();
  Ref<Host> client = world->add_pod(*world->one, "client", 2);
  const Ref<Host> server = world->add_pod(*world->two, "server", 2);
  Listener listener = server->listen(80, handler).value();
  {
    Fetching fetching{client, "http://10.244.1.2/"};
    world->loop.run_for(1s);
    Fetching starting{client, "http://10.244.1.2/"};
    world->loop.run_for(1us);
  }
  const auto loop = std::make_unique<sim::Loop>();
  world.reset();
  CHECK_FALSE(listener.is_listening());
  CHECK_FALSE(client->is_attached());
  handler.held.clear();
}

}  // namespace
}  // namespace rockpool::net
