// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// Tests of test/e2e/network/service.go that conformance does not ask for.
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

const std::string kServices = "/api/v1/namespaces/default/services";
constexpr std::string_view kNetexec = "[netexec, --http-port=8080]";
constexpr ModeKind kModes[] = {ModeKind::userspace, ModeKind::iptables, ModeKind::ipvs,
                               ModeKind::nftables};

// A Service `test` of the Pods with `app: test` at port 8080; `fields` are more of its spec.
doc::Value create_service(World& world, const std::string& fields = "",
                          std::string_view name = "test", std::string_view metadata = "") {
  return world.create(kServices,
                      fmt::format("{{metadata: {{name: {}{}}}, spec: {{{} selector: {{app: test}}, "
                                  "ports: [{{name: http, port: 80, targetPort: 8080}}]}}}}",
                                  name, metadata, fields));
}

void start_server(World& world, const std::string& name, std::string_view node = "node-1") {
  world.start_agnhost(name, "{app: test}", kNetexec, "[{containerPort: 8080}]",
                      fmt::format("{{nodeName: {}}}", node));
  world.wait_ready({name});
}

void start_client(World& world, const std::string& name = "client",
                  std::string_view node = "node-2") {
  world.start_agnhost(name, "{}", "[pause]", "[]", fmt::format("{{nodeName: {}}}", node));
  world.wait_ready({name});
}

bool comes_to_fail(World& world, const std::string& url, const std::string& from) {
  return world.wait_for([&] { return world.fetch(url, from).starts_with("failed: "); }, 30s);
}

TEST_CASE(
    "[sig-network] Services should allow pods to hairpin back to themselves through services") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    create_service(world);
    start_server(world, "hairpin");
    CHECK(world.is_served_by("http://test/hostname", "hairpin", {"hairpin"}));
  }
}

TEST_CASE("[sig-network] Services should be able to up and down services") {
  World world;
  start_client(world);
  start_server(world, "server-1", "node-1");
  start_server(world, "server-2", "node-3");
  create_service(world, "", "up-down-1");
  create_service(world, "", "up-down-2");
  const std::set<std::string> both{"server-1", "server-2"};
  CHECK(world.is_served_by("http://up-down-1/hostname", "client", both));
  CHECK(world.is_served_by("http://up-down-2/hostname", "client", both));
  const std::string address = text_at(world.get(service_path("up-down-1")), {"spec", "clusterIP"});
  world.must("DELETE", service_path("up-down-1"));
  CHECK(comes_to_fail(world, "http://" + address + "/hostname", "client"));
  CHECK(world.is_served_by("http://up-down-2/hostname", "client", both));
  create_service(world, "", "up-down-3");
  CHECK(world.is_served_by("http://up-down-2/hostname", "client", both));
  CHECK(world.is_served_by("http://up-down-3/hostname", "client", both));
}

TEST_CASE("[sig-network] Services should work after the service has been recreated") {
  World world;
  start_client(world);
  start_server(world, "server");
  const doc::Value before = create_service(world);
  CHECK(world.is_served_by("http://test/hostname", "client", {"server"}));
  world.must("DELETE", service_path("test"));
  const doc::Value after = create_service(world);
  CHECK(text_at(after, {"metadata", "uid"}) != text_at(before, {"metadata", "uid"}));
  const std::string address = text_at(after, {"spec", "clusterIP"});
  CHECK(world.is_served_by("http://" + address + "/hostname", "client", {"server"}));
}

TEST_CASE("[sig-network] Services should be rejected when no endpoints exist") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_client(world);
    create_service(world);
    world.cluster().run_for(2s);
    // In upstream's words: no time-out will do.
    CHECK(world.exec("client", {"/agnhost", "connect", "--timeout=3s", "test:80"}).errors ==
          "REFUSED\n");
    CHECK(world.fetch("http://test/", "client") == "failed: connection_refused");
    CHECK(world.fetch("http://test.default:80/", "client") == "failed: connection_refused");
  }
}

TEST_CASE("[sig-network] Services should be updated after adding or deleting ports") {
  World world;
  start_client(world);
  start_server(world, "server");
  const std::string address = text_at(create_service(world), {"spec", "clusterIP"});
  CHECK(world.is_served_by("http://" + address + "/hostname", "client", {"server"}));
  world.patch(service_path("test"),
              "{spec: {ports: [{name: http, port: 80, targetPort: 8080}, "
              "{name: other, port: 81, targetPort: 8080}]}}");
  CHECK(world.is_served_by("http://" + address + ":81/hostname", "client", {"server"}));
  CHECK(world.is_served_by("http://" + address + ":80/hostname", "client", {"server"}));
  world.patch(service_path("test"), "{spec: {ports: [{name: other, port: 81, targetPort: 8080}]}}");
  CHECK(comes_to_fail(world, "http://" + address + ":80/hostname", "client"));
  CHECK(world.is_served_by("http://" + address + ":81/hostname", "client", {"server"}));
}

