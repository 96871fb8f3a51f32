// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include "core/apiserver/watch.h"
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/{service,service_latency}.go
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

constexpr std::string_view kServices = "/api/v1/namespaces/default/services";
constexpr std::string_view kAllEndpoints = "/api/v1/namespaces/default/endpoints";
constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

// Servers that tell their names, a Pod to ask them from, and their names.
std::set<std::string> start_servers(World& world, const std::string& app, int count) {
  world.apply(fmt::format(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: {0}}}
spec:
  replicas: {1}
  selector: {{matchLabels: {{name: {0}}}}}
  template:
    metadata: {{labels: {{name: {0}}}}}
    spec:
      containers:
      - {{name: {0}, image: '{2}', args: [serve-hostname], ports: [{{containerPort: 9376}}]}}
)",
                          app, count, kAgnhost));
  std::set<std::string> names;
  const std::string selected = "/api/v1/namespaces/default/pods?labelSelector=name%3D" + app;
  REQUIRE(world.wait_for([&] {
    const doc::Value pods = world.get(selected);
    return pods["items"].size() == static_cast<std::size_t>(count);
  }));
  const doc::Value pods = world.get(selected);
  for (const doc::Value& pod : pods["items"].items()) {
    names.insert(text_at(pod, {"metadata", "name"}));
  }
  world.wait_ready({names.begin(), names.end()});
  return names;
}

void start_client(World& world) {
  world.start_agnhost("execpod", "{}", "[pause]");
  world.wait_ready({"execpod"});
}

std::vector<std::string> node_addresses(World& world) {
  std::vector<std::string> addresses;
  const doc::Value nodes = world.get("/api/v1/nodes");
  for (const doc::Value& node : nodes["items"].items()) {
    for (const doc::Value& address : node["status"]["addresses"].items()) {
      const std::string type = address["type"].to_string();
      if (type == "InternalIP" || type == "ExternalIP") {
        addresses.push_back(address["address"].to_string());
      }
    }
  }
  return addresses;
}

std::int64_t node_port(const doc::Value& service) {
  return service["spec"]["ports"].at(0)["nodePort"].as_int();
}

// By its name, its address and, if it has one, its port on every node (CheckServiceReachability).
void check_reachable(World& world, const std::string& name, const std::set<std::string>& servers) {
  const doc::Value service = world.get(service_path(name));
  const std::string address = text_at(service, {"spec", "clusterIP"});
  CHECK(world.is_served_by("http://" + name + ":80/", "execpod", servers));
  CHECK(world.is_served_by("http://" + address + ":80/", "execpod", servers));
  if (node_port(service) == 0) return;
  const std::vector<std::string> nodes = node_addresses(world);
  REQUIRE(nodes.size() >= 3);
  for (const std::string& node : nodes) {
    const std::string url = fmt::format("http://{}:{}/", node, node_port(service));
    CHECK(world.is_served_by(url, "execpod", servers));
    CHECK(world.is_served_by(url, "external", servers));
  }
}

// An ExternalName Service leads to another one: an alias, without addresses and ports of its own.
void check_is_alias(World& world, const std::string& name, const std::string& target,
                    const std::set<std::string>& servers) {
  const doc::Value service = world.get(service_path(name));
  CHECK(text_at(service, {"spec", "type"}) == "ExternalName");
  CHECK(text_at(service, {"spec", "clusterIP"}).empty());
  CHECK(service["spec"]["clusterIPs"].size() == 0);
  const std::string full_name = name + ".default.svc.cluster.local";
  CHECK(world.wait_for([&] {
    return world.shell("execpod", "dig +short " + full_name + " CNAME").output == target + ".\n";
  }));
  CHECK(world.is_served_by("http://" + name + ":80/", "execpod", servers));
}

constexpr std::string_view kExternalService =
    "{{metadata: {{name: {}}}, spec: {{type: ExternalName, externalName: {}}}}}";

