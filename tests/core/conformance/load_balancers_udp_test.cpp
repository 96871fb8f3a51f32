// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>
#include "core/net/network.h"
#include "core/sim/task.h"
#include "tests/core/conformance/service_helpers.h"
#include "tests/core/conformance/world.h"

// The tests of UDP in test/e2e/network/loadbalancer.go.
namespace rockpool::conformance {
namespace {

constexpr std::string_view kServer = "[netexec, --http-port=80, --udp-port=80]";
constexpr sim::Duration kPatience = 3s;

// One datagram, and what comes back for it: its text, or `failed: ` and why there is none.
sim::Task<void> ask_once(net::Ref<net::Host> host, std::uint16_t own_port, net::SocketAddress to,
                         std::optional<std::string>& answer) {
  auto socket = host->bind(own_port);
  if (!socket) {
    answer = "failed: no such port left";
    co_return;
  }
  socket->send(to, "hostname\n");
  auto receiving = socket->receive(kPatience);
  const auto received = co_await receiving;
  answer = received ? received->payload
                    : fmt::format("failed: {}", net::failure_kind_name(received.error().kind));
}

// A cluster with a Service `test` for UDP, and a machine outside that sends datagrams.
class UdpCloud : public World {
 public:
  explicit UdpCloud(net::proxy::ModeKind mode)
      : World{{.proxy_mode = mode}},
        outside_{cluster().network().add_external("asker", {net::IpAddress::v4(203, 0, 113, 77)})} {
    REQUIRE(outside_.get() != nullptr);
  }

  void create_service(std::string_view type) {
    create(kServices, fmt::format("{{metadata: {{name: test}}, spec: {{type: {}, selector: {{app: "
                                  "test}}, ports: [{{name: udp, port: 80, protocol: UDP}}]}}}}",
                                  type));
  }
  void change(std::string_view fields) {
    patch(service_path("test"), fmt::format("{{spec: {}}}", fields));
  }
  void change_port(int port, std::int64_t node_port) {
    change(
        fmt::format("{{ports: [{{name: udp, port: {}, targetPort: 80, protocol: UDP, nodePort: "
                    "{}}}]}}",
                    port, node_port));
  }
  std::int64_t own_node_port() { return node_port(get(service_path("test"))); }
  // The load balancer's address; empty if there is none.
  std::string ingress() {
    return text_at(get(service_path("test"))["status"]["loadBalancer"]["ingress"].at(0), {"ip"});
  }
  std::string wait_for_ingress() {
    REQUIRE(wait_for([&] { return !ingress().empty(); }));
    return ingress();
  }

  // Asks from a port of its own, or from a new one each time.
  std::string ask(const std::string& address, std::int64_t port, std::uint16_t own_port = 0) {
    std::optional<std::string> answer;
    const net::SocketAddress to{net::IpAddress::parse(address).value(),
                                static_cast<std::uint16_t>(port)};
    const sim::Process asking{cluster().loop(), ask_once(outside_, own_port, to, answer)};
    while (!answer) cluster().run_for(50ms);
    return *answer;
  }
  bool comes_to_answer(const std::string& address, std::int64_t port) {
    return wait_for([&] { return ask(address, port).starts_with("test-"); });
  }
  bool comes_to_refuse(const std::string& address, std::int64_t port) {
    return wait_for([&] { return ask(address, port) == "failed: connection_refused"; });
  }
  bool comes_to_fail(const std::string& address, std::int64_t port) {
    return wait_for([&] { return ask(address, port).starts_with("failed: "); });
  }

