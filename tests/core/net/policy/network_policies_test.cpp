// SPDX-License-Identifier: Apache-2.0
#include "core/net/policy/network_policies.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include "core/cluster/cluster.h"
#include "core/doc/yaml.h"
#include "core/net/proxy/mode.h"
#include "tests/core/conformance/world.h"
#include "tests/core/net/world.h"

namespace rockpool::net {
namespace {

using testing::failure_of;
using testing::NamedServer;
using namespace std::chrono_literals;

doc::Value yaml(const std::string& text) {
  const auto documents = doc::parse_yaml(text);
  REQUIRE(documents);
  return documents->front().value;
}

// A server and two clients in `default`, one of them on the server's node.
struct PolicyWorld : testing::World {
  PolicyWorld()
      : policies{network, sim::Random{1}, {.propagation_delay = 200ms, .propagation_spread = 0ms}} {
    const doc::Value space = yaml("{metadata: {name: default, labels: {team: a}}}");
    policies.on_namespace(nullptr, &space);
    web = add("web", *one, 10);
    near = add("near", *one, 11);
    far = add("far", *two, 12);
    listener = std::make_unique<Listener>(web->listen(80, server).value());
  }

  Ref<Host> add(const std::string& name, Node& node, std::uint8_t octet) {
    Ref<Host> host = add_pod(node, name, octet);
    addresses[name] = host->address().to_string();
    return host;
  }

  // Tells of a policy in `default`; then of the Pods, which nobody follows while there is none.
  void set_policy(const std::string& name, const std::string& spec) {
    const doc::Value after =
        yaml("{metadata: {name: " + name + ", namespace: default}, spec: {" + spec + "}}");
    policies.on_policy(nullptr, &after);
    if (knows_pods) return;
    knows_pods = true;
    for (const auto& [pod, address] : addresses) {
      const doc::Value object = pod_object(pod, "{app: " + pod + "}");
      policies.on_pod(nullptr, &object);
    }
    loop.run_for(1s);
  }
  void remove_policy(const std::string& name) {
    const doc::Value before = yaml("{metadata: {name: " + name + ", namespace: default}}");
    policies.on_policy(&before, nullptr);
  }
  doc::Value pod_object(const std::string& name, const std::string& labels) {
    return yaml(
        fmt::format("{{metadata: {{name: {}, namespace: default, labels: {}}}, "
                    "status: {{podIP: {}}}}}",
                    name, labels, addresses[name]));
  }
  std::string reach(const Ref<Host>& from, sim::Duration timeout = 1s) {
    FetchOptions options;
    options.timeout = timeout;
    const FetchResult result = fetch(from, "http://" + addresses["web"] + "/", options);
    return result.ok() ? result.outcome->body : std::string{failure_kind_name(failure_of(result))};
  }

