// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/object_list.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

constexpr std::string_view kObjects = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: only-front}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: front}}
    - namespaceSelector: {matchLabels: {team: a}}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.9.0.0/16]}
    ports: [{port: 80}, {port: dns, protocol: UDP}, {port: 8000, endPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: nginx
  tls: [{hosts: [shop.example], secretName: shop-tls}]
  defaultBackend: {service: {name: web, port: {number: 80}}}
  rules:
  - host: shop.example
    http: {paths: [{path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {name: http}}}}]}
)";

std::string text_of(const Session::Facts& facts) {
  std::string text;
  for (const auto& [name, value] : facts) text += name + ": " + value + '\n';
  return text;
}

bool holds(const std::vector<ObjectRef>& objects, const ObjectRef& wanted) {
  return std::ranges::find(objects, wanted) != objects.end();
}

TEST_CASE("objects that are not on the map are listed by their kinds") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  REQUIRE(session.apply(kObjects).ok);
  session.run_for(std::chrono::seconds{1}, [] { return true; });
  const auto row = [&](std::string_view kind, std::string_view name) -> std::string {
    for (const ObjectGroup& group : session.objects(false)) {
      if (group.kind != kind) continue;
      for (const ObjectRow& one : group.rows) {
        if (one.object.name == name) return one.about;
      }
    }
    return "(not there)";
  };
  CHECK(row("Deployment", "web") == "3 of 3 ready");
  CHECK(row("EndpointSlice", "kubernetes") == "1 endpoint");
  CHECK(row("NetworkPolicy", "only-front") == "app=web");
  CHECK(row("Ingress", "shop").starts_with("shop.example"));
  CHECK(row("Deployment", "coredns") == "(not there)");
  for (const ObjectGroup& group : session.objects(true)) {
    CHECK(group.kind != "Pod");
    CHECK(group.count >= 1);
  }
}

TEST_CASE("a NetworkPolicy says in words whom it isolates and what it lets through") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  REQUIRE(session.apply(kObjects).ok);
  session.run_for(std::chrono::seconds{1}, [] { return true; });
  const ObjectRef policy{"NetworkPolicy", "default", "only-front"};
  CHECK(text_of(session.facts(policy))
            .starts_with("Isolates: Pods with app=web of its namespace\n"
                         "Lets in: Pods with app=front of its namespace; all Pods of namespaces "
                         "with team=a; 10.0.0.0/8 except 10.9.0.0/16, 80/TCP, dns/UDP, "
                         "8000-8080/TCP\n"
                         "Lets out: nobody: everything is dropped\n"));
  const std::vector<ObjectRef> related = session.related(policy);
  REQUIRE(related.size() == 3);
  CHECK(related[0].name.starts_with("web-"));
  CHECK(holds(session.related(related[0]), policy));
  CHECK(session.yaml(policy).contains("policyTypes"));
}

TEST_CASE("an Ingress says which host and path lead to which Service") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  REQUIRE(session.apply(kObjects).ok);
  session.run_for(std::chrono::seconds{1}, [] { return true; });
  const ObjectRef ingress{"Ingress", "default", "shop"};
  const std::string facts = text_of(session.facts(ingress));
  CHECK(facts.starts_with("Class: nginx\nAddress: "));
  CHECK(
      facts.contains("shop.example: /cart (Prefix) \u2192 cart:http\n"
                     "Otherwise: web:80\nTLS: shop.example by the Secret shop-tls\n"));
  CHECK(holds(session.related(ingress), {"Service", "default", "web"}));
  CHECK(holds(session.related({"Service", "default", "web"}), ingress));
}

}  // namespace
}  // namespace rockpool::app