TEST_CASE(
    "[sig-network] Services should be able to change the type from ClusterIP to ExternalName") {
  World world;
  const std::string old_address =
      text_at(world.create(kServices,
                           "{metadata: {name: clusterip-service}, spec: {selector: {name: none}, "
                           "ports: [{port: 80, name: http, protocol: TCP, targetPort: 9376}]}}"),
              {"spec", "clusterIP"});
  CHECK_FALSE(old_address.empty());
  const std::set<std::string> servers = start_servers(world, "externalsvc", 2);
  world.create(kServices,
               "{metadata: {name: externalsvc}, spec: {selector: {name: externalsvc}, "
               "ports: [{port: 80, targetPort: 9376}]}}");
  start_client(world);
  const std::string target = "externalsvc.default.svc.cluster.local";
  world.patch(service_path("clusterip-service"),
              "{spec: {type: ExternalName, externalName: " + target + "}}");
  check_is_alias(world, "clusterip-service", target, servers);
  CHECK(world.fetch("http://" + old_address + ":80/", "execpod").starts_with("failed: "));
}

TEST_CASE(
    "[sig-network] Services should be able to change the type from ExternalName to ClusterIP") {
  World world;
  world.create(kServices, fmt::format(kExternalService, "externalname-service", "example.com"));
  const doc::Value service =
      world.patch(service_path("externalname-service"),
                  "{spec: {type: ClusterIP, externalName: null, selector: {name: "
                  "externalname-service}, ports: [{port: 80, name: http, targetPort: 9376}]}}");
  CHECK_FALSE(text_at(service, {"spec", "clusterIP"}).empty());
  const std::set<std::string> servers = start_servers(world, "externalname-service", 2);
  start_client(world);
  check_reachable(world, "externalname-service", servers);
}

TEST_CASE(
    "[sig-network] Services should be able to change the type from ExternalName to NodePort") {
  World world;
  world.create(kServices, fmt::format(kExternalService, "externalname-service", "example.com"));
  const doc::Value service =
      world.patch(service_path("externalname-service"),
                  "{spec: {type: NodePort, externalName: null, selector: {name: "
                  "externalname-service}, ports: [{port: 80, name: http, targetPort: 9376}]}}");
  CHECK(node_port(service) >= 30000);
  CHECK(node_port(service) <= 32767);
  const std::set<std::string> servers = start_servers(world, "externalname-service", 2);
  start_client(world);
  check_reachable(world, "externalname-service", servers);
}

TEST_CASE(
    "[sig-network] Services should be able to change the type from NodePort to ExternalName") {
  World world;
  const std::set<std::string> servers = start_servers(world, "externalsvc", 2);
  world.create(kServices,
               "{metadata: {name: externalsvc}, spec: {selector: {name: externalsvc}, "
               "ports: [{port: 80, targetPort: 9376}]}}");
  const doc::Value before = world.create(
      kServices,
      "{metadata: {name: nodeport-service}, spec: {type: NodePort, selector: {name: externalsvc}, "
      "ports: [{port: 80, name: http, targetPort: 9376}]}}");
  start_client(world);
  check_reachable(world, "nodeport-service", servers);
  const std::string target = "externalsvc.default.svc.cluster.local";
  world.patch(service_path("nodeport-service"),
              "{spec: {type: ExternalName, externalName: " + target + "}}");
  check_is_alias(world, "nodeport-service", target, servers);
  const std::string url = fmt::format("http://node-1:{}/", node_port(before));
  CHECK(world.wait_for([&] { return world.fetch(url, "external").starts_with("failed: "); }));
  // Both are free for others again.
  world.create(kServices,
               fmt::format("{{metadata: {{name: heir}}, spec: {{type: NodePort, clusterIP: {}, "
                           "ports: [{{port: 80, nodePort: {}}}]}}}}",
                           text_at(before, {"spec", "clusterIP"}), node_port(before)));
}

TEST_CASE("[sig-network] Services should be able to create a functioning NodePort service") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const std::set<std::string> servers = start_servers(world, "nodeport-test", 2);
    world.create(kServices,
                 "{metadata: {name: nodeport-test}, spec: {type: NodePort, selector: "
                 "{name: nodeport-test}, ports: [{port: 80, targetPort: 9376}]}}");
    start_client(world);
    check_reachable(world, "nodeport-test", servers);
  }
}

// Whether 15 requests in a row are answered by one server (checkAffinity), as they come to be.
bool comes_to_stick(World& world, const std::string& url, bool sticks) {
  constexpr int kAffinityConfirmCount = 15;
  return world.wait_for([&] {
    const std::set<std::string> answers = world.fetch_all(url, "execpod", kAffinityConfirmCount);
    const bool has_failure = std::ranges::any_of(
        answers, [](const std::string& answer) { return answer.starts_with("failed"); });
    return !has_failure && (answers.size() == 1) == sticks;
  });
}

