// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <fmt/format.h>
#include "core/api/object.h"
#include "core/api/views/pod.h"
#include "tests/core/conformance/world.h"

// Tests of test/e2e/network/loadbalancer.go, which need a cloud that makes load balancers.
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

const std::string kServices = "/api/v1/namespaces/default/services";
const std::string kRefused = "failed: connection_refused";
constexpr std::string_view kOutside = "external";
constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

// A cluster with a Service `test` of the Pods of a Deployment `test`.
class Cloud : public World {
 public:
  explicit Cloud(ModeKind mode = ModeKind::userspace) : World{{.proxy_mode = mode}} {}

  doc::Value create_service(const std::string& fields, const std::string& port_fields = "") {
    return create(kServices,
                  fmt::format("{{metadata: {{name: test}}, spec: {{{} selector: {{app: test}}, "
                              "ports: [{{port: 80, targetPort: 8080{}}}]}}}}",
                              fields, port_fields));
  }
  void start_server(const std::string& name, int node) {
    start_agnhost(name, "{app: test}", "[netexec, --http-port=8080]", "[{containerPort: 8080}]",
                  fmt::format("{{nodeName: node-{}}}", node));
    wait_ready({name});
  }
  void start_client(const std::string& name, int node) {
    start_agnhost(name, "{}", "[pause]", "[]", fmt::format("{{nodeName: node-{}}}", node));
    wait_ready({name});
  }

  doc::Value service() { return get(service_path("test")); }
  void change(std::string_view yaml) { patch(service_path("test"), yaml); }
  std::int64_t node_port() { return service()["spec"]["ports"].at(0)["nodePort"].as_int(); }
  // The load balancer's address; empty if there is none.
  std::string ingress() {
    return text_at(service()["status"]["loadBalancer"]["ingress"].at(0), {"ip"});
  }
  std::string wait_for_ingress() {
    REQUIRE(wait_for([&] { return !ingress().empty(); }));
    return ingress();
  }
  std::string at_load_balancer(const std::string& address, int port = 80,
                               std::string_view path = "hostname") {
    return fmt::format("http://{}:{}/{}", address, port, path);
  }
  std::string at_node(int node, std::int64_t port, std::string_view path = "hostname") {
    return fmt::format("http://node-{}:{}/{}", node, port, path);
  }
  // Whether somebody outside comes to be answered by this Pod alone.
  bool is_reached(const std::string& url, const std::string& server = "server") {
    return is_served_by(url, std::string{kOutside}, {server});
  }
  // Whether requests from outside come to be answered in that way.
  bool comes_to(const std::string& url, std::string_view beginning) {
    return wait_for([&] { return fetch(url, std::string{kOutside}, 2s).starts_with(beginning); });
  }
};

TEST_CASE(
    "[sig-network] LoadBalancers should be able to change the type and ports of a TCP service") {
  Cloud world;
  world.start_server("server", 1);
  world.create_service("");
  world.change("{spec: {type: NodePort}}");
  const std::int64_t first_port = world.node_port();
  CHECK(world.is_reached(world.at_node(2, first_port)));

  world.change("{spec: {type: LoadBalancer}}");
  const std::string address = world.wait_for_ingress();
  CHECK(world.node_port() == first_port);
  CHECK(world.is_reached(world.at_node(2, first_port)));
  CHECK(world.is_reached(world.at_load_balancer(address)));

  world.change("{spec: {ports: [{port: 80, targetPort: 8080, nodePort: 31999}]}}");
  CHECK(world.ingress() == address);
  CHECK(world.is_reached(world.at_node(2, 31999)));
  CHECK(world.comes_to(world.at_node(2, first_port), "failed: "));
  CHECK(world.is_reached(world.at_load_balancer(address)));

  world.change("{spec: {ports: [{port: 81, targetPort: 8080, nodePort: 31999}]}}");
  CHECK(world.ingress() == address);
  CHECK(world.is_reached(world.at_node(2, 31999)));
  CHECK(world.is_reached(world.at_load_balancer(address, 81)));

  world.must("DELETE", "/api/v1/namespaces/default/pods/server?gracePeriodSeconds=0");
  CHECK(world.comes_to(world.at_node(2, 31999), kRefused));
  CHECK(world.comes_to(world.at_load_balancer(address, 81), kRefused));
  world.start_server("another", 3);
  CHECK(world.is_reached(world.at_node(2, 31999), "another"));
  CHECK(world.is_reached(world.at_load_balancer(address, 81), "another"));

  world.change("{spec: {type: ClusterIP}}");
  CHECK(world.node_port() == 0);
  CHECK(world.wait_for([&] { return world.ingress().empty(); }));
  CHECK(world.comes_to(world.at_node(2, 31999), "failed: "));
  CHECK(world.comes_to(world.at_load_balancer(address, 81), "failed: "));
}