// What the API says to a NodePort Service with that number.
Answer ask_for_node_port(World& world, std::string_view name, std::int64_t port) {
  return world.request("POST", kServices,
                       fmt::format(R"({{"metadata":{{"name":"{}"}},"spec":{{"type":"NodePort",)"
                                   R"("ports":[{{"port":80,"nodePort":{}}}]}}}})",
                                   name, port));
}

std::int64_t node_port(const doc::Value& service) {
  return service["spec"]["ports"].at(0)["nodePort"].as_int();
}

TEST_CASE("[sig-network] Services should check NodePort out-of-range") {
  World world;
  const std::int64_t port = node_port(create_service(world, "type: NodePort,"));
  CHECK(port >= 30000);
  CHECK(port <= 32767);
  // Neither may one that is there take such a port, and it keeps its own.
  const Answer changed = world.request("PATCH", service_path("test"),
                                       R"({"spec":{"ports":[{"port":80,"nodePort":29999}]}})",
                                       "application/strategic-merge-patch+json");
  CHECK(changed.status == 422);
  CHECK(changed.body["message"].to_string().find(
            "29999: provided port is not in the valid range") != std::string::npos);
  CHECK(node_port(world.get(service_path("test"))) == port);
  world.must("DELETE", service_path("test"));
  const Answer refused = ask_for_node_port(world, "out-of-range", 29999);
  CHECK(refused.status == 422);
  CHECK(refused.body["message"].to_string().find(
            "29999: provided port is not in the valid range") != std::string::npos);
}

TEST_CASE("[sig-network] Services should prevent NodePort collisions") {
  World world;
  const std::int64_t taken = node_port(create_service(world, "type: NodePort,"));
  const Answer refused = ask_for_node_port(world, "rival", taken);
  CHECK(refused.status == 422);
  CHECK(refused.body["message"].to_string().find(
            fmt::format("{}: provided port is already allocated", taken)) != std::string::npos);
  world.must("DELETE", service_path("test"));
  CHECK(ask_for_node_port(world, "rival", taken).status == 201);
}

TEST_CASE("[sig-network] Services should release NodePorts on delete") {
  World world;
  start_client(world);
  start_server(world, "server");
  const std::int64_t port = node_port(create_service(world, "type: NodePort,"));
  const std::string url = fmt::format("http://node-1:{}/hostname", port);
  CHECK(world.is_served_by(url, "external", {"server"}));
  world.must("DELETE", service_path("test"));
  CHECK(comes_to_fail(world, url, "external"));
  CHECK(ask_for_node_port(world, "heir", port).status == 201);
}

TEST_CASE(
    "[sig-network] Services should be able to update service type to NodePort listening on same "
    "port number but different protocols") {
  World world;
  create_service(world);
  world.start_agnhost("server", "{app: test}", "[netexec, --http-port=8080, --udp-port=8080]");
  start_client(world);
  world.wait_ready({"server"});
  const doc::Value service = world.patch(
      service_path("test"),
      "{spec: {type: NodePort, ports: [{name: tcp, port: 80, targetPort: 8080, nodePort: 30080}, "
      "{name: udp, port: 80, targetPort: 8080, protocol: UDP, nodePort: 30080}]}}");
  CHECK(service["spec"]["ports"].size() == 2);
  CHECK(world.is_served_by("http://node-1:30080/hostname", "external", {"server"}));
  CHECK(world.ask_udp("client", text_at(service, {"spec", "clusterIP"}), 80, "hostname") ==
        "server");
  const doc::Value node = world.get("/api/v1/nodes/node-1");
  CHECK(world.ask_udp("client", text_at(node["status"]["addresses"].at(0), {"address"}), 30080,
                      "hostname") == "server");
}

// A Pod that is never ready and takes long to go.
void start_unready_server(World& world) {
  world.apply(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: server, labels: {{app: test}}}}
spec:
  terminationGracePeriodSeconds: 600
  containers:
  - name: server
    image: {}
    args: [netexec, --http-port=8080]
    ports: [{{containerPort: 8080}}]
    readinessProbe: {{exec: {{command: [/bin/false]}}}}
    lifecycle: {{preStop: {{exec: {{command: [/bin/sleep, '600']}}}}}}
)",
                          kAgnhost));
  CHECK(world.wait_for([&] {
    return text_at(world.get("/api/v1/namespaces/default/pods/server"), {"status", "phase"}) ==
           "Running";
  }));
}

