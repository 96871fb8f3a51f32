// SPDX-License-Identifier: Apache-2.0
#include "core/net/host_ports.h"

#include <doctest/doctest.h>

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

#include "core/doc/json.h"
#include "core/net/proxy.h"

namespace rockpool::net {
namespace {

doc::Value make_pod(std::string_view name, std::string_view ip, std::string_view host_ip,
                    std::string_view phase = "Running", bool host_network = false) {
  const auto pod = doc::parse_json(fmt::format(
      R"({{"metadata":{{"name":"{}","namespace":"default"}},)"
      R"("spec":{{"nodeName":"node-1","hostNetwork":{},"containers":[{{"name":"c","ports":)"
      R"([{{"containerPort":8080,"hostPort":5000,"hostIP":"{}"}}]}}]}},)"
      R"("status":{{"phase":"{}","podIP":"{}","podIPs":[{{"ip":"{}"}}]}}}})",
      name, host_network, host_ip, phase, ip, ip));
  REQUIRE(pod);
  return *pod;
}

struct HostPortWorld {
  HostPortWorld() { node = network.add_node("node-1", {IpAddress::v4(172, 18, 0, 2)}); }

  // Where a connection to that address of the node is sent; empty if no host port takes it.
  std::optional<SocketAddress> target(const IpAddress& address, Protocol protocol = Protocol::tcp) {
    const SocketAddress client{IpAddress::v4(192, 0, 2, 1), 40000};
    kept = ports.route(*node, protocol, client, {address, 5000});
    if (kept.verdict != Route::Verdict::forward) return {};
    return ports.next_endpoint(*node, *kept.port, kept.scope, client, false);
  }

  sim::Loop loop{sim::kEpoch};
  Network network{loop, sim::Random{1}};
  ServiceProxy proxy{network, sim::Random{1}};
  HostPorts ports{network};
  Node* node = nullptr;
  Route kept;
  IpAddress own = IpAddress::v4(172, 18, 0, 2);
  IpAddress loopback = IpAddress::v4(127, 0, 0, 1);
  SocketAddress one{IpAddress::v4(10, 244, 0, 5), 8080};
  SocketAddress other{IpAddress::v4(10, 244, 0, 6), 8080};
};

TEST_CASE("a host port leads to its Pod, at the address that it names") {
  HostPortWorld world;
  const doc::Value anywhere = make_pod("one", "10.244.0.5", "");
  world.ports.on_pod(nullptr, &anywhere);
  CHECK(world.target(world.own) == world.one);
  CHECK(world.target(world.loopback) == world.one);
  CHECK_FALSE(world.target(world.own, Protocol::udp));
  CHECK_FALSE(world.target(IpAddress::v4(172, 18, 0, 3)));
  const doc::Value narrow = make_pod("one", "10.244.0.5", "127.0.0.1");
  world.ports.on_pod(&anywhere, &narrow);
  const doc::Value second = make_pod("two", "10.244.0.6", "172.18.0.2");
  world.ports.on_pod(nullptr, &second);
  CHECK(world.target(world.loopback) == world.one);
  CHECK(world.target(world.own) == world.other);
}

TEST_CASE("a host port ends with its Pod, and not before the Pod has an address") {
  HostPortWorld world;
  const doc::Value pending = make_pod("one", "", "", "Pending");
  const doc::Value running = make_pod("one", "10.244.0.5", "");
  const doc::Value done = make_pod("one", "10.244.0.5", "", "Succeeded");
  world.ports.on_pod(nullptr, &pending);
  CHECK_FALSE(world.target(world.own));
  world.ports.on_pod(&pending, &running);
  CHECK(world.target(world.own) == world.one);
  // What was connected by a rule may still ask about it once it is out of force.
  const Route kept = world.kept;
  world.ports.on_pod(&running, &done);
  CHECK_FALSE(world.target(world.own));
  CHECK(world.ports.is_eligible(*world.node, kept, world.one));
  CHECK(world.ports.endpoint_pod(*kept.port, world.one) == "default/one");
  world.ports.on_pod(&done, nullptr);
  const doc::Value on_host = make_pod("one", "172.18.0.2", "", "Running", true);
  world.ports.on_pod(nullptr, &on_host);
  CHECK_FALSE(world.target(world.own));
}

}  // namespace
}  // namespace rockpool::net