  std::map<std::string, std::string> addresses;
  bool knows_pods = false;
  NetworkPolicies policies;
  NamedServer server{"web"};
  Ref<Host> web;
  Ref<Host> near;
  Ref<Host> far;
  std::unique_ptr<Listener> listener;
};

constexpr const char* kDenyIngress = "podSelector: {}, policyTypes: [Ingress]";
constexpr const char* kDenyEgress = "podSelector: {}, policyTypes: [Egress]";

TEST_CASE("a policy takes its propagation delay to come and to go") {
  PolicyWorld world;
  CHECK_FALSE(world.policies.is_active());
  const doc::Value policy = yaml(
      "{metadata: {name: deny, namespace: default}, spec: {podSelector: {}, policyTypes: "
      "[Ingress]}}");
  world.policies.on_policy(nullptr, &policy);
  for (const auto& [pod, address] : world.addresses) {
    const doc::Value object = world.pod_object(pod, "{}");
    world.policies.on_pod(nullptr, &object);
  }
  world.loop.run_for(150ms);
  CHECK(world.reach(world.far) == "web");
  world.loop.run_for(60ms);
  CHECK(world.reach(world.far) == "connection_timed_out");
  world.policies.on_policy(&policy, nullptr);
  world.loop.run_for(100ms);
  CHECK(world.reach(world.far, 50ms) == "connection_timed_out");
  world.loop.run_for(100ms);
  CHECK(world.reach(world.far) == "web");
  world.loop.run_for(1s);
  CHECK_FALSE(world.policies.is_active());
}

TEST_CASE("a dropped SYN is repeated and gets through when the policy is gone") {
  PolicyWorld world;
  world.set_policy("deny", kDenyIngress);
  testing::Fetching fetching{world.far, "http://" + world.addresses["web"] + "/"};
  world.loop.run_for(2s);
  CHECK_FALSE(fetching.is_done());
  world.remove_policy("deny");
  world.loop.run_for(10s);
  REQUIRE(fetching.is_done());
  CHECK(fetching.body() == "web");
}

TEST_CASE("the Pod's own node is let through, another one is not") {
  PolicyWorld world;
  world.set_policy("deny", "podSelector: {}, policyTypes: [Ingress, Egress]");
  CHECK(world.reach(Ref{&world.one->host()}) == "web");
  CHECK(world.reach(Ref{&world.two->host()}) == "connection_timed_out");
  CHECK(world.reach(world.near) == "connection_timed_out");
  CHECK(world.reach(world.outside) == "connection_timed_out");
  // A Pod reaches itself and its node.
  CHECK(world.reach(world.web) == "web");
  NamedServer on_node{"node"};
  const Listener listener = world.one->host().listen(90, on_node).value();
  CHECK(world.fetch(world.web, "http://192.168.0.1:90/").outcome->body == "node");
}

TEST_CASE("the trace names the policy that drops") {
  PolicyWorld world;
  world.set_policy("deny-in", kDenyIngress);
  world.set_policy("deny-out", "podSelector: {matchLabels: {app: far}}, policyTypes: [Egress]");
  world.loop.run_for(1s);
  FetchOptions options;
  options.timeout = 500ms;
  options.trace = true;
  const auto hop_of = [&](const Ref<Host>& from) {
    const FetchResult result = world.fetch(from, "http://" + world.addresses["web"] + "/", options);
    CHECK(failure_of(result) == FailureKind::connection_timed_out);
    const auto hop = std::ranges::find(result.trace->hops, HopKind::policy, &Hop::kind);
    REQUIRE(hop != result.trace->hops.end());
    return *hop;
  };
  const Hop out = hop_of(world.far);
  CHECK(out.detail == "egress of default/far is not allowed by default/deny-out");
  CHECK(out.node == "node-2");
  const Hop in = hop_of(world.near);
  CHECK(in.detail == "ingress of default/web is not allowed by default/deny-in");
  CHECK(in.pod == "default/web");
  CHECK(in.node == "node-1");
  CHECK(in.to.to_string() == world.addresses["web"] + ":80");
  CHECK(world.policies.policies_of(*world.far) ==
        std::vector<std::string>{"default/deny-in", "default/deny-out"});
  CHECK(world.policies.policies_of(*world.outside).empty());
}

TEST_CASE("what a label changes, others learn late") {
  PolicyWorld world;
  world.set_policy("friends",
                   "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], "
                   "ingress: [{from: [{podSelector: {matchLabels: {friend: very}}}]}]");
  CHECK(world.reach(world.far) == "connection_timed_out");
  const doc::Value before = world.pod_object("far", "{app: far}");
  const doc::Value after = world.pod_object("far", "{app: far, friend: very}");
  world.policies.on_pod(&before, &after);
  world.loop.run_for(100ms);
  CHECK(world.reach(world.far, 50ms) == "connection_timed_out");
  world.loop.run_for(100ms);
  CHECK(world.reach(world.far) == "web");
}

// Takes a connection and whatever comes on it.
class Collector : public StreamHandler {
 public:
  void accept(Socket socket) override { process_ = sim::Process{loop, take(std::move(socket))}; }
  explicit Collector(sim::Loop& loop_) : loop{loop_} {}
  std::string received;
  sim::Loop& loop;