TEST_CASE(
    "[sig-network] LoadBalancers should be able to create LoadBalancer Service without NodePort "
    "and change it") {
  Cloud world;
  world.start_server("server", 1);
  world.create_service("type: LoadBalancer, allocateLoadBalancerNodePorts: false,");
  const std::string address = world.wait_for_ingress();
  CHECK(world.node_port() == 0);
  CHECK(world.is_reached(world.at_load_balancer(address)));
  world.change("{spec: {allocateLoadBalancerNodePorts: true}}");
  CHECK(world.node_port() != 0);
  CHECK(world.is_reached(world.at_node(3, world.node_port())));
  CHECK(world.is_reached(world.at_load_balancer(address)));
}

TEST_CASE(
    "[sig-network] LoadBalancers should only allow access from service loadbalancer source "
    "ranges") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    world.start_server("server", 1);
    world.start_client("accepted", 2);
    world.start_client("dropped", 3);
    world.create_service(fmt::format("type: LoadBalancer, loadBalancerSourceRanges: [{}/32],",
                                     world.pod_ip("accepted")));
    const std::string url = world.at_load_balancer(world.wait_for_ingress());
    const auto is_admitted = [&](const std::string& client) {
      return world.is_served_by(url, client, {"server"}, 30s);
    };
    const auto is_dropped = [&](const std::string& client) {
      return world.wait_for(
          [&] { return world.fetch(url, client, 2s) == "failed: connection_timed_out"; }, 30s);
    };
    CHECK(is_admitted("accepted"));
    CHECK(is_dropped("dropped"));
    CHECK(is_dropped(std::string{kOutside}));
    world.change(
        fmt::format("{{spec: {{loadBalancerSourceRanges: [{}/32]}}}}", world.pod_ip("dropped")));
    CHECK(is_dropped("accepted"));
    CHECK(is_admitted("dropped"));
    world.change("{spec: {loadBalancerSourceRanges: null}}");
    CHECK(is_admitted("accepted"));
    CHECK(is_admitted("dropped"));
    CHECK(is_admitted(std::string{kOutside}));
  }
}

TEST_CASE("[sig-network] LoadBalancers should handle load balancer cleanup finalizer for service") {
  constexpr std::string_view kFinalizer = "service.kubernetes.io/load-balancer-cleanup";
  Cloud world;
  world.create_service("");
  const auto has_finalizer = [&] { return api::has_finalizer(world.service(), kFinalizer); };
  world.cluster().run_for(10s);
  CHECK_FALSE(has_finalizer());
  world.change("{spec: {type: LoadBalancer}}");
  world.wait_for_ingress();
  CHECK(has_finalizer());
  world.change("{spec: {type: ClusterIP}}");
  CHECK(world.wait_for([&] { return !has_finalizer(); }));
  world.change("{spec: {type: LoadBalancer}}");
  CHECK(world.wait_for(has_finalizer));
  world.must("DELETE", service_path("test"));
  CHECK(world.wait_for([&] { return world.request("GET", service_path("test")).status == 404; }));
}

// Three servers behind a load balancer, one on each node; returns where they are reached.
std::string start_three(Cloud& world, const std::string& fields) {
  for (int node = 1; node <= 3; ++node) world.start_server(fmt::format("server-{}", node), node);
  world.create_service("type: LoadBalancer, " + fields);
  const std::string url = world.at_load_balancer(world.wait_for_ingress());
  // Until every node has passed its health check.
  CHECK(world.wait_for(
      [&] { return world.fetch(url, std::string{kOutside}).starts_with("server-"); }));
  world.cluster().run_for(10s);
  return url;
}

void check_affinity(const std::string& policy) {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    const std::string url = start_three(
        world, fmt::format("sessionAffinity: ClientIP, externalTrafficPolicy: {},", policy));
    CHECK(world.fetch_all(url, std::string{kOutside}, 15).size() == 1);
  }
}

