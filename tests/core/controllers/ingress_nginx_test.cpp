// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/ingress_nginx.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <fmt/format.h>
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"
#include "tests/core/ingress_nginx.h"

namespace rockpool {
namespace {

using namespace std::chrono_literals;
using conformance::text_at;

constexpr std::string_view kIngresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
constexpr std::string_view kAddress = "198.51.100.2";

// A server behind a Service, and the controller.
struct Shop : conformance::World {
  // In the mode userspace nobody would see the client's own address.
  Shop() : World{options()} {
    apply(test::kIngressNginx);
    start_agnhost("web", "{app: web}", "[netexec, --http-port=8080]",
                  "[{containerPort: 8080, name: http}]");
    apply(
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, "
        "ports: [{name: http, port: 80, targetPort: 8080}]}}");
    wait_ready({"web"});
    REQUIRE(
        wait_for([&] { return get("http://" + std::string{kAddress} + "/", "").status == 404; }));
  }

  static ClusterOptions options() {
    ClusterOptions result;
    result.proxy_mode = net::proxy::ModeKind::iptables;
    return result;
  }
  struct Reply {
    int status = 0;
    std::string body;
    net::Headers headers;
  };
  // A request from outside, for that host.
  Reply get(const std::string& url, const std::string& host) {
    FetchOptions options;
    options.url = url;
    options.timeout = 10s;
    if (!host.empty()) options.headers.set("Host", host);
    options.headers.set("X-Forwarded-For", "6.6.6.6");
    const auto result = cluster().fetch(options);
    REQUIRE(result);
    if (!result->ok()) return {};
    return {result->outcome->status, result->outcome->body, result->outcome->headers};
  }
  Reply shop(const std::string& path) {
    return get("http://" + std::string{kAddress} + path, "shop.example");
  }
  void ingress(const std::string& spec, const std::string& annotations = "{}") {
    apply(
        fmt::format("{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: shop, "
                    "annotations: {}}}, spec: {{{}}}}}",
                    annotations, spec));
    cluster().run_for(3s);
  }
  std::string address() {
    return World::get(std::string{kIngresses} + "/shop")["status"]["loadBalancer"]["ingress"]
        .at(0)["ip"]
        .to_string();
  }
  // `type reason message` of the Events about it, in the order of the API.
  std::string events() {
    std::string text;
    const doc::Value list =
        World::get("/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DIngress");
    for (const doc::Value& event : list["items"].items()) {
      text += fmt::format("{} {} {}: {}\n", text_at(event, {"source", "component"}),
                          text_at(event, {"type"}), text_at(event, {"reason"}),
                          text_at(event, {"message"}));
    }
    return text;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::string kRule =
    "ingressClassName: nginx, rules: [{host: shop.example, http: {paths: [{path: /, pathType: "
    "Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]";

TEST_CASE("an Ingress gets the controller's address, is routed, and is told of") {
  Shop world;
  world.ingress(kRule);
  CHECK(world.address() == kAddress);
  CHECK(has(world.events(), "nginx-ingress-controller Normal Sync: Scheduled for sync"));
  CHECK(world.shop("/hostname").body == "web");
  CHECK(world.get("http://" + std::string{kAddress} + "/hostname", "other.example").status == 404);
  // The server sees who asked and for what, whatever the client says of itself.
  CHECK(world.shop("/header?key=X-Forwarded-For").body == "203.0.113.10");
  CHECK(world.shop("/header?key=X-Real-IP").body == "203.0.113.10");
  CHECK(world.shop("/header?key=X-Forwarded-Host").body == "shop.example");
  CHECK(world.shop("/header?key=X-Forwarded-Proto").body == "http");
}

TEST_CASE("an Ingress that nobody serves stays without an address") {
  Shop world;
  world.apply(
      "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: other}, "
      "spec: {controller: example.com/other}}");
  for (const char* name : {"ingressClassName: other, ", "ingressClassName: absent, ", ""}) {
    world.ingress(std::string{name} + kRule.substr(kRule.find("rules")));
    CHECK(world.address() == "");
    CHECK(world.shop("/hostname").status == 404);
    CHECK(world.events() == "");
    world.must("DELETE", std::string{kIngresses} + "/shop");
  }
}

TEST_CASE("503 without endpoints, 502 where nobody listens, then well") {
  Shop world;
  world.ingress(kRule);
  world.patch(conformance::service_path("web"), "{spec: {selector: {app: nobody}}}");
  world.cluster().run_for(3s);
  CHECK(world.shop("/hostname").status == 503);
  world.patch(conformance::service_path("web"),
              "{spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 9}]}}");
  world.cluster().run_for(3s);
  CHECK(world.shop("/hostname").status == 502);
  world.must("DELETE", conformance::service_path("web"));
  world.cluster().run_for(3s);
  CHECK(world.shop("/hostname").status == 503);
}

TEST_CASE("a policy of the backend's namespace must let the controller in") {
  Shop world;
  world.ingress(kRule);
  world.apply(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}, "
      "spec: {podSelector: {}, policyTypes: [Ingress]}}");
  world.cluster().run_for(2s);
  CHECK(world.shop("/hostname").status == 504);
  world.apply(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: allow}, "
      "spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: "
      "{kubernetes.io/metadata.name: ingress-nginx}}}]}]}}");
  world.cluster().run_for(2s);
  CHECK(world.shop("/hostname").body == "web");
}

TEST_CASE("annotations: rewriting works, what has no effect is said") {
  Shop world;
  world.ingress(
      "ingressClassName: nginx, rules: [{host: shop.example, http: {paths: [{path: "
      "'/api(/|$)(.*)', "
      "pathType: ImplementationSpecific, backend: {service: {name: web, port: {number: 80}}}}]}}]",
      "{nginx.ingress.kubernetes.io/rewrite-target: /$2, "
      "nginx.ingress.kubernetes.io/limit-rps: '5'}");
  CHECK(world.shop("/api/hostname").body == "web");
  CHECK(world.shop("/api/echo?msg=hi").body == "hi");
  CHECK(world.shop("/hostname").status == 404);
  CHECK(has(world.events(),
            "Warning UnsupportedAnnotation: These annotations of ingress-nginx have no effect "
            "here: limit-rps"));
}

TEST_CASE("TLS: plain HTTP is sent to HTTPS, and a Secret that is missing is said") {
  Shop world;
  world.ingress(kRule + ", tls: [{hosts: [shop.example], secretName: cert}]");
  const Shop::Reply reply = world.shop("/hostname?x=1");
  CHECK(reply.status == 308);
  CHECK(reply.headers.get("Location") == "https://shop.example/hostname?x=1");
  const std::string secure = "https://" + std::string{kAddress} + "/hostname";
  CHECK(world.get(secure, "shop.example").body == "web");
  CHECK(has(world.events(), "Warning MissingCertificate: Secret \"default/cert\" was not found"));
}

TEST_CASE("without the controller's Pod there is nobody, and the address stays as it was") {
  Shop world;
  world.ingress(kRule);
  world.patch("/apis/apps/v1/namespaces/ingress-nginx/deployments/ingress-nginx-controller",
              "{spec: {replicas: 0}}");
  world.cluster().run_for(60s);
  CHECK(world.shop("/hostname").status == 0);
  CHECK(world.address() == kAddress);
}

}  // namespace
}  // namespace rockpool