void check_affinity(std::string_view type, bool switches) {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_servers(world, "affinity", 3);
    const doc::Value service = world.create(
        kServices,
        fmt::format("{{metadata: {{name: affinity}}, spec: {{type: {}, selector: {{name: "
                    "affinity}}, sessionAffinity: ClientIP, "
                    "ports: [{{port: 80, targetPort: 9376}}]}}}}",
                    type));
    start_client(world);
    const std::string url =
        type == "NodePort"
            ? fmt::format("http://{}:{}/", node_addresses(world).front(), node_port(service))
            : fmt::format("http://{}:80/", text_at(service, {"spec", "clusterIP"}));
    CHECK(comes_to_stick(world, url, true));
    if (!switches) {
      // It holds for as long as nothing changes.
      world.cluster().run_for(30s);
      CHECK(world.fetch_all(url, "execpod", 30).size() == 1);
      continue;
    }
    world.patch(service_path("affinity"), "{spec: {sessionAffinity: None}}");
    CHECK(comes_to_stick(world, url, false));
    world.patch(service_path("affinity"), "{spec: {sessionAffinity: ClientIP}}");
    CHECK(comes_to_stick(world, url, true));
  }
}

TEST_CASE(
    "[sig-network] Services should have session affinity work for service with type clusterIP "
    "[LinuxOnly]") {
  check_affinity("ClusterIP", false);
}

TEST_CASE(
    "[sig-network] Services should be able to switch session affinity for service with type "
    "clusterIP [LinuxOnly]") {
  check_affinity("ClusterIP", true);
}

TEST_CASE(
    "[sig-network] Services should have session affinity work for NodePort service [LinuxOnly]") {
  check_affinity("NodePort", false);
}

TEST_CASE(
    "[sig-network] Services should be able to switch session affinity for NodePort service "
    "[LinuxOnly]") {
  check_affinity("NodePort", true);
}

TEST_CASE("[sig-network] Services should provide secure master service") {
  World world;
  const doc::Value service = world.get(service_path("kubernetes"));
  const doc::Value& port = service["spec"]["ports"].at(0);
  CHECK(text_at(port, {"name"}) == "https");
  CHECK(port["port"].as_int() == 443);
  CHECK(text_at(service, {"spec", "clusterIP"}) == "10.96.0.1");
}

TEST_CASE("[sig-network] Services should find a service from listing all namespaces") {
  World world;
  const doc::Value services = world.get("/api/v1/services");
  CHECK(std::ranges::any_of(services["items"].items(), [](const doc::Value& service) {
    return text_at(service, {"metadata", "name"}) == "kubernetes" &&
           text_at(service, {"metadata", "namespace"}) == "default";
  }));
}

// The Pods of a Service's Endpoints, each with its ports.
std::map<std::string, std::set<std::int64_t>> endpoint_ports(World& world,
                                                             std::string_view service) {
  std::map<std::string, std::set<std::int64_t>> found;
  const doc::Value endpoints = world.request("GET", endpoints_path(service)).body;
  for (const doc::Value& subset : endpoints["subsets"].items()) {
    for (const doc::Value& address : subset["addresses"].items()) {
      for (const doc::Value& port : subset["ports"].items()) {
        found[text_at(address, {"targetRef", "name"})].insert(port["port"].as_int());
      }
    }
  }
  return found;
}

using EndpointPorts = std::map<std::string, std::set<std::int64_t>>;

bool comes_to_have(World& world, std::string_view service, const EndpointPorts& expected) {
  return world.wait_for([&] { return endpoint_ports(world, service) == expected; });
}

void delete_pod(World& world, const std::string& name) {
  world.must("DELETE", "/api/v1/namespaces/default/pods/" + name);
}