TEST_CASE("[sig-network] Services should create endpoints for unready pods") {
  World world;
  start_client(world);
  create_service(world, "publishNotReadyAddresses: true,");
  start_unready_server(world);
  CHECK(world.is_served_by("http://test/hostname", "client", {"server"}));
  world.patch(service_path("test"), "{spec: {publishNotReadyAddresses: false}}");
  CHECK(comes_to_fail(world, "http://test/hostname", "client"));
  world.patch(service_path("test"), "{spec: {publishNotReadyAddresses: true}}");
  CHECK(world.is_served_by("http://test/hostname", "client", {"server"}));
  world.must("DELETE", "/api/v1/namespaces/default/pods/server");
  world.cluster().run_for(10s);
  CHECK(world.is_served_by("http://test/hostname", "client", {"server"}));
}

TEST_CASE(
    "[sig-network] Services should be able to connect to terminating and unready endpoints if "
    "PublishNotReadyAddresses is true") {
  World world;
  start_client(world);
  const doc::Value service =
      create_service(world, "type: NodePort, publishNotReadyAddresses: true,");
  start_unready_server(world);
  world.must("DELETE", "/api/v1/namespaces/default/pods/server");
  world.cluster().run_for(10s);
  CHECK(world.is_served_by("http://test/hostname", "client", {"server"}));
  CHECK(world.is_served_by(fmt::format("http://node-2:{}/hostname", node_port(service)), "external",
                           {"server"}));
}

TEST_CASE(
    "[sig-network] Services should not be able to connect to terminating and unready endpoints if "
    "PublishNotReadyAddresses is false") {
  World world;
  start_client(world);
  const doc::Value service = create_service(world, "type: NodePort,");
  start_unready_server(world);
  world.must("DELETE", "/api/v1/namespaces/default/pods/server");
  world.cluster().run_for(10s);
  CHECK(world.fetch("http://test/hostname", "client") == "failed: connection_refused");
  CHECK(world.fetch(fmt::format("http://node-2:{}/hostname", node_port(service)), "external") ==
        "failed: connection_refused");
}

TEST_CASE("[sig-network] Services should implement service.kubernetes.io/service-proxy-name") {
  World world;
  start_client(world);
  start_server(world, "server");
  const std::string address =
      text_at(create_service(world, "", "test",
                             ", labels: {service.kubernetes.io/service-proxy-name: other}"),
              {"spec", "clusterIP"});
  create_service(world, "", "toggled");
  const std::string url = "http://" + address + "/hostname";
  CHECK(world.is_served_by("http://toggled/hostname", "client", {"server"}));
  CHECK(world.fetch(url, "client").starts_with("failed: "));
  world.patch(service_path("toggled"),
              "{metadata: {labels: {service.kubernetes.io/service-proxy-name: other}}}");
  CHECK(comes_to_fail(world, "http://toggled/hostname", "client"));
  world.patch(service_path("toggled"),
              "{metadata: {labels: {service.kubernetes.io/service-proxy-name: null}}}");
  CHECK(world.is_served_by("http://toggled/hostname", "client", {"server"}));
  CHECK(world.fetch(url, "client").starts_with("failed: "));
}

TEST_CASE(
    "[sig-network] Services should have session affinity timeout work for service with type "
    "clusterIP [LinuxOnly]") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_client(world);
    start_server(world, "server-1", "node-1");
    start_server(world, "server-2", "node-2");
    start_server(world, "server-3", "node-3");
    create_service(world,
                   "sessionAffinity: ClientIP, "
                   "sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}},");
    world.cluster().run_for(2s);
    const std::set<std::string> at_once = world.fetch_all("http://test/hostname", "client", 15);
    CHECK(at_once.size() == 1);
    CHECK_FALSE(at_once.begin()->starts_with("failed"));
    std::set<std::string> later;
    for (int i = 0; i < 15; ++i) {
      world.cluster().run_for(15s);
      later.insert(world.fetch("http://test/hostname", "client"));
    }
    CHECK(later.size() > 1);
  }
}

