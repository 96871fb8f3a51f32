// SPDX-License-Identifier: Apache-2.0
#include "core/api/ingress/routes.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <fmt/format.h>
#include "core/doc/yaml.h"

namespace rockpool::api::ingress {
namespace {

doc::Value yaml(const std::string& text) {
  const auto documents = doc::parse_yaml(text);
  REQUIRE(documents);
  return documents->front().value;
}

// `path type service` of each rule of one host.
doc::Value make(const std::string& name, const std::string& host,
                const std::vector<std::array<const char*, 3>>& paths,
                const std::string& annotations = "{}", const std::string& more = "") {
  std::string rules;
  for (const auto& [path, type, service] : paths) {
    rules += fmt::format(
        "{{path: '{}', pathType: {}, backend: {{service: {{name: {}, port: {{number: 80}}}}}}}}, ",
        path, type, service);
  }
  return yaml(
      fmt::format("{{metadata: {{name: {}, namespace: default, creationTimestamp: "
                  "'2025-01-01T00:00:0{}Z', annotations: {}}}, spec: {{rules: "
                  "[{{host: '{}', http: {{paths: [{}]}}}}]{}}}}}",
                  name, name.size(), annotations, host, rules, more));
}

// The Service that a request goes to, and the path it asks for there if it is another.
std::string lead(const Routes& routes, std::string_view host, std::string_view path) {
  const Match match = routes.match(host, path);
  if (match.location == nullptr) return "404";
  const std::string& name = match.location->backend.service.name;
  return match.rewritten.empty() ? name : name + " " + match.rewritten;
}

TEST_CASE("exact before prefix, the longest prefix first, prefixes by their elements") {
  const Routes routes{{make("a", "shop.example",
                            {{"/", "Prefix", "root"},
                             {"/cart", "Prefix", "cart"},
                             {"/cart/old/", "Prefix", "old"},
                             {"/cart", "Exact", "exact"},
                             {"/img", "ImplementationSpecific", "images"}})}};
  CHECK(lead(routes, "shop.example", "/") == "root");
  CHECK(lead(routes, "shop.example", "/carts") == "root");
  CHECK(lead(routes, "shop.example", "/cart") == "exact");
  CHECK(lead(routes, "shop.example", "/cart/") == "cart");
  CHECK(lead(routes, "shop.example", "/cart/1") == "cart");
  CHECK(lead(routes, "shop.example", "/cart/old") == "old");
  CHECK(lead(routes, "shop.example", "/cart/old/1") == "old");
  CHECK(lead(routes, "shop.example", "/cart/older") == "cart");
  CHECK(lead(routes, "shop.example", "/imgs/1") == "images");
  CHECK(lead(routes, "other.example", "/") == "404");
}

TEST_CASE("hosts: exact, one label for a wildcard, and everybody else's") {
  const Routes routes{{make("a", "*.example.com", {{"/", "Prefix", "wild"}}),
                       make("bb", "www.example.com", {{"/x", "Prefix", "www"}}),
                       make("ccc", "", {{"/any", "Prefix", "any"}})}};
  CHECK(lead(routes, "a.example.com", "/") == "wild");
  CHECK(lead(routes, "a.b.example.com", "/any") == "any");
  CHECK(lead(routes, "example.com", "/") == "404");
  // A host with rules of its own does not fall back to the wildcard's.
  CHECK(lead(routes, "www.example.com", "/") == "404");
  CHECK(lead(routes, "www.example.com", "/x/y") == "www");
  CHECK(lead(routes, "10.0.0.1", "/any") == "any");
}

TEST_CASE("the older Ingress gets a path that two want") {
  const doc::Value older = make("z", "h", {{"/", "Prefix", "older"}});
  const doc::Value newer = make("aa", "h", {{"/", "Prefix", "newer"}, {"/n", "Prefix", "newer"}});
  const Routes routes{{newer, older}};
  CHECK(lead(routes, "h", "/") == "older");
  CHECK(lead(routes, "h", "/n") == "newer");
}

TEST_CASE("default backends") {
  const doc::Value whole = yaml(
      "{metadata: {name: a, namespace: default}, spec: {defaultBackend: {service: {name: all, "
      "port: {name: http}}}}}");
  const Routes alone{{whole}};
  CHECK(lead(alone, "anything", "/x") == "all");
  CHECK(alone.match("x", "/").location->backend.port == "http");
  const Routes with_rules{{make("a", "h", {{"/x", "Prefix", "x"}}, "{}",
                                ", defaultBackend: {service: {name: rest, port: {number: 80}}}")}};
  CHECK(lead(with_rules, "h", "/x") == "x");
  CHECK(lead(with_rules, "h", "/y") == "rest");
  CHECK(lead(with_rules, "other", "/y") == "404");
}

TEST_CASE("rewriting makes every path of the host a pattern") {
  const Routes routes{{make("a", "h", {{"/api(/|$)(.*)", "ImplementationSpecific", "api"}},
                            "{nginx.ingress.kubernetes.io/rewrite-target: /$2}"),
                       make("bb", "h", {{"/exact", "Exact", "exact"}})}};
  CHECK(lead(routes, "h", "/api/v1/x") == "api /v1/x");
  CHECK(lead(routes, "h", "/api") == "api /");
  CHECK(lead(routes, "h", "/API/v1") == "api /v1");
  CHECK(lead(routes, "h", "/apis") == "404");
  CHECK(lead(routes, "h", "/exactly") == "exact");
  // Without groups the whole path is replaced.
  const Routes plain{{make("a", "h", {{"/old", "Prefix", "web"}},
                           "{nginx.ingress.kubernetes.io/rewrite-target: /new}")}};
  CHECK(lead(plain, "h", "/old/page") == "web /new");
}

TEST_CASE("TLS redirects unless it is told not to") {
  const std::string tls = ", tls: [{hosts: [h], secretName: cert}]";
  const Routes routes{{make("a", "h", {{"/", "Prefix", "web"}}, "{}", tls)}};
  const Match match = routes.match("h", "/");
  CHECK(match.location->redirects_to_tls);
  CHECK(match.server->tls_secret.to_string() == "default/cert");
  const Routes stays{{make("a", "h", {{"/", "Prefix", "web"}},
                           "{nginx.ingress.kubernetes.io/ssl-redirect: 'false'}", tls)}};
  CHECK_FALSE(stays.match("h", "/").location->redirects_to_tls);
  const Routes forced{{make("a", "h", {{"/", "Prefix", "web"}},
                            "{nginx.ingress.kubernetes.io/force-ssl-redirect: 'true'}")}};
  CHECK(forced.match("h", "/").location->redirects_to_tls);
}

TEST_CASE("whose Ingress it is") {
  const doc::Value own = yaml("{spec: {controller: k8s.io/ingress-nginx}}");
  const doc::Value other = yaml("{spec: {controller: example.com/other}}");
  const auto is_ours = [&](const std::string& metadata, const std::string& spec) {
    return is_served(yaml("{metadata: {" + metadata + "}, spec: {" + spec + "}}"),
                     [&](std::string_view name) -> const doc::Value* {
                       if (name == "edge") return &own;
                       return name == "foreign" ? &other : nullptr;
                     });
  };
  CHECK(is_ours("name: a", "ingressClassName: edge"));
  CHECK_FALSE(is_ours("name: a", "ingressClassName: foreign"));
  CHECK_FALSE(is_ours("name: a", "ingressClassName: nobody"));
  CHECK_FALSE(is_ours("name: a", ""));
  CHECK(is_ours("annotations: {kubernetes.io/ingress.class: nginx}", ""));
  CHECK_FALSE(is_ours("annotations: {kubernetes.io/ingress.class: traefik}", ""));
}

TEST_CASE("annotations that have no effect are found") {
  CHECK(annotations_without_effect(
            yaml("{metadata: {annotations: {nginx.ingress.kubernetes.io/rewrite-target: /, "
                 "nginx.ingress.kubernetes.io/limit-rps: '5', "
                 "nginx.ingress.kubernetes.io/auth-type: basic, other: x}}}")) ==
        std::vector<std::string>{"auth-type", "limit-rps"});
}

}  // namespace
}  // namespace rockpool::api::ingress