  void start_deployment() {
    apply(fmt::format(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {{name: test}}
spec:
  selector: {{matchLabels: {{app: test}}}}
  template:
    metadata: {{labels: {{app: test}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: netexec
        image: {}
        args: {}
        readinessProbe: {{httpGet: {{path: /hostName, port: 80}}, periodSeconds: 3}}
)",
                      kAgnhost, kServer));
  }
  void scale(int replicas) {
    patch("/apis/apps/v1/namespaces/default/deployments/test/scale",
          fmt::format("{{spec: {{replicas: {}}}}}", replicas));
  }

 private:
  net::Ref<net::Host> outside_;
};

TEST_CASE(
    "[sig-network] LoadBalancers should be able to change the type and ports of a UDP service") {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    UdpCloud world{mode};
    const std::string node = node_addresses(world).at(1);
    world.create_service("ClusterIP");
    world.start_deployment();
    world.change("{type: NodePort}");
    const std::int64_t first_port = world.own_node_port();
    CHECK(world.comes_to_answer(node, first_port));

    world.change("{type: LoadBalancer}");
    const std::string address = world.wait_for_ingress();
    CHECK(world.own_node_port() == first_port);
    CHECK(world.comes_to_answer(node, first_port));
    CHECK(world.comes_to_answer(address, 80));

    const std::int64_t second_port = first_port == 31999 ? 31998 : 31999;
    world.change_port(80, second_port);
    CHECK(world.own_node_port() == second_port);
    CHECK(world.ingress() == address);
    CHECK(world.comes_to_answer(node, second_port));
    CHECK(world.comes_to_fail(node, first_port));
    CHECK(world.comes_to_answer(address, 80));

    world.change_port(81, second_port);
    CHECK(world.own_node_port() == second_port);
    CHECK(world.ingress() == address);
    CHECK(world.comes_to_answer(node, second_port));
    CHECK(world.comes_to_answer(address, 81));
    CHECK(world.comes_to_fail(address, 80));

    world.scale(0);
    CHECK(world.comes_to_refuse(node, second_port));
    CHECK(world.comes_to_refuse(address, 81));
    world.scale(1);
    CHECK(world.comes_to_answer(node, second_port));
    CHECK(world.comes_to_answer(address, 81));

    world.change("{type: ClusterIP}");
    CHECK(world.own_node_port() == 0);
    CHECK(world.wait_for([&] { return world.ingress().empty(); }));
    CHECK(world.comes_to_fail(node, second_port));
    CHECK(world.comes_to_fail(address, 81));
  }
}

// A client that asks from the same port all the time finds the server that takes the place of
// another.
void cycle_servers(std::uint16_t own_port, std::string_view first_node,
                   std::string_view second_node) {
  for (const net::proxy::ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    UdpCloud world{mode};
    world.create_service("LoadBalancer");
    const std::string address = world.wait_for_ingress();
    const auto start = [&](std::string_view pod, std::string_view hostname, std::string_view node) {
      world.start_agnhost(pod, "{app: test}", kServer, "[{containerPort: 80, protocol: UDP}]",
                          fmt::format("{{hostname: {}, nodeName: {}}}", hostname, node));
      world.wait_ready({std::string{pod}});
    };
    const auto comes_to = [&](std::string_view hostname) {
      return world.wait_for([&] {
        world.cluster().run_for(1s);
        return world.ask(address, 80, own_port) == hostname;
      });
    };
    const auto serving = [&] {
      std::set<std::string> pods;
      const doc::Value endpoints = world.get(endpoints_path("test"));
      for (const doc::Value& each : endpoints["subsets"].at(0)["addresses"].items()) {
        pods.insert(text_at(each, {"targetRef", "name"}));
      }
      return pods;
    };
    CHECK(world.ask(address, 80, own_port).starts_with("failed: "));
    start("pod-server-1", "hostname1", first_node);
    CHECK(world.wait_for([&] { return serving() == std::set<std::string>{"pod-server-1"}; }));
    CHECK(comes_to("hostname1"));

    start("pod-server-2", "hostname2", second_node);
    world.must("DELETE", "/api/v1/namespaces/default/pods/pod-server-1");
    CHECK(world.wait_for([&] { return serving() == std::set<std::string>{"pod-server-2"}; }));
    CHECK(comes_to("hostname2"));
    // From now on every time.
    for (int i = 0; i < 10; ++i) CHECK(world.ask(address, 80, own_port) == "hostname2");
  }
}

TEST_CASE(
    "[sig-network] LoadBalancers should be able to preserve UDP traffic when server pod cycles "
    "for a LoadBalancer service on different nodes") {
  cycle_servers(54321, "node-1", "node-2");
}

TEST_CASE(
    "[sig-network] LoadBalancers should be able to preserve UDP traffic when server pod cycles "
    "for a LoadBalancer service on the same nodes") {
  cycle_servers(54322, "node-1", "node-1");
}

}  // namespace
}  // namespace rockpool::conformance