TEST_CASE("[sig-network] Services should serve a basic endpoint from pods") {
  World world;
  const std::string name = "endpoint-test2";
  world.create(kServices,
               "{metadata: {name: endpoint-test2}, spec: {selector: {app: endpoint}, "
               "ports: [{port: 80, targetPort: 80}]}}");
  start_client(world);
  const auto check = [&](const std::set<std::string>& pods) {
    EndpointPorts expected;
    for (const std::string& pod : pods) expected[pod] = {80};
    CHECK(comes_to_have(world, name, expected));
    const std::string url = "http://endpoint-test2/hostname";
    if (!pods.empty()) CHECK(world.is_served_by(url, "execpod", pods));
    if (pods.empty()) {
      world.cluster().run_for(2s);
      CHECK(world.fetch(url, "execpod") == "failed: connection_refused");
    }
  };
  check({});
  world.start_agnhost("pod1", "{app: endpoint}", "[netexec, --http-port=80]",
                      "[{containerPort: 80}]");
  check({"pod1"});
  world.start_agnhost("pod2", "{app: endpoint}", "[netexec, --http-port=80]",
                      "[{containerPort: 80}]");
  check({"pod1", "pod2"});
  delete_pod(world, "pod1");
  check({"pod2"});
  delete_pod(world, "pod2");
  check({});
}

TEST_CASE("[sig-network] Services should serve multiport endpoints from pods") {
  World world;
  const std::string name = "multi-endpoint-test";
  world.create(kServices,
               "{metadata: {name: multi-endpoint-test}, spec: {selector: {app: multi}, ports: "
               "[{name: portname1, port: 80, targetPort: svc1}, "
               "{name: portname2, port: 81, targetPort: svc2}]}}");
  start_client(world);
  const auto check = [&](const EndpointPorts& expected) {
    CHECK(comes_to_have(world, name, expected));
    world.cluster().run_for(2s);
    for (const auto& [port, url] : {std::pair{100, "http://multi-endpoint-test:80/hostname"},
                                    std::pair{101, "http://multi-endpoint-test:81/hostname"}}) {
      const auto server = std::ranges::find_if(
          expected, [wanted = port](const auto& each) { return each.second.contains(wanted); });
      CHECK(world.fetch(url, "execpod") ==
            (server == expected.end() ? "failed: connection_refused" : server->first));
    }
  };
  check({});
  world.start_agnhost("pod1", "{app: multi}", "[netexec, --http-port=100]",
                      "[{name: svc1, containerPort: 100}]");
  check({{"pod1", {100}}});
  world.start_agnhost("pod2", "{app: multi}", "[netexec, --http-port=101]",
                      "[{name: svc2, containerPort: 101}]");
  check({{"pod1", {100}}, {"pod2", {101}}});
  delete_pod(world, "pod1");
  check({{"pod2", {101}}});
  delete_pod(world, "pod2");
  check({});
}

TEST_CASE("[sig-network] Services should serve endpoints on same port and different protocols") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const std::string path = service_path("multiprotocol-test");
    constexpr std::string_view kTcp = "{name: tcp-port, port: 80, protocol: TCP, targetPort: 80}";
    constexpr std::string_view kUdp = "{name: udp-port, port: 80, protocol: UDP, targetPort: 80}";
    const doc::Value service = world.create(
        kServices, fmt::format("{{metadata: {{name: multiprotocol-test}}, spec: {{selector: {{app: "
                               "multi}}, ports: [{}, {}]}}}}",
                               kTcp, kUdp));
    const std::string address = text_at(service, {"spec", "clusterIP"});
    world.start_agnhost("pod1", "{app: multi}", "[netexec, --http-port=80, --udp-port=80]",
                        "[{containerPort: 80}, {containerPort: 80, protocol: UDP}]");
    start_client(world);
    world.wait_ready({"pod1"});
    const auto check = [&](bool tcp, bool udp) {
      world.cluster().run_for(2s);
      const std::string answer = world.fetch("http://" + address + ":80/hostname", "execpod");
      CHECK((answer == "pod1") == tcp);
      CHECK(answer.starts_with("failed: ") == !tcp);
      CHECK(world.ask_udp("execpod", address, 80, "hostname") == (udp ? "pod1" : ""));
    };
    check(true, true);
    world.patch(path, fmt::format("{{spec: {{ports: [{}]}}}}", kUdp));
    check(false, true);
    world.patch(path, fmt::format("{{spec: {{ports: [{}]}}}}", kTcp));
    check(true, false);
    world.patch(path, fmt::format("{{spec: {{ports: [{}, {}]}}}}", kTcp, kUdp));
    check(true, true);
  }
}