 private:
  sim::Task<void> take(Socket socket) {
    for (;;) {
      auto receiving = socket.receive();
      const auto message = co_await receiving;
      if (!message || message->empty()) co_return;
      received += *message;
      socket.send("ok");
    }
  }
  sim::Process process_;
};

TEST_CASE("an open connection goes on when a policy appears") {
  PolicyWorld world;
  Collector collector{world.loop};
  const Listener listener = world.web->listen(90, static_cast<StreamHandler&>(collector)).value();
  std::string answers;
  const SocketAddress to{world.web->address(), 90};
  sim::Process client{world.loop,
                      [](Ref<Host> far, SocketAddress server, std::string& log) -> sim::Task<void> {
                        auto connecting = far->connect(server, 5s);
                        auto socket = co_await connecting;
                        for (int i = 0; socket && i < 3; ++i) {
                          socket->send("x");
                          auto receiving = socket->receive(2s);
                          const auto answer = co_await receiving;
                          log += answer ? *answer : "lost";
                          co_await sim::sleep(5s);
                        }
                        log += socket ? "." : "refused";
                      }(world.far, to, answers)};
  world.loop.run_for(1s);
  world.set_policy("deny", "podSelector: {}, policyTypes: [Ingress, Egress]");
  world.loop.run_for(30s);
  CHECK(answers == "okokok.");
  CHECK(collector.received == "xxx");
}

// Sends one datagram and says what comes back.
sim::Task<void> ask(Ref<Host> from, SocketAddress to, std::string* answer) {
  auto socket = from->bind();
  socket->send(to, "hello");
  auto receiving = socket->receive(1s);
  const auto datagram = co_await receiving;
  *answer = datagram ? datagram->payload : "lost";
}

class Echo : public DatagramHandler {
 public:
  void receive(DatagramSocket& socket, Datagram datagram) override {
    ++received;
    socket.send_from(datagram.to.ip, datagram.from, std::move(datagram.payload));
  }
  int received = 0;
};

TEST_CASE("an answer to a datagram needs no permission, a first datagram does") {
  PolicyWorld world;
  Echo echo;
  const auto open = world.web->bind(53, static_cast<DatagramHandler&>(echo));
  const auto other = world.far->bind(53, static_cast<DatagramHandler&>(echo));
  const auto exchange = [&](const Ref<Host>& from, const Ref<Host>& to) {
    std::string answer;
    const sim::Process process{world.loop, ask(from, {to->address(), 53}, &answer)};
    world.loop.run_for(2s);
    return answer;
  };
  // The client may send and not be sent to; the server may be sent to and not send.
  world.set_policy("in", "podSelector: {matchLabels: {app: far}}, policyTypes: [Ingress]");
  world.set_policy("out", "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]");
  world.loop.run_for(1s);
  CHECK(exchange(world.far, world.web) == "hello");
  CHECK(echo.received == 1);
  CHECK(exchange(world.web, world.far) == "lost");
  CHECK(exchange(world.near, world.far) == "lost");
  CHECK(echo.received == 1);
}

// A whole cluster, for what goes through Services.
struct Services : conformance::World {
  explicit Services(proxy::ModeKind mode) : World{options(mode)} {
    start_agnhost("web", "{app: web}", "[netexec, --http-port=8080]", "[{containerPort: 8080}]",
                  "{nodeName: node-1}");
    start_agnhost("friend", "{app: friend}", "[pause]", "[]", "{nodeName: node-2}");
    start_agnhost("stranger", "{app: stranger}", "[pause]", "[]", "{nodeName: node-2}");
    start_agnhost("neighbour", "{app: stranger}", "[pause]", "[]", "{nodeName: node-1}");
    apply(
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, "
        "selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}}");
    wait_ready({"web", "friend", "stranger", "neighbour"});
    cluster().run_for(2s);
  }
  static ClusterOptions options(proxy::ModeKind mode) {
    ClusterOptions result;
    result.proxy_mode = mode;
    return result;
  }
  void policy(std::string_view name, const std::string& spec) {
    apply(
        fmt::format("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, "
                    "metadata: {{name: {}}}, spec: {{{}}}}}",
                    name, spec));
    cluster().run_for(1s);
  }
  std::string reach(const std::string& url, const std::string& from) {
    return fetch(url, from, 3s);
  }
};

constexpr proxy::ModeKind kModes[] = {proxy::ModeKind::userspace, proxy::ModeKind::iptables,
                                      proxy::ModeKind::ipvs, proxy::ModeKind::nftables};
constexpr const char* kTimedOut = "failed: connection_timed_out";
constexpr const char* kByName = "http://web/hostname";

TEST_CASE("a Service leads to a Pod as its policies see it, in every mode") {
  for (const proxy::ModeKind mode : kModes) {
    Services world{mode};
    world.policy("deny", kDenyIngress);
    CHECK(world.reach(kByName, "friend") == kTimedOut);
    CHECK(world.reach(kByName, "neighbour") == kTimedOut);
    CHECK(world.reach("http://node-2:30080/hostname", "external") == kTimedOut);
    CHECK(world.reach("http://node-1:30080/hostname", "external") == kTimedOut);
    // The Pod stays ready: its node's kubelet is never kept out.
    world.cluster().run_for(1min);
    world.wait_ready({"web"});
    world.policy("allow-friend",
                 "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: "
                 "{matchLabels: {app: friend}}}], ports: [{port: 8080}]}]");
    CHECK(world.reach(kByName, "friend") == "web");
    CHECK(world.reach(kByName, "stranger") == kTimedOut);
    CHECK(world.reach(kByName, "neighbour") == kTimedOut);
    // The port is the Pod's, not the Service's.
    world.policy("allow-friend",
                 "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: "
                 "{matchLabels: {app: friend}}}], ports: [{port: 80}]}]");
    CHECK(world.reach(kByName, "friend") == kTimedOut);
  }
}

TEST_CASE("from outside, a Pod's policies see the node that masquerades, but on its own node") {
  for (const proxy::ModeKind mode : kModes) {
    Services world{mode};
    const std::string node_2 = conformance::text_at(
        world.get("/api/v1/nodes/node-2")["status"]["addresses"].at(0), {"address"});
    world.policy("from-node-2",
                 fmt::format("podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: "
                             "[{{ipBlock: {{cidr: {}/32}}}}]}}]",
                             node_2));
    CHECK(world.reach("http://node-2:30080/hostname", "external") == "web");
    CHECK(world.reach("http://node-1:30080/hostname", "external") == kTimedOut);
  }
}

TEST_CASE("egress is judged by the endpoint, and names need port 53") {
  for (const proxy::ModeKind mode : kModes) {
    Services world{mode};
    world.policy("deny", kDenyEgress);
    CHECK(world.reach(kByName, "friend") == "failed: dns_timed_out");
    world.policy("dns",
                 "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, "
                 "protocol: UDP}, {port: 53}]}]");
    CHECK(world.reach(kByName, "friend") == kTimedOut);
    world.policy("web",
                 "podSelector: {matchLabels: {app: friend}}, policyTypes: [Egress], "
                 "egress: [{to: [{podSelector: {matchLabels: {app: web}}}]}]");
    CHECK(world.reach(kByName, "friend") == "web");
    CHECK(world.reach(kByName, "stranger") == kTimedOut);
    // The API server is outside the cluster's network, and nobody has allowed it.
    CHECK(world.reach("https://kubernetes/", "friend") == kTimedOut);
  }
}

TEST_CASE("Pods in their node's network are the node") {
  Services world{proxy::ModeKind::iptables};
  for (const int node : {1, 2}) {
    world.start_agnhost(fmt::format("host-{}", node), "{app: friend}", "[pause]", "[]",
                        fmt::format("{{hostNetwork: true, nodeName: node-{}}}", node));
  }
  world.wait_ready({"host-1", "host-2"});
  world.policy("deny", "podSelector: {}, policyTypes: [Ingress, Egress]");
  world.policy("allow-friend",
               "podSelector: {matchLabels: {app: web}}, ingress: [{from: "
               "[{podSelector: {matchLabels: {app: friend}}}]}]");
  const std::string direct = "http://" + world.pod_ip("web") + ":8080/hostname";
  // No selector finds it, but its own node is let through; no policy selects it either.
  CHECK(world.reach(direct, "host-1") == "web");
  CHECK(world.reach(direct, "host-2") == kTimedOut);
  CHECK(world.reach("http://" + world.pod_ip("host-1") + ":10256/healthz", "host-2")
            .starts_with("{"));
}

TEST_CASE("a Pod reaches itself through its Service") {
  for (const proxy::ModeKind mode : kModes) {
    Services world{mode};
    world.policy("deny", "podSelector: {}, policyTypes: [Ingress, Egress]");
    const std::string ip =
        conformance::text_at(world.get(conformance::service_path("web")), {"spec", "clusterIP"});
    CHECK(world.reach("http://" + ip + "/hostname", "web") == "web");
  }
}

}  // namespace
}  // namespace rockpool::net
