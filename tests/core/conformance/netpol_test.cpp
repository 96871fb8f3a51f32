// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/api/object.h"
#include "core/doc/json.h"
#include "core/net/network.h"
#include "core/sim/task.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/netpol/network_policy.go: truth tables of who reaches whom. As upstream, what a
// Pod sends to itself is left out. Each connection is tried to the Pod's address and, as upstream
// does, to a Service of its own.
namespace rockpool::conformance {
namespace {

// True if `pod`, as `x/a`, is one of `x/a`, `x/*`, `*/*`.
bool fits(const std::string& pod, std::string_view pattern) {
  const std::size_t slash = pattern.find('/');
  const std::string_view space = pattern.substr(0, slash);
  const std::string_view name = pattern.substr(slash + 1);
  return (space == "*" || pod.starts_with(fmt::format("{}/", space))) &&
         (name == "*" || pod.ends_with(fmt::format("/{}", name)));
}

// As `agnhost connect --timeout=1s --protocol=sctp`, which upstream runs, but it asks for the
// server's name, too.
sim::Task<void> ask_by_sctp(net::Ref<net::Host> client, net::SocketAddress server,
                            std::optional<std::string>& answer) {
  auto connecting = client->connect(server, 1s, net::Protocol::sctp);
  auto socket = co_await connecting;
  if (!socket) {
    answer = fmt::format("failed: {}", net::failure_kind_name(socket.error().kind));
    co_return;
  }
  socket->send("hostname");
  auto receiving = socket->receive(1s);
  const auto received = co_await receiving;
  answer = received ? *received
                    : fmt::format("failed: {}", net::failure_kind_name(received.error().kind));
}

// Pods in namespaces x, y and z, each with the label `pod` and servers on ports 80 and 81.
class Netpol : public World {
 public:
  explicit Netpol(std::vector<std::string> pods, const ClusterOptions& options = {})
      : World{options}, pods_{std::move(pods)} {
    std::set<std::string> spaces;
    for (const std::string& pod : pods_) spaces.insert(pod.substr(0, 1));
    for (const std::string& space : spaces) {
      apply(fmt::format("{{apiVersion: v1, kind: Namespace, metadata: {{name: '{}'}}}}", space));
    }
    for (const std::string& pod : pods_) start(pod.substr(0, 1), pod.substr(2));
    for (const std::string& pod : pods_) {
      const std::string path = pod_path(pod);
      REQUIRE(wait_for([&] { return api::is_condition_true(get(path), "Ready"); }));
      addresses_[pod].push_back(text_at(get(path), {"status", "podIP"}));
      addresses_[pod].push_back(text_at(
          get(fmt::format("/api/v1/namespaces/{}/services/s-{}", pod.substr(0, 1), pod.substr(2))),
          {"spec", "clusterIP"}));
    }
    cluster().run_for(2s);
    allow_all();
  }

  static std::string pod_path(const std::string& pod) {
    return fmt::format("/api/v1/namespaces/{}/pods/{}", pod.substr(0, 1), pod.substr(2));
  }
  const std::string& ip(const std::string& pod) { return addresses_[pod].front(); }

  // Makes or changes a policy in x, or in `space`; waits until the nodes have it.
  void policy(std::string_view name, std::string_view spec, std::string_view space = "x") {
    apply(
        fmt::format("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                    "metadata: {{name: {}, namespace: '{}'}}\nspec: {{{}}}\n",
                    name, space, spec));
    settle();
  }
  void settle() { cluster().run_for(1s); }

  // What is expected: everything, but for what is said later.
  void allow_all() { denied_.clear(); }
  void expect(std::string_view from, std::string_view to, bool is_connected) {
    for (const std::string& client : pods_) {
      for (const std::string& server : pods_) {
        if (!fits(client, from) || !fits(server, to)) continue;
        if (is_connected) {
          denied_.erase({client, server});
        } else {
          denied_.insert({client, server});
        }
      }
    }
  }
  void expect_all_ingress(std::string_view to, bool is_connected) {
    expect("*/*", to, is_connected);
  }
  void expect_all_egress(std::string_view from, bool is_connected) {
    expect(from, "*/*", is_connected);
  }