void switch_affinity(const std::string& policy) {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    const std::string url = start_three(world, fmt::format("externalTrafficPolicy: {},", policy));
    const std::string client{kOutside};
    const std::set<std::string> all{"server-1", "server-2", "server-3"};
    CHECK(world.is_served_by(url, client, all));
    world.change("{spec: {sessionAffinity: ClientIP}}");
    CHECK(world.wait_for([&] { return world.fetch_all(url, client, 15).size() == 1; }));
    world.change("{spec: {sessionAffinity: None}}");
    CHECK(world.is_served_by(url, client, all));
  }
}

TEST_CASE(
    "[sig-network] LoadBalancers should have session affinity work for LoadBalancer service with "
    "ESIPP on [LinuxOnly]") {
  check_affinity("Local");
}

TEST_CASE(
    "[sig-network] LoadBalancers should have session affinity work for LoadBalancer service with "
    "ESIPP off [LinuxOnly]") {
  check_affinity("Cluster");
}

TEST_CASE(
    "[sig-network] LoadBalancers should be able to switch session affinity for LoadBalancer "
    "service with ESIPP on [LinuxOnly]") {
  switch_affinity("Local");
}

TEST_CASE(
    "[sig-network] LoadBalancers should be able to switch session affinity for LoadBalancer "
    "service with ESIPP off [LinuxOnly]") {
  switch_affinity("Cluster");
}

// The client's address as the server at that URL sees it, without the port.
std::string client_seen(World& world, const std::string& url, const std::string& from) {
  const std::string answer = world.fetch(url, from);
  return answer.substr(0, answer.rfind(':'));
}