TEST_CASE("[sig-network] Services should delete a collection of services") {
  World world;
  const auto create = [&](std::string_view name, std::string_view label) {
    world.create(kServices, fmt::format("{{metadata: {{name: {}, labels: {{{}}}}}, spec: {{ports: "
                                        "[{{port: 80, targetPort: 9376}}]}}}}",
                                        name, label));
  };
  create("e2e-svc-a", "e2e-test-service: delete");
  create("e2e-svc-b", "e2e-test-service: delete");
  create("e2e-svc-c", "e2e-test-service: keep");
  const std::string selector = "?labelSelector=e2e-test-service%3Ddelete";
  world.must("DELETE", std::string{kServices} + selector);
  world.cluster().run_for(5s);
  CHECK(world.get(std::string{kServices} + selector)["items"].size() == 0);
  const doc::Value left = world.get(std::string{kServices} + "?labelSelector=e2e-test-service");
  REQUIRE(left["items"].size() == 1);
  CHECK(text_at(left["items"].at(0), {"metadata", "name"}) == "e2e-svc-c");
}

// Follows a collection, and keeps what it is told.
class Watcher {
 public:
  Watcher(World& world, const std::string& target) {
    response_ = world.cluster().request(apiserver::make_request("GET", target));
    REQUIRE(response_.watch);
    response_.watch->on_event([this](const apiserver::WatchEvent& event) {
      told_.emplace_back(apiserver::watch_event_type(event.kind), event.object);
    });
  }

  // Whether an event of that kind has told of an object for which `holds`.
  template <typename Holds>
  bool was_told(World& world, std::string_view kind, Holds holds) {
    world.cluster().run_for(1s);
    return std::ranges::any_of(
        told_, [&](const auto& event) { return event.first == kind && holds(event.second); });
  }

 private:
  apiserver::Response response_;
  std::vector<std::pair<std::string, doc::Value>> told_;
};

TEST_CASE("[sig-network] Services should complete a service status lifecycle") {
  World world;
  const std::string place = service_path("test-service");
  Watcher watcher{world,
                  std::string{kServices} + "?watch=true&labelSelector=test-service-static%3Dtrue"};
  world.create(kServices,
               "{metadata: {name: test-service, labels: {test-service-static: 'true'}}, "
               "spec: {type: LoadBalancer, loadBalancerClass: example.com/internal-vip, "
               "ports: [{name: http, protocol: TCP, port: 80, targetPort: 80}]}}");
  const auto is_any = [](const doc::Value&) { return true; };
  CHECK(watcher.was_told(world, "ADDED", is_any));
  CHECK(world.get("/api/v1/services?labelSelector=test-service-static%3Dtrue")["items"].size() ==
        1);

  CHECK(world.get(place + "/status")["status"]["loadBalancer"].size() == 0);
  const auto ingress = [](const doc::Value& service) {
    return text_at(service["status"]["loadBalancer"]["ingress"].at(0), {"ip"});
  };
  world.patch(place + "/status",
              "{metadata: {annotations: {patchedstatus: 'true'}}, "
              "status: {loadBalancer: {ingress: [{ip: 203.0.113.1}]}}}");
  CHECK(watcher.was_told(world, "MODIFIED", [&](const doc::Value& service) {
    return ingress(service) == "203.0.113.1" &&
           text_at(service, {"metadata", "annotations", "patchedstatus"}) == "true";
  }));

  doc::Value service = world.get(place + "/status");
  service.edit("status").set(
      "conditions",
      doc::Value::array({doc::Value::map({{"type", "StatusUpdate"},
                                          {"status", "True"},
                                          {"reason", "E2E"},
                                          {"message", "Set from e2e test"},
                                          {"lastTransitionTime", "2025-01-01T00:00:00Z"}})}));
  world.must("PUT", place + "/status", doc::to_json(service));
  CHECK(watcher.was_told(world, "MODIFIED", [&](const doc::Value& object) {
    return text_at(object["status"]["conditions"].at(0), {"message"}) == "Set from e2e test" &&
           ingress(object) == "203.0.113.1";
  }));

  world.must("PATCH", place, R"({"metadata":{"labels":{"test-service":"patched"}}})",
             "application/strategic-merge-patch+json");
  CHECK(watcher.was_told(world, "MODIFIED", [](const doc::Value& object) {
    return text_at(object, {"metadata", "labels", "test-service"}) == "patched";
  }));
  world.must("DELETE", place);
  CHECK(watcher.was_told(world, "DELETED", is_any));
  CHECK(world.request("GET", place).status == 404);
}