  // Tries every way. What is not allowed is not answered at all: it times out.
  void check(int port, std::string_view protocol = "TCP") {
    for (const std::string& client : pods_) {
      for (const std::string& server : pods_) {
        if (client == server) continue;
        const bool is_denied = denied_.contains({client, server});
        for (const std::string& address : addresses_[server]) {
          const std::string answer = protocol == "UDP"    ? ask(client, address, port)
                                     : protocol == "SCTP" ? associate(client, address, port)
                                                          : reach(client, address, port);
          const std::string wanted = !is_denied          ? server.substr(2)
                                     : protocol == "UDP" ? ""
                                                         : "failed: connection_timed_out";
          CHECK_MESSAGE(answer == wanted,
                        fmt::format("{} -> {} ({}:{})", client, server, address, port));
        }
      }
    }
  }

 private:
  void start(const std::string& space, const std::string& name) {
    std::string containers;
    for (const int port : {80, 81}) {
      containers += fmt::format(
          "  - {{name: cont-{0}, image: '{1}', args: [netexec, --http-port={0}, --udp-port={0}, "
          "--sctp-port={0}],\n"
          "     ports: [{{containerPort: {0}, name: serve-{0}-tcp}},\n"
          "             {{containerPort: {0}, name: serve-{0}-udp, protocol: UDP}},\n"
          "             {{containerPort: {0}, name: serve-{0}-sctp, protocol: SCTP}}]}}\n",
          port, kAgnhost);
    }
    apply(
        fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, namespace: '{1}', "
                    "labels: {{pod: {0}}}}}\nspec:\n  containers:\n{2}---\n"
                    "apiVersion: v1\nkind: Service\nmetadata: {{name: s-{0}, namespace: '{1}'}}\n"
                    "spec:\n  selector: {{pod: {0}}}\n  ports:\n"
                    "  - {{name: tcp-80, port: 80}}\n  - {{name: tcp-81, port: 81}}\n"
                    "  - {{name: udp-80, port: 80, protocol: UDP}}\n"
                    "  - {{name: udp-81, port: 81, protocol: UDP}}\n"
                    "  - {{name: sctp-80, port: 80, protocol: SCTP}}\n"
                    "  - {{name: sctp-81, port: 81, protocol: SCTP}}\n",
                    name, space, containers));
  }
  std::string reach(const std::string& client, const std::string& address, int port) {
    return fetch(fmt::format("http://{}:{}/hostname", address, port), "pod/" + client, 1s);
  }
  // The Pod's own server sends the datagram.
  std::string ask(const std::string& client, const std::string& address, int port) {
    const std::string answer =
        fetch(fmt::format("http://{}:80/dial?request=hostname&protocol=udp&host={}&port={}&tries=1",
                          ip(client), address, port),
              "pod/" + client, 30s);
    const auto told = doc::parse_json(answer);
    REQUIRE_MESSAGE(told, answer);
    return (*told)["responses"].at(0).to_string();
  }

  std::string associate(const std::string& client, const std::string& address, int port) {
    net::Host* host = cluster().network().find_host(net::IpAddress::parse(ip(client)).value());
    REQUIRE(host != nullptr);
    std::optional<std::string> answer;
    const net::SocketAddress server{net::IpAddress::parse(address).value(),
                                    static_cast<std::uint16_t>(port)};
    const sim::Process asking{cluster().loop(),
                              ask_by_sctp(net::Ref<net::Host>{host}, server, answer)};
    while (!answer) cluster().run_for(50ms);
    return *answer;
  }

