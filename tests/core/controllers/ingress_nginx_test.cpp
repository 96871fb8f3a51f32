// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/ingress_nginx.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <fmt/format.h>
#include "core/doc/base64.h"
#include "core/doc/json.h"
#include "tests/core/conformance/world.h"
#include "tests/core/ingress_nginx.h"
#include "tests/core/pki/test_certificates.h"

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
  // A request with TLS to the controller by that name, from one who trusts that certificate and
  // maybe everybody: the body, or what Go would say of the failure.
  std::string secure(const std::string& host, std::string_view authorities,
                     bool is_insecure = false, const std::string& path = "/hostname") {
    FetchOptions options;
    options.url = "https://" + std::string{kAddress} + path;
    options.timeout = 10s;
    options.headers.set("Host", host);
    options.authorities = authorities;
    options.insecure = is_insecure;
    const auto result = cluster().fetch(options);
    REQUIRE(result);
    return result->ok() ? result->outcome->body : net::go_message(result->outcome.error());
  }
  void secret(std::string_view certificate, std::string_view key) {
    apply(
        fmt::format("{{apiVersion: v1, kind: Secret, metadata: {{name: cert}}, type: "
                    "kubernetes.io/tls, data: {{tls.crt: '{}', tls.key: '{}'}}}}",
                    doc::encode_base64(certificate), doc::encode_base64(key)));
    cluster().run_for(3s);
  }
  std::string controller_log() {
    const doc::Value pods = World::get("/api/v1/namespaces/ingress-nginx/pods");
    apiserver::Request request;
    request.method = "GET";
    request.path = "/api/v1/namespaces/ingress-nginx/pods/" +
                   pods["items"].at(0)["metadata"]["name"].to_string() + "/log";
    return cluster().request(request).body;
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
  CHECK(world.secure("shop.example", "", true) == "web");
  CHECK(has(world.events(), "Warning MissingCertificate: Secret \"default/cert\" was not found"));
}

constexpr std::string_view kFakeIsNotForShop =
    "tls: failed to verify certificate: x509: certificate is valid for ingress.local, not "
    "shop.example";

TEST_CASE("TLS: a host's own certificate, by the name that is asked for") {
  using namespace pki::testing;
  Shop world;
  world.secret(std::string{kShop} + std::string{kIntermediate}, kShopKey);
  world.ingress(kRule + ", tls: [{hosts: [shop.example], secretName: cert}]");
  CHECK(world.secure("shop.example", kAuthority) == "web");
  CHECK(world.secure("shop.example", "") ==
        "tls: failed to verify certificate: x509: certificate signed by unknown authority");
  // A name that no Ingress has gets the fake certificate, and nobody's page.
  CHECK(world.secure("other.example", kAuthority) ==
        "tls: failed to verify certificate: x509: certificate is valid for ingress.local, not "
        "other.example");
  CHECK(has(world.secure("other.example", "", true), "<h1>404 Not Found</h1>"));
  CHECK(world.shop("/hostname").status == 308);
  CHECK_FALSE(has(world.events(), "Certificate"));
  const Shop::Reply plain =
      world.get("http://" + std::string{kAddress} + ":443/hostname", "shop.example");
  CHECK(plain.status == 400);
  CHECK(has(plain.body, "The plain HTTP request was sent to HTTPS port"));
}

TEST_CASE("TLS: Secrets that come, change and go") {
  using namespace pki::testing;
  Shop world;
  world.ingress(kRule + ", tls: [{hosts: [shop.example], secretName: cert}]");
  CHECK(world.secure("shop.example", kAuthority) == kFakeIsNotForShop);
  CHECK(has(world.controller_log(),
            "controller.go:1334] Error getting SSL certificate \"default/cert\": local SSL "
            "certificate default/cert was not found. Using default certificate\n"));
  world.secret(std::string{kShop} + std::string{kIntermediate}, kShopKey);
  CHECK(world.secure("shop.example", kAuthority) == "web");
  world.secret(kMyNginx, kMyNginxKey);
  CHECK(world.secure("shop.example", kAuthority) == kFakeIsNotForShop);
  CHECK(has(world.controller_log(),
            "SSL certificate \"default/cert\" does not contain a Common Name or Subject "
            "Alternative Name for server \"shop.example\""));
}

TEST_CASE("TLS: a key of another certificate is said, and the fake certificate is used") {
  using namespace pki::testing;
  Shop world;
  world.secret(std::string{kShop} + std::string{kIntermediate}, kMyNginxKey);
  world.ingress(kRule + ", tls: [{hosts: [shop.example], secretName: cert}]");
  CHECK(world.secure("shop.example", kAuthority) == kFakeIsNotForShop);
  CHECK(has(world.events(),
            "Warning InvalidCertificate: In Secret \"default/cert\" tls.key is not the key of "
            "tls.crt: the default fake certificate is used"));
  CHECK(has(world.controller_log(), "Error obtaining X.509 certificate: "));
}

TEST_CASE("TLS: no redirection where the Ingress says so, and backends that speak TLS") {
  using namespace pki::testing;
  Shop world;
  world.secret(std::string{kShop} + std::string{kIntermediate}, kShopKey);
  world.start_agnhost("safe", "{app: safe}",
                      "[netexec, --http-port=8443, --tls-cert-file=/localhost.crt, "
                      "--tls-private-key-file=/localhost.key]",
                      "[{containerPort: 8443}]");
  world.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: safe}, "
      "ports: [{name: http, port: 80, targetPort: 8443}]}}");
  world.wait_ready({"safe"});
  world.ingress(kRule + ", tls: [{hosts: [shop.example], secretName: cert}]",
                "{nginx.ingress.kubernetes.io/ssl-redirect: 'false', "
                "nginx.ingress.kubernetes.io/backend-protocol: HTTPS}");
  CHECK(world.shop("/hostname").body == "safe");
  CHECK(world.secure("shop.example", kAuthority) == "safe");
  CHECK_FALSE(has(world.events(), "UnsupportedAnnotation"));
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