TEST_CASE(
    "[sig-network] Services should have session affinity timeout work for NodePort service "
    "[LinuxOnly]") {
  for (const ModeKind mode : kModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_client(world);
    for (const char* node : {"node-1", "node-2", "node-3"}) {
      start_server(world, std::string{"server-"} + node, node);
    }
    const doc::Value service =
        create_service(world,
                       "type: NodePort, sessionAffinity: ClientIP, "
                       "sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}},");
    const doc::Value node = world.get("/api/v1/nodes/node-1");
    const std::string url =
        fmt::format("http://{}:{}/hostname",
                    text_at(node["status"]["addresses"].at(0), {"address"}), node_port(service));
    world.cluster().run_for(2s);
    const std::set<std::string> at_once = world.fetch_all(url, "client", 15);
    CHECK(at_once.size() == 1);
    CHECK_FALSE(at_once.begin()->starts_with("failed"));
    std::set<std::string> later;
    for (int i = 0; i < 15; ++i) {
      world.cluster().run_for(15s);
      later.insert(world.fetch(url, "client"));
    }
    CHECK(later.size() > 1);
  }
}

TEST_CASE(
    "[sig-network] Services should be possible to connect to a service via ExternalIP when the "
    "external IP is not assigned to a node") {
  World world;
  start_client(world);
  start_server(world, "server-1", "node-1");
  start_server(world, "server-2", "node-3");
  const doc::Value service = create_service(world, "externalIPs: [203.0.113.250],");
  for (const std::string& address :
       {std::string{"203.0.113.250"}, text_at(service, {"spec", "clusterIP"})}) {
    CHECK(
        world.is_served_by("http://" + address + "/hostname", "client", {"server-1", "server-2"}));
  }
}

TEST_CASE(
    "[sig-network] Services should preserve source pod IP for traffic thru service cluster IP "
    "[LinuxOnly]") {
  for (const ModeKind mode : {ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    start_server(world, "server", "node-1");
    start_client(world, "near", "node-1");
    start_client(world, "far", "node-2");
    create_service(world);
    CHECK(world.is_served_by("http://test/hostname", "far", {"server"}));
    for (const std::string& client : {std::string{"near"}, std::string{"far"}}) {
      CHECK(world.fetch("http://test/clientip", client).starts_with(world.pod_ip(client) + ":"));
    }
  }
}

TEST_CASE("[sig-network] Services should respect internalTrafficPolicy=Local Pod to Pod") {
  World world;
  start_server(world, "server", "node-1");
  start_client(world, "near", "node-1");
  start_client(world, "far", "node-2");
  create_service(world, "internalTrafficPolicy: Local,");
  CHECK(world.is_served_by("http://test/hostname", "near", {"server"}));
  CHECK(world.fetch("http://test/hostname", "far").starts_with("failed: "));
}

TEST_CASE(
    "[sig-network] EndpointSliceMirroring should mirror a custom Endpoint with multiple subsets "
    "and "
    "same IP address") {
  World world;
  world.create(kServices,
               "{metadata: {name: example-custom-endpoints}, spec: {ports: "
               "[{name: port80, port: 80}, {name: port81, port: 81}]}}");
  world.apply(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: server}}
spec:
  containers:
  - {{name: one, image: '{0}', args: [netexec, --http-port=8090, --udp-port=-1]}}
  - {{name: other, image: '{0}', args: [netexec, --http-port=9090, --udp-port=-1]}}
)",
                          kAgnhost));
  start_client(world);
  world.wait_ready({"server"});
  world.create("/api/v1/namespaces/default/endpoints",
               fmt::format("{{metadata: {{name: example-custom-endpoints}}, subsets: ["
                           "{{ports: [{{name: port80, port: 8090}}], addresses: [{{ip: {0}}}]}}, "
                           "{{ports: [{{name: port81, port: 9090}}], addresses: [{{ip: {0}}}]}}]}}",
                           world.pod_ip("server")));
  const std::string address =
      text_at(world.get(service_path("example-custom-endpoints")), {"spec", "clusterIP"});
  CHECK(world.is_served_by("http://" + address + ":80/hostname", "client", {"server"}));
  CHECK(world.is_served_by("http://" + address + ":81/hostname", "client", {"server"}));
  world.must("DELETE", endpoints_path("example-custom-endpoints"));
  CHECK(world.wait_for(
      [&] { return world.get(slices_path("example-custom-endpoints"))["items"].size() == 0; }));
  CHECK(comes_to_fail(world, "http://" + address + ":80/hostname", "client"));
}

TEST_CASE(
    "[sig-network] DNS should resolve DNS of partial qualified names for the cluster [LinuxOnly]") {
  World world;
  start_client(world);
  for (const char* name : {"kubernetes.default", "kubernetes.default.svc"}) {
    CHECK(world.shell("client", std::string{"dig +short +search "} + name + " A").output ==
          "10.96.0.1\n");
    CHECK(world.shell("client", std::string{"dig +short +search +tcp "} + name + " A").output ==
          "10.96.0.1\n");
  }
}

}  // namespace
}  // namespace rockpool::conformance