  std::vector<std::string> pods_;
  // Its own and its Service's.
  std::map<std::string, std::vector<std::string>> addresses_;
  std::set<std::pair<std::string, std::string>> denied_;
};

constexpr std::string_view kAll = "podSelector: {}, ";
constexpr std::string_view kPodA = "podSelector: {matchLabels: {pod: a}}, ";

std::string spec(std::string_view selector, std::string_view rest) {
  return std::string{selector} + std::string{rest};
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should support a "
    "'default-deny-ingress' policy") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b"}};
  world.check(80);
  world.policy("deny-ingress", spec(kAll, "ingress: [], policyTypes: [Ingress]"));
  world.expect("*/*", "x/*", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should support a "
    "'default-deny-all' policy") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("deny-all", spec(kAll, "policyTypes: [Ingress, Egress]"));
  world.expect("*/*", "x/*", false);
  world.expect("x/*", "*/*", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy to "
    "allow traffic from pods within server namespace based on PodSelector") {
  Netpol world{{"x/a", "x/b", "x/c", "y/a"}};
  world.policy("x-a-allows-x-b",
               spec(kPodA, "ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}]"));
  world.expect_all_ingress("x/a", false);
  world.expect("x/b", "x/a", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy to "
    "allow ingress traffic for a target") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("deny-all", spec(kAll, "policyTypes: [Ingress]"));
  world.policy("allow-all-to-a",
               spec(kPodA, "ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]"));
  world.expect_all_ingress("x/a", true);
  world.expect_all_ingress("x/b", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy to "
    "allow ingress traffic from pods in all namespaces") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-from-another-ns",
               spec(kPodA, "ingress: [{from: [{namespaceSelector: {matchLabels: {}}}]}]"));
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy to "
    "allow traffic only from a different namespace, based on NamespaceSelector") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-client-a-via-ns-selector",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchLabels: "
                    "{kubernetes.io/metadata.name: 'y'}}}]}]"));
  world.expect("x/*", "x/a", false);
  world.expect("z/*", "x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on PodSelector with MatchExpressions") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("x-a-allows-x-b", spec(kPodA,
                                      "ingress: [{from: [{podSelector: {matchExpressions: "
                                      "[{key: pod, operator: In, values: [b]}]}}]}]"));
  world.expect_all_ingress("x/a", false);
  world.expect("x/b", "x/a", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on NamespaceSelector with MatchExpressions") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-ns-y-match-selector",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: "
                    "kubernetes.io/metadata.name, operator: In, values: ['y']}]}}]}]"));
  world.expect("x/*", "x/a", false);
  world.expect("z/*", "x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on PodSelector or NamespaceSelector") {
  Netpol world{{"x/a", "x/b", "x/c", "y/a"}};
  world.policy("allow-ns-y-match-selector",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: "
                    "kubernetes.io/metadata.name, operator: NotIn, values: ['x']}]}}, "
                    "{podSelector: {matchLabels: {pod: b}}}]}]"));
  world.expect("x/c", "x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on PodSelector and NamespaceSelector") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b", "z/b"}};
  world.policy("allow-ns-y-podselector-and-nsselector",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: "
                    "kubernetes.io/metadata.name, operator: NotIn, values: ['x']}]}, "
                    "podSelector: {matchLabels: {pod: b}}}]}]"));
  world.expect_all_ingress("x/a", false);
  world.expect("y/b", "x/a", true);
  world.expect("z/b", "x/a", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on Multiple PodSelectors and NamespaceSelectors") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b", "y/c"}};
  world.policy("allow-ns-y-z-pod-b-c",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: "
                    "kubernetes.io/metadata.name, operator: NotIn, values: ['x']}]}, "
                    "podSelector: {matchExpressions: "
                    "[{key: pod, operator: In, values: [b, c]}]}}]}]"));
  world.expect("x/*", "x/a", false);
  world.expect("y/a", "x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on any PodSelectors") {
  Netpol world{{"x/a", "x/b", "x/c"}};
  world.policy("allow-ns-x-pod-b-c",
               spec(kPodA,
                    "ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}, "
                    "{podSelector: {matchLabels: {pod: c}}}]}]"));
  world.expect_all_ingress("x/a", false);
  world.expect("x/b", "x/a", true);
  world.expect("x/c", "x/a", true);
  world.check(80);
}

