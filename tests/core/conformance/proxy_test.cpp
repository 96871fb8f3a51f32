// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "tests/core/conformance/world.h"

// test/e2e/network/proxy.go
namespace rockpool::conformance {
namespace {

const std::string kPrefix = "/api/v1/namespaces/default/";

// A Pod `agnhost` that tells the method of each request, and a Service before it.
void start_method_teller(World& world, std::string_view service) {
  world.apply(fmt::format(R"(
apiVersion: v1
kind: Pod
metadata: {{name: agnhost, labels: {{test: response}}}}
spec:
  restartPolicy: Never
  containers:
  - name: agnhost
    image: {}
    command: [/agnhost, porter, --json-response]
    env: [{{name: SERVE_PORT_80, value: foo}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {}, labels: {{test: response}}}}
spec:
  selector: {{test: response}}
  ports: [{{port: 80, targetPort: 80, protocol: TCP}}]
)",
                          kAgnhost, service));
  world.wait_ready({"agnhost"});
  world.cluster().run_for(2s);
}

void check_method_told(World& world, const std::string& method, const std::string& target) {
  const Answer answer = world.request(method, target);
  CHECK_MESSAGE(answer.status == 200, method << " " << target);
  if (method == "HEAD") return;
  CHECK_MESSAGE(answer.body["Method"].to_string() == method, method << " " << target);
  CHECK(answer.body["Body"].to_string() == "foo");
}

TEST_CASE(
    "[sig-network] Proxy version v1 A set of valid responses are returned for both pod and service "
    "ProxyWithPath") {
  World world;
  start_method_teller(world, "test-service");
  for (const std::string& method :
       std::vector<std::string>{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}) {
    check_method_told(world, method, kPrefix + "pods/agnhost/proxy/some/path/with/" + method);
    check_method_told(world, method,
                      kPrefix + "services/test-service/proxy/some/path/with/" + method);
  }
}

TEST_CASE(
    "[sig-network] Proxy version v1 A set of valid responses are returned for both pod and service "
    "Proxy") {
  World world;
  start_method_teller(world, "e2e-proxy-test-service");
  for (const std::string& place :
       {kPrefix + "pods/agnhost/proxy", kPrefix + "services/e2e-proxy-test-service/proxy"}) {
    for (const std::string& method :
         std::vector<std::string>{"DELETE", "OPTIONS", "PATCH", "POST", "PUT"}) {
      check_method_told(world, method, place + "?method=" + method);
    }
    for (const std::string& method : std::vector<std::string>{"GET", "HEAD"}) {
      CHECK(world.request(method, place + "?method=" + method).status == 301);
    }
  }
}

TEST_CASE("[sig-network] Proxy version v1 should proxy through a service and a pod") {
  World world;
  world.apply(fmt::format(R"(
apiVersion: v1
kind: Service
metadata: {{name: proxy-service}}
spec:
  selector: {{proxy-service-target: 'true'}}
  ports:
  - {{name: portname1, port: 80, targetPort: dest1}}
  - {{name: portname2, port: 81, targetPort: 162}}
  - {{name: tlsportname1, port: 443, targetPort: tlsdest1}}
  - {{name: tlsportname2, port: 444, targetPort: 462}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: proxy-service}}
spec:
  replicas: 1
  selector: {{matchLabels: {{proxy-service-target: 'true'}}}}
  template:
    metadata: {{labels: {{proxy-service-target: 'true'}}}}
    spec:
      containers:
      - name: proxy-service
        image: {}
        command: [/agnhost, porter]
        env:
        - {{name: SERVE_PORT_80, value: '<a href="/rewriteme">test</a>'}}
        - {{name: SERVE_PORT_1080, value: '<a href="/rewriteme">test</a>'}}
        - {{name: SERVE_PORT_160, value: foo}}
        - {{name: SERVE_PORT_162, value: bar}}
        - {{name: SERVE_TLS_PORT_443, value: '<a href="/tlsrewriteme">test</a>'}}
        - {{name: SERVE_TLS_PORT_460, value: tls baz}}
        - {{name: SERVE_TLS_PORT_462, value: tls qux}}
        ports:
        - {{containerPort: 80}}
        - {{name: dest1, containerPort: 160}}
        - {{name: dest2, containerPort: 162}}
        - {{name: tlsdest1, containerPort: 460}}
        - {{name: tlsdest2, containerPort: 462}}
        readinessProbe:
          httpGet: {{port: 80}}
          initialDelaySeconds: 1
          timeoutSeconds: 5
          periodSeconds: 10
)",
                          kAgnhost));
  const std::string selected = kPrefix + "pods?labelSelector=proxy-service-target%3Dtrue";
  REQUIRE(world.wait_for([&] {
    const doc::Value pods = world.get(selected);
    const doc::Value endpoints = world.request("GET", endpoints_path("proxy-service")).body;
    return pods["items"].size() == 1 && endpoints["subsets"].at(0)["addresses"].size() == 1;
  }));
  const std::string name = text_at(world.get(selected)["items"].at(0), {"metadata", "name"});
  const auto pod = [&](std::string_view scheme, std::string_view port) {
    const std::string place = fmt::format("{}{}{}{}", scheme, scheme.empty() ? "" : ":", name,
                                          port.empty() ? "" : fmt::format(":{}", port));
    return kPrefix + "pods/" + place + "/proxy";
  };
  const auto service = [&](std::string_view scheme, std::string_view port) {
    return fmt::format("{}services/{}{}proxy-service:{}/proxy", kPrefix, scheme,
                       scheme.empty() ? "" : ":", port);
  };
  const auto link = [](const std::string& place, std::string_view path) {
    return fmt::format("<a href=\"{}{}\">test</a>", place, path);
  };
  const std::map<std::string, std::string> expected{
      {service("", "portname1"), "foo"},
      {service("http", "portname1"), "foo"},
      {service("", "portname2"), "bar"},
      {service("http", "portname2"), "bar"},
      {service("https", "tlsportname1"), "tls baz"},
      {service("https", "tlsportname2"), "tls qux"},
      {pod("", ""), link(pod("", ""), "/rewriteme")},
      {pod("", "1080"), link(pod("", "1080"), "/rewriteme")},
      {pod("http", "1080"), link(pod("http", "1080"), "/rewriteme")},
      {pod("", "160"), "foo"},
      {pod("http", "160"), "foo"},
      {pod("", "162"), "bar"},
      {pod("http", "162"), "bar"},
      {pod("https", "443"), link(pod("https", "443"), "/tlsrewriteme")},
      {pod("https", "460"), "tls baz"},
      {pod("https", "462"), "tls qux"}};
  for (const auto& [place, body] : expected) {
    const auto response =
        world.cluster().request_and_wait(apiserver::make_request("GET", place + "/"));
    CHECK_MESSAGE(response.status == 200, place);
    CHECK_MESSAGE(response.body == body, place);
  }
}

// nodeProxyTest: every one of 20 requests is answered by the node's kubelet with its log files.
void check_node_logs(World& world, const std::string& place) {
  for (int i = 0; i < 20; ++i) {
    const auto response = world.cluster().request_and_wait(apiserver::make_request("GET", place));
    REQUIRE(response.status == 200);
    CHECK(response.headers.get("Content-Type") == "text/html; charset=utf-8");
    for (const char* name : {"containers/", "kubelet.log", "pods/"}) {
      CHECK(response.body.find(fmt::format("<a href=\"{0}\">{0}</a>", name)) != std::string::npos);
    }
  }
}

TEST_CASE(
    "[sig-network] Proxy version v1 should proxy logs on node with explicit kubelet port using "
    "proxy subresource") {
  World world;
  check_node_logs(world, "/api/v1/nodes/node-1:10250/proxy/logs/");
}

TEST_CASE("[sig-network] Proxy version v1 should proxy logs on node using proxy subresource") {
  World world;
  check_node_logs(world, "/api/v1/nodes/node-1/proxy/logs/");
}

}  // namespace
}  // namespace rockpool::conformance