TEST_CASE("[sig-network] Services should test the lifecycle of an Endpoint") {
  World world;
  const std::string place = endpoints_path("testservice");
  const std::string selector = "labelSelector=test-endpoint-static%3Dtrue";
  Watcher watcher{world, std::string{kAllEndpoints} + "?watch=true&" + selector};
  world.create(kAllEndpoints,
               "{metadata: {name: testservice, labels: {test-endpoint-static: 'true'}}, subsets: "
               "[{addresses: [{ip: 10.0.0.24}], ports: [{name: http, port: 80, protocol: TCP}]}]}");
  const auto is_any = [](const doc::Value&) { return true; };
  CHECK(watcher.was_told(world, "ADDED", is_any));
  CHECK(world.get("/api/v1/endpoints?" + selector)["items"].size() == 1);

  doc::Value endpoints = world.get(place);
  endpoints.edit("metadata").edit("labels").set("test-service", "updated");
  world.must("PUT", place, doc::to_json(endpoints));
  CHECK(watcher.was_told(world, "MODIFIED", [](const doc::Value& object) {
    return text_at(object, {"metadata", "labels", "test-service"}) == "updated";
  }));

  world.must("PATCH", place,
             R"({"metadata":{"labels":{"test-service":"patched"}},"subsets":[{"addresses":)"
             R"([{"ip":"10.0.0.25"}],"ports":[{"name":"http-test","port":8080}]}]})",
             "application/strategic-merge-patch+json");
  CHECK(watcher.was_told(world, "MODIFIED", [](const doc::Value& object) {
    const doc::Value& subset = object["subsets"].at(0);
    return text_at(object, {"metadata", "labels", "test-service"}) == "patched" &&
           text_at(subset["addresses"].at(0), {"ip"}) == "10.0.0.25" &&
           text_at(subset["ports"].at(0), {"name"}) == "http-test" &&
           subset["ports"].at(0)["port"].as_int() == 8080;
  }));
  world.must("DELETE", std::string{kAllEndpoints} + "?" + selector);
  CHECK(watcher.was_told(world, "DELETED", is_any));
  CHECK(world.request("GET", place).status == 404);
}

TEST_CASE("[sig-network] Service endpoints latency should not be very high") {
  constexpr std::size_t kCount = 100;
  World world;
  world.apply(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: svc-latency-rc}
spec:
  replicas: 1
  selector: {matchLabels: {name: svc-latency-rc}}
  template:
    metadata: {labels: {name: svc-latency-rc}}
    spec:
      containers: [{name: svc-latency-rc, image: 'registry.k8s.io/pause:3.10'}]
)");
  const std::string pods = "/api/v1/namespaces/default/pods?labelSelector=name%3Dsvc-latency-rc";
  REQUIRE(world.wait_for([&] {
    const doc::Value list = world.get(pods);
    return text_at(list["items"].at(0), {"status", "phase"}) == "Running";
  }));
  std::map<std::string, sim::Time> created;
  std::map<std::string, sim::Duration> latencies;
  const auto watching = world.cluster().request(
      apiserver::make_request("GET", std::string{kAllEndpoints} + "?watch=true"));
  REQUIRE(watching.watch);
  watching.watch->on_event([&](const apiserver::WatchEvent& event) {
    const std::string name = text_at(event.object, {"metadata", "name"});
    const auto begun = created.find(name);
    if (begun == created.end() || event.object["subsets"].at(0)["addresses"].size() == 0) return;
    latencies.emplace(name, world.cluster().now() - begun->second);
  });
  for (std::size_t i = 0; i < kCount; ++i) {
    const doc::Value service =
        world.create(kServices,
                     "{metadata: {generateName: latency-svc-}, spec: {selector: {name: "
                     "svc-latency-rc}, type: ClusterIP, sessionAffinity: None, "
                     "ports: [{protocol: TCP, port: 80}]}}");
    created.emplace(text_at(service, {"metadata", "name"}), world.cluster().now());
    world.cluster().run_for(20ms);
  }
  CHECK(world.wait_for([&] { return latencies.size() == kCount; }));
  REQUIRE(latencies.size() == kCount);
  std::vector<sim::Duration> sorted;
  for (const auto& [name, latency] : latencies) sorted.push_back(latency);
  std::ranges::sort(sorted);
  CHECK(sorted[kCount / 2] < 20s);
  CHECK(sorted[kCount * 9 / 10] < 50s);
}

}  // namespace
}  // namespace rockpool::conformance