// A rule that allows one Pod of one namespace.
constexpr std::string_view kFromPodAOfY =
    "ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: 'y'}}, "
    "podSelector: {matchLabels: {pod: a}}}]}]";

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy to "
    "allow traffic only from a pod in a different namespace based on PodSelector and "
    "NamespaceSelector") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b", "z/a"}};
  world.policy("allow-ns-y-pod-a-via-namespace-pod-selector", spec(kPodA, kFromPodAOfY));
  world.expect_all_ingress("x/a", false);
  world.expect("y/a", "x/a", true);
  world.check(80);
}

// Allows the namespace y to one port.
std::string from_y_to(std::string_view port) {
  return fmt::format(
      "ingress: [{{from: [{{namespaceSelector: {{matchLabels: "
      "{{kubernetes.io/metadata.name: 'y'}}}}}}], ports: [{{{}}}]}}]",
      port);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on Ports") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b", "z/a"}};
  world.policy("allow-client-a-via-ns-selector", spec(kPodA, from_y_to("port: 81, protocol: TCP")));
  world.expect("x/*", "x/a", false);
  world.expect("z/*", "x/a", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce multiple, "
    "stacked policies with overlapping podSelectors") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b", "z/a"}};
  const auto expect_y_only = [&] {
    world.allow_all();
    world.expect("x/*", "x/a", false);
    world.expect("z/*", "x/a", false);
  };
  world.policy("allow-client-a-via-ns-selector", spec(kPodA, from_y_to("port: 81, protocol: TCP")));
  expect_y_only();
  world.check(81);
  world.expect_all_ingress("x/a", false);
  world.check(80);
  world.policy("allow-client-a-via-ns-selector-80",
               spec(kPodA, from_y_to("port: 80, protocol: TCP")));
  expect_y_only();
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should support allow-all "
    "policy") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("allow-all", spec(kAll, "ingress: [{}]"));
  world.check(80);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should allow ingress "
    "access on one named port") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("allow-all", spec(kAll, "ingress: [{ports: [{port: serve-81-tcp}]}]"));
  world.check(81);
  world.expect("*/*", "x/*", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should allow ingress "
    "access from namespace on one named port") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-client-a-via-ns-selector-80",
               spec(kPodA, from_y_to("port: serve-80-tcp, protocol: TCP")));
  world.expect("x/*", "x/a", false);
  world.expect("z/*", "x/a", false);
  world.check(80);
  world.expect_all_ingress("x/a", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should allow egress access "
    "on one named port") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-egress",
               spec(kAll, "egress: [{ports: [{port: serve-80-tcp}]}], policyTypes: [Egress]"));
  world.check(80);
  world.expect("x/*", "*/*", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce updated "
    "policy") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-all-mutate-to-deny-all", spec(kAll, "ingress: [{}]"));
  world.check(81);
  world.policy("allow-all-mutate-to-deny-all", spec(kAll, "ingress: []"));
  world.expect("*/*", "x/*", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should allow ingress "
    "access from updated namespace") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-client-a-via-ns-selector",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchLabels: {ns2: "
                    "updated}}}]}]"));
  world.expect_all_ingress("x/a", false);
  world.check(80);
  world.patch("/api/v1/namespaces/y", "{metadata: {labels: {ns2: updated}}}");
  world.settle();
  world.expect("y/*", "*/*", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should allow ingress "
    "access from updated pod") {
  Netpol world{{"x/a", "x/b"}};
  world.policy("allow-client-a-via-pod-selector",
               spec(kPodA,
                    "ingress: [{from: [{podSelector: {matchLabels: {pod: b, pod2: "
                    "updated}}}]}]"));
  world.expect_all_ingress("x/a", false);
  world.check(80);
  world.patch(Netpol::pod_path("x/b"), "{metadata: {labels: {pod: b, pod2: updated}}}");
  world.settle();
  world.expect("x/b", "x/a", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should deny ingress from "
    "pods on other namespaces") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("deny-empty-policy", spec(kAll, "ingress: [{from: [{podSelector: {}}]}]"));
  world.expect("y/*", "x/*", false);
  world.expect("z/*", "x/*", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should deny ingress access "
    "to updated pod") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("deny-ingress-via-label-selector",
               "podSelector: {matchLabels: {target: isolated}}, policyTypes: [Ingress]");
  world.check(80);
  world.patch(Netpol::pod_path("x/a"), "{metadata: {labels: {target: isolated}}}");
  world.settle();
  world.expect_all_ingress("x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should deny egress from "
    "pods based on PodSelector") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("deny-egress-pod-a", spec(kPodA, "policyTypes: [Egress]"));
  world.expect_all_egress("x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should deny egress from "
    "all pods in a namespace") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("deny-egress-ns-x", spec(kAll, "policyTypes: [Egress]"));
  world.expect("x/*", "*/*", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should work with Ingress, "
    "Egress specified together") {
  Netpol world{{"x/a", "x/b", "x/c", "y/a"}};
  world.policy("allow-client-a-via-pod-selector",
               spec(kPodA,
                    "ingress: [{from: [{podSelector: {matchLabels: {pod: b}}}]}], "
                    "egress: [{ports: [{port: 80}]}], policyTypes: [Egress, Ingress]"));
  world.expect_all_ingress("x/a", false);
  world.expect("x/b", "x/a", true);
  world.check(80);
  world.expect_all_egress("x/a", false);
  world.check(81);
}

// What x/a may send to: y/a alone.
constexpr std::string_view kToPodAOfY =
    "egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: 'y'}}, "
    "podSelector: {matchLabels: {pod: a}}}]}], policyTypes: [Egress]";

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should support denying of "
    "egress traffic on the client side (even if the server explicitly allows this traffic)") {
  Netpol world{{"x/a", "y/a", "y/b"}};
  world.policy("allow-to-ns-y-pod-a", spec(kPodA, kToPodAOfY));
  const std::string from_x_a =
      "ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: 'x'}}, "
      "podSelector: {matchLabels: {pod: a}}}]}]";
  world.policy("allow-from-xa-on-ya-match-selector", spec(kPodA, from_x_a), "y");
  world.policy("allow-from-xa-on-yb-match-selector",
               "podSelector: {matchLabels: {pod: b}}, " + from_x_a, "y");
  world.expect("x/a", "*/*", false);
  world.expect("*/*", "y/a", false);
  world.expect("x/a", "y/a", true);
  world.expect("*/*", "y/b", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce egress "
    "policy allowing traffic to a server in a different namespace based on PodSelector and "
    "NamespaceSelector") {
  Netpol world{{"x/a", "y/a", "y/b"}};
  world.policy("allow-to-ns-y-pod-a", spec(kPodA, kToPodAOfY));
  world.expect_all_egress("x/a", false);
  world.expect("x/a", "y/a", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce ingress "
    "policy allowing any port traffic to a server on a specific protocol") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-ingress-by-proto", spec(kPodA, "ingress: [{ports: [{protocol: TCP}]}]"));
  world.check(80);
  world.expect("*/*", "x/a", false);
  world.check(80, "UDP");
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce multiple "
    "ingress policies with ingress allow-all policy taking precedence") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-ingress-port-80", spec(kAll, "ingress: [{ports: [{port: 80}]}]"));
  world.expect("*/*", "x/*", false);
  world.check(81);
  world.policy("allow-ingress", spec(kAll, "ingress: [{}]"));
  world.allow_all();
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce multiple "
    "egress policies with egress allow-all policy taking precedence") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-egress-port-80",
               spec(kAll, "egress: [{ports: [{port: 80}]}], policyTypes: [Egress]"));
  world.expect("x/*", "*/*", false);
  world.check(81);
  world.policy("allow-egress", spec(kAll, "egress: [{}], policyTypes: [Egress]"));
  world.allow_all();
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should stop enforcing "
    "policies after they are deleted") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("deny-all", spec(kAll, "policyTypes: [Ingress, Egress]"));
  world.expect("x/*", "*/*", false);
  world.expect("*/*", "x/*", false);
  world.check(80);
  world.must("DELETE", "/apis/networking.k8s.io/v1/namespaces/x/networkpolicies/deny-all");
  world.cluster().run_for(3s);
  world.allow_all();
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should allow egress access "
    "to server in CIDR block") {
  Netpol world{{"x/a", "y/a", "y/b"}};
  world.policy("allow-client-a-via-cidr-egress-rule",
               spec(kPodA, fmt::format("egress: [{{to: [{{ipBlock: {{cidr: {}/32}}}}]}}], "
                                       "policyTypes: [Egress]",
                                       world.ip("y/b"))));
  world.expect_all_egress("x/a", false);
  world.expect("x/a", "y/b", true);
  world.check(80);
}