TEST_CASE(
    "[sig-network] LoadBalancers ExternalTrafficPolicy: Local should work for type=LoadBalancer") {
  for (const ModeKind mode : {ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    world.start_server("server", 2);
    world.create_service("type: LoadBalancer, externalTrafficPolicy: Local,");
    const std::string address = world.wait_for_ingress();
    CHECK(world.service()["spec"]["healthCheckNodePort"].as_int() != 0);
    CHECK(world.is_reached(world.at_load_balancer(address)));
    const std::string seen =
        client_seen(world, world.at_load_balancer(address, 80, "clientip"), std::string{kOutside});
    // Not a node's: those are of 172.18.0.0/16.
    CHECK_FALSE(seen.starts_with("172.18."));
    CHECK_FALSE(seen.starts_with("failed"));
  }
}

TEST_CASE(
    "[sig-network] LoadBalancers ExternalTrafficPolicy: Local should work for type=NodePort") {
  for (const ModeKind mode : {ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    world.start_server("server", 2);
    world.create_service("type: NodePort, externalTrafficPolicy: Local,");
    CHECK(world.is_reached(world.at_node(2, world.node_port())));
    CHECK_FALSE(
        client_seen(world, world.at_node(2, world.node_port(), "clientip"), std::string{kOutside})
            .starts_with("172.18."));
    CHECK(world.comes_to(world.at_node(1, world.node_port()), "failed: connection_timed_out"));
  }
}

TEST_CASE(
    "[sig-network] LoadBalancers ExternalTrafficPolicy: Local should only target nodes with "
    "endpoints") {
  Cloud world;
  world.create_service("type: LoadBalancer, externalTrafficPolicy: Local,");
  const std::string address = world.wait_for_ingress();
  const std::int64_t health = world.service()["spec"]["healthCheckNodePort"].as_int();
  for (int home = 1; home <= 3; ++home) {
    const std::string server = fmt::format("server-{}", home);
    world.start_server(server, home);
    CHECK(world.is_reached(world.at_load_balancer(address), server));
    for (int node = 1; node <= 3; ++node) {
      const std::string answer =
          world.fetch(world.at_node(node, health, "healthz"), std::string{kOutside});
      const bool counts_one = answer.find("\"localEndpoints\": 1") != std::string::npos;
      CHECK(counts_one == (node == home));
    }
    world.must("DELETE",
               fmt::format("/api/v1/namespaces/default/pods/{}?gracePeriodSeconds=0", server));
    CHECK(world.comes_to(world.at_load_balancer(address), "failed: "));
  }
}

TEST_CASE("[sig-network] LoadBalancers ExternalTrafficPolicy: Local should work from pods") {
  for (const ModeKind mode : {ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    world.start_server("server", 1);
    world.start_client("client", 2);
    world.create_service("type: LoadBalancer, externalTrafficPolicy: Local,");
    const std::string address = world.wait_for_ingress();
    CHECK(world.is_served_by(world.at_load_balancer(address), "client", {"server"}));
    CHECK(client_seen(world, world.at_load_balancer(address, 80, "clientip"), "client") ==
          world.pod_ip("client"));
  }
}

TEST_CASE(
    "[sig-network] LoadBalancers ExternalTrafficPolicy: Local should handle updates to "
    "ExternalTrafficPolicy field") {
  Cloud world{ModeKind::iptables};
  world.start_server("server", 1);
  world.create_service("type: LoadBalancer, externalTrafficPolicy: Local,");
  const std::string address = world.wait_for_ingress();
  const std::string client{kOutside};
  CHECK(world.is_reached(world.at_load_balancer(address)));
  const std::string own =
      client_seen(world, world.at_load_balancer(address, 80, "clientip"), client);

  world.change("{spec: {externalTrafficPolicy: Cluster}}");
  CHECK(world.service()["spec"]["healthCheckNodePort"].as_int() == 0);
  for (int node = 1; node <= 3; ++node) {
    CHECK(world.is_reached(world.at_node(node, world.node_port())));
  }
  CHECK(world.wait_for([&] {
    const std::string seen =
        client_seen(world, world.at_load_balancer(address, 80, "clientip"), client);
    return !seen.starts_with("failed") && seen != own;
  }));

  world.change("{spec: {externalTrafficPolicy: Local}}");
  CHECK(world.service()["spec"]["healthCheckNodePort"].as_int() != 0);
  CHECK(world.wait_for([&] {
    return client_seen(world, world.at_load_balancer(address, 80, "clientip"), client) == own;
  }));
}

// The server of upstream's test goes on serving for a while after it is told to stop.
void roll_under_traffic(std::string_view policy) {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    Cloud world{mode};
    world.apply(fmt::format(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {{name: test}}
spec:
  replicas: 3
  strategy: {{rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}}}
  selector: {{matchLabels: {{app: test}}}}
  template:
    metadata: {{labels: {{app: test}}}}
    spec:
      terminationGracePeriodSeconds: 70
      containers:
      - name: agnhost
        image: {}
        args: [netexec, --http-port=8080, --delay-shutdown=60]
        ports: [{{containerPort: 8080}}]
        readinessProbe: {{httpGet: {{path: /healthz, port: 8080}}, periodSeconds: 1}}
)",
                            kAgnhost));
    world.create_service(fmt::format("type: LoadBalancer, externalTrafficPolicy: {},", policy));
    const std::string url = world.at_load_balancer(world.wait_for_ingress());
    const std::string client{kOutside};
    world.cluster().run_for(30s);
    REQUIRE_FALSE(world.fetch(url, client).starts_with("failed"));
    const auto names = [&] {
      std::set<std::string> pods;
      for (const auto& [key, pod] :
           world.cluster().informers().of(api::ResourceId::pods).objects()) {
        if (api::label(pod, "app") == "test" && api::Pod{pod}.is_ready()) pods.insert(key.name);
      }
      return pods;
    };
    const std::set<std::string> before = names();
    world.patch("/apis/apps/v1/namespaces/default/deployments/test",
                "{spec: {template: {metadata: {annotations: {version: '2'}}}}}");
    int lost = 0;
    for (int i = 0; i < 600; ++i) {
      if (world.fetch(url, client, 5s).starts_with("failed")) ++lost;
      world.cluster().run_for(200ms);
    }
    CHECK(lost == 0);
    CHECK(names().size() == 3);
    for (const std::string& name : names()) CHECK_FALSE(before.contains(name));
  }
}

TEST_CASE(
    "[sig-network] LoadBalancers should not have connectivity disruption during rolling update "
    "with externalTrafficPolicy=Cluster") {
  roll_under_traffic("Cluster");
}

TEST_CASE(
    "[sig-network] LoadBalancers should not have connectivity disruption during rolling update "
    "with externalTrafficPolicy=Local") {
  roll_under_traffic("Local");
}

}  // namespace
}  // namespace rockpool::conformance
