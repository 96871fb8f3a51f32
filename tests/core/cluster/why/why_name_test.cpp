// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/core/cluster/why/question.h"
#include "tests/core/ingress_nginx.h"

namespace rockpool::cluster {
namespace {

constexpr std::string_view kShop =
    "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"
    "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, "
    "spec: {ports: [{port: 80}]}}";

TEST_CASE("a namespace in the name: the wrong one, one that is none, one that goes") {
  Question question;
  question.apply(std::string{kShop});
  question.wait();
  const Explanation wrong = question.ask("http://web.shop/");
  CHECK(wrong.cause == Cause::name_of_other_namespace);
  CHECK(wrong.summary == "There is no Service web in the namespace shop, but one in default.");
  CHECK(wrong.advice == "Ask for web.default instead.");
  const Explanation close = question.ask("http://crat.shop/");
  CHECK(close.cause == Cause::name_not_found);
  CHECK(close.advice == "Did you mean cart.shop?");
  const Explanation space = question.ask("http://cart.shp/");
  CHECK(space.cause == Cause::name_of_other_namespace);
  CHECK(space.summary == "cart.shp is the name of nothing: there is no namespace shp.");
  CHECK(space.advice == "Did you mean cart.shop?");
  const Explanation zone = question.ask("http://web.default.svc.cluster.locl/");
  CHECK(zone.advice == "Did you mean web.default.svc.cluster.local, or shorter web.default?");
  // A finalizer that nobody takes away keeps the namespace.
  question.apply(
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: kept, namespace: shop, finalizers: "
      "[example.com/kept]}}");
  REQUIRE(question.cluster
              .request_and_wait(apiserver::make_request("DELETE", "/api/v1/namespaces/shop"))
              .status == 200);
  question.wait();
  CHECK(has(question.ask("http://cart.shop/").summary, "The namespace shop is being deleted"));
}

TEST_CASE("the name of something that has none in DNS") {
  Question question;
  question.apply(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {selector: "
      "{matchLabels: "
      "{app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c, "
      "image: "
      "nginx}]}}}}");
  question.wait();
  const Explanation explanation = question.ask("http://api/");
  CHECK(explanation.cause == Cause::name_not_found);
  CHECK(has(explanation.summary, "api is a Deployment"));
  CHECK(explanation.advice == "Make one: kubectl expose deployment api --port=80.");
}

TEST_CASE("aliases: to a Service, to the world, to nothing, to an address, in a circle") {
  Question question;
  const auto alias = [&](const std::string& name, const std::string& target) {
    question.apply("{apiVersion: v1, kind: Service, metadata: {name: " + name +
                   "}, spec: {type: ExternalName, externalName: \"" + target + "\"}}");
  };
  alias("inside", "web.default.svc.cluster.local");
  alias("outside", "www.example.com");
  alias("short", "web");
  alias("number", "10.0.0.1");
  alias("here", "there.default.svc.cluster.local");
  alias("there", "here.default.svc.cluster.local");
  question.wait();
  CHECK(question.ask("http://inside/").cause == Cause::none);
  CHECK(question.ask("http://outside/").cause == Cause::none);
  CHECK(question.ask("http://example.org/").cause == Cause::none);
  const Explanation nothing = question.ask("http://short/");
  CHECK(nothing.cause == Cause::name_not_found);
  CHECK(nothing.summary == "short leads to web, which is the name of nothing.");
  CHECK(has(question.ask("http://number/").advice, "EndpointSlice"));
  CHECK(has(question.ask("http://here/").summary, "circle of aliases"));
}

TEST_CASE("one Pod of a headless Service") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {clusterIP: None, selector: "
      "{app: "
      "db}, ports: [{port: 80}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: db-0, labels: {app: db}}, spec: {hostname: "
      "db-0, "
      "subdomain: db, containers: [{name: c, image: "
      "'registry.k8s.io/e2e-test-images/agnhost:2.53', "
      "args: [netexec], ports: [{containerPort: 8080}]}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: db-1, labels: {app: db}}, spec: {hostname: "
      "db-1, "
      "subdomain: db, containers: [{name: c, image: 'nginx:no-such-tag'}]}}");
  question.wait();
  CHECK(question.ask("http://db-0.db:8080/").cause == Cause::none);
  CHECK(question.ask("http://db:8080/").cause == Cause::none);
  const Explanation missing = question.ask("http://db-7.db:8080/");
  CHECK(missing.cause == Cause::name_not_found);
  CHECK(missing.advice == "It has db-0.");
  const Explanation unready = question.ask("http://db-1.db:8080/");
  CHECK(unready.cause == Cause::pods_not_running);
  CHECK(has(unready.summary, "db-1 is a Pod of the Service db and not ready"));
  CHECK(has(unready.advice, "Is nginx:no-such-tag the right name and tag?"));
  const Explanation port = question.ask("http://db/");
  CHECK(port.cause == Cause::nobody_listens);
  CHECK(has(port.advice, "It listens on 8080."));
}

TEST_CASE("clients that do not ask the cluster's DNS") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: plain}, spec: {dnsPolicy: Default, containers: "
      "[{name: c, image: 'registry.k8s.io/pause:3.10'}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: lost}, spec: {dnsPolicy: None, dnsConfig: "
      "{nameservers: [10.96.0.99]}, containers: [{name: c, image: 'registry.k8s.io/pause:3.10'}]}}"
      "\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: own}, spec: {dnsPolicy: None, dnsConfig: "
      "{nameservers: [10.96.0.10]}, containers: [{name: c, image: "
      "'registry.k8s.io/pause:3.10'}]}}");
  question.wait();
  const Explanation plain = question.ask("http://web/", "pod/default/plain");
  CHECK(plain.cause == Cause::name_not_found);
  CHECK(has(plain.summary, "which is not the cluster's"));
  CHECK(has(plain.advice, "dnsPolicy: ClusterFirst"));
  CHECK(question.ask("http://example.com/", "pod/default/plain").cause == Cause::none);
  const Explanation lost = question.explain("http://web/", "pod/default/lost");
  CHECK(lost.cause == Cause::dns_is_down);
  CHECK(has(lost.summary, "10.96.0.99, and nobody has that address"));
  // Without a search path only whole names are found.
  CHECK(question.ask("http://web/", "pod/default/own").cause == Cause::name_not_found);
  CHECK(question.ask("http://web.default.svc.cluster.local/", "pod/default/own").cause ==
        Cause::none);
  const Explanation node = question.ask("http://web/", "node/node-1");
  CHECK(node.cause == Cause::name_not_found);
  CHECK(has(node.advice, "ClusterFirstWithHostNet"));
}