// All addresses but that of x/b.
std::string all_but_b(Netpol& world) {
  return fmt::format(
      "egress: [{{to: [{{ipBlock: {{cidr: 0.0.0.0/0, except: [{}/32]}}}}]}}], "
      "policyTypes: [Egress]",
      world.ip("x/b"));
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce except "
    "clause while egress access to server in CIDR block") {
  Netpol world{{"x/a", "x/b", "x/c"}};
  world.policy("allow-client-a-via-cidr-egress-rule", spec(kPodA, all_but_b(world)));
  world.expect("x/a", "x/b", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should ensure an IP "
    "overlapping both IPBlock.CIDR and IPBlock.Except is allowed") {
  Netpol world{{"x/a", "x/b", "x/c"}};
  world.policy("allow-client-a-via-cidr-egress-rule", spec(kPodA, all_but_b(world)));
  world.expect("x/a", "x/b", false);
  world.check(80);
  world.policy("allow-client-a-via-cidr-egress-rule",
               spec(kPodA, fmt::format("egress: [{{to: [{{ipBlock: {{cidr: {}/32}}}}]}}], "
                                       "policyTypes: [Egress]",
                                       world.ip("x/b"))));
  world.expect_all_egress("x/a", false);
  world.expect("x/a", "x/b", true);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policies to "
    "check ingress and egress policies can be controlled independently based on "
    "PodSelector") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("allow-egress-for-target", spec(kPodA, "egress: [{}], policyTypes: [Egress]"));
  world.check(80);
  world.policy("deny-ingress-via-label-selector", spec(kPodA, "policyTypes: [Ingress]"));
  world.expect_all_ingress("x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should not mistakenly "
    "treat 'protocol: SCTP' as 'protocol: TCP', even if the plugin doesn't support SCTP") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("deny-ingress", spec(kAll, "policyTypes: [Ingress]"));
  world.policy("allow-only-sctp-ingress-on-port-81",
               spec(kPodA, "ingress: [{ports: [{port: 81, protocol: SCTP}]}]"));
  world.expect("*/*", "x/*", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should properly isolate "
    "pods that are selected by a policy allowing SCTP, even if the plugin doesn't support "
    "SCTP") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-only-sctp-ingress-on-port-80",
               spec(kPodA, "ingress: [{ports: [{port: 80, protocol: SCTP}]}]"));
  world.expect_all_ingress("x/a", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should not allow access by "
    "TCP when a policy specifies only UDP") {
  Netpol world{{"x/a", "y/a"}};
  world.policy("allow-only-udp-ingress-on-port-81",
               spec(kPodA, "ingress: [{ports: [{port: 81, protocol: UDP}]}]"));
  world.expect_all_ingress("x/a", false);
  world.check(81);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy to "
    "allow traffic based on NamespaceSelector with MatchLabels using default ns label") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-client-a-via-ns-selector-for-immutable-ns-label",
               spec(kPodA,
                    "ingress: [{from: [{namespaceSelector: {matchLabels: "
                    "{kubernetes.io/metadata.name: 'y'}}}]}]"));
  world.expect("x/*", "x/a", false);
  world.expect("z/*", "x/a", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol NetworkPolicy between server and client should enforce policy "
    "based on NamespaceSelector with MatchExpressions using default ns label") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-ns-y-match-selector-for-immutable-ns-label",
               spec(kPodA,
                    "egress: [{to: [{namespaceSelector: {matchExpressions: [{key: "
                    "kubernetes.io/metadata.name, operator: NotIn, values: ['y']}]}}]}], "
                    "policyTypes: [Egress]"));
  world.expect("x/a", "y/*", false);
  world.check(80);
}

TEST_CASE(
    "[sig-network] Netpol [LinuxOnly] NetworkPolicy between server and client using UDP "
    "should support a 'default-deny-ingress' policy") {
  Netpol world{{"x/a", "x/b", "y/a", "y/b"}};
  world.check(80, "UDP");
  world.policy("deny-all", spec(kAll, "policyTypes: [Ingress]"));
  world.expect("*/*", "x/*", false);
  world.check(80, "UDP");
}

TEST_CASE(
    "[sig-network] Netpol [LinuxOnly] NetworkPolicy between server and client using UDP "
    "should enforce policy based on Ports") {
  Netpol world{{"x/a", "x/b", "y/a", "z/a"}};
  world.policy("allow-ingress-on-port-81-ns-x", spec(kPodA, from_y_to("port: 81, protocol: UDP")));
  world.expect("x/*", "x/a", false);
  world.expect("z/*", "x/a", false);
  world.check(81, "UDP");
}

TEST_CASE(
    "[sig-network] Netpol [LinuxOnly] NetworkPolicy between server and client using UDP "
    "should enforce policy to allow traffic only from a pod in a different namespace based "
    "on PodSelector and NamespaceSelector") {
  Netpol world{{"x/a", "x/b", "y/a"}};
  world.policy("allow-ns-y-pod-a-via-namespace-pod-selector", spec(kPodA, kFromPodAOfY));
  world.expect_all_ingress("x/a", false);
  world.expect("y/a", "x/a", true);
  world.check(80, "UDP");
}