TEST_CASE("DNS that does not answer says which of its parts is to blame") {
  Question question;
  const auto scaled = question.cluster.request_and_wait(apiserver::make_request(
      "PATCH", "/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale",
      R"({"spec":{"replicas":0}})", "application/merge-patch+json"));
  REQUIRE(scaled.status == 200);
  question.wait();
  const Explanation none = question.explain("http://web/");
  CHECK(none.cause == Cause::dns_is_down);
  CHECK(
      none.summary ==
      "Nobody can say what web is. The Deployment coredns makes the Pods of the Service kube-dns, "
      "but is scaled to 0.");
  CHECK(none.advice == "kubectl scale deployment coredns -n kube-system --replicas=1");
  // A look-up alone, and one that needs no DNS.
  CHECK(question.explain("dns://web").cause == Cause::dns_is_down);
  CHECK(question.explain("dns://10.96.0.1").cause == Cause::none);
}

TEST_CASE("looking up a name alone") {
  Question question;
  CHECK(question.explain("dns://web").cause == Cause::none);
  CHECK(question.explain("dns://web").summary == "Nothing is wrong: the name is found.");
  CHECK(question.explain("dns://wbe").cause == Cause::name_not_found);
  // It has no port, and nobody need be behind a cluster IP.
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: empty}, spec: {selector: {app: x}, ports: "
      "[{port: 80}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: headless}, spec: {clusterIP: None, "
      "selector: "
      "{app: x}, ports: [{port: 80}]}}");
  question.wait();
  CHECK(question.explain("dns://empty").cause == Cause::none);
  CHECK(question.explain("dns://headless").cause == Cause::selects_nothing);
  FetchOptions options;
  for (const char* url : {"dns://web:53", "udp://web", "tcp://web/", "ftp://web:21"}) {
    options.url = url;
    const auto refused = question.cluster.explain(options);
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().message, "url: "));
  }
}

TEST_CASE("the host of an Ingress is in nobody's DNS") {
  Question question;
  question.apply(std::string{test::kIngressNginx});
  question.apply(
      "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: shop}, spec: "
      "{ingressClassName: nginx, rules: [{host: shop.test, http: {paths: [{path: /, pathType: "
      "Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: told}, spec: {hostAliases: [{ip: 198.51.100.2, "
      "hostnames: [shop.test]}], containers: [{name: c, image: 'registry.k8s.io/pause:3.10'}]}}");
  question.wait(60s);
  for (const char* from : {"external", "pod/default/client"}) {
    const Explanation name = question.ask("http://shop.test/", from);
    CHECK(name.cause == Cause::name_not_found);
    CHECK(has(name.summary, "Nobody tells the client where shop.test is"));
    CHECK(has(name.advice, "curl -H 'Host: shop.test' http://198.51.100.2/."));
  }
  CHECK(question.ask("http://shop.test/", "pod/default/told").cause == Cause::none);
  CHECK(question.explain("http://198.51.100.2/", "external", "shop.test").cause == Cause::none);
  CHECK(question.explain("http://198.51.100.2/", "external").cause == Cause::no_ingress_rule);
  const Explanation inside = question.explain("http://ingress-nginx-controller.ingress-nginx/",
                                              "pod/default/client", "other.test");
  CHECK(inside.cause == Cause::no_ingress_rule);
  CHECK(has(inside.advice, "There are rules for shop.test"));
}

}  // namespace
}  // namespace rockpool::cluster