// The modes of the proxies that know SCTP.
constexpr net::proxy::ModeKind kSctpModes[] = {
    net::proxy::ModeKind::iptables, net::proxy::ModeKind::ipvs, net::proxy::ModeKind::nftables};

TEST_CASE(
    "[sig-network] Netpol [LinuxOnly] NetworkPolicy between server and client using SCTP "
    "should support a 'default-deny-ingress' policy") {
  for (const net::proxy::ModeKind mode : kSctpModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Netpol world{{"x/a", "x/b", "y/a", "y/b"}, {.proxy_mode = mode}};
    world.check(80, "SCTP");
    world.policy("deny-all", spec(kAll, "policyTypes: [Ingress]"));
    world.expect("*/*", "x/*", false);
    world.check(80, "SCTP");
  }
}

TEST_CASE(
    "[sig-network] Netpol [LinuxOnly] NetworkPolicy between server and client using SCTP "
    "should enforce policy based on Ports") {
  for (const net::proxy::ModeKind mode : kSctpModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Netpol world{{"x/a", "x/b", "y/a", "z/a"}, {.proxy_mode = mode}};
    world.policy("allow-ingress-on-port-81-ns-x",
                 spec(kPodA, from_y_to("port: 81, protocol: SCTP")));
    world.expect("x/*", "x/a", false);
    world.expect("z/*", "x/a", false);
    world.check(81, "SCTP");
    // Neither by another port nor by another protocol.
    world.expect_all_ingress("x/a", false);
    world.check(80, "SCTP");
    world.check(81);
  }
}

TEST_CASE(
    "[sig-network] Netpol [LinuxOnly] NetworkPolicy between server and client using SCTP "
    "should enforce policy to allow traffic only from a pod in a different namespace based "
    "on PodSelector and NamespaceSelector") {
  for (const net::proxy::ModeKind mode : kSctpModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Netpol world{{"x/a", "x/b", "y/a", "y/b"}, {.proxy_mode = mode}};
    world.policy("allow-ns-y-pod-a-via-namespace-pod-selector", spec(kPodA, kFromPodAOfY));
    world.expect_all_ingress("x/a", false);
    world.expect("y/a", "x/a", true);
    world.check(80, "SCTP");
  }
}

}  // namespace
}  // namespace rockpool::conformance
