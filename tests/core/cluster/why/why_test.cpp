// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/why/why.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "core/cluster/why/inquiry.h"
#include "tests/core/cluster/why/question.h"
#include "tests/core/ingress_nginx.h"

namespace rockpool::cluster {
namespace {

TEST_CASE("nothing is wrong where everything works") {
  Question question;
  for (const char* url : {"http://web/", "http://web.default/",
                          "http://web.default.svc.cluster.local/", "http://node-2:30080/"}) {
    const bool is_inside = !has(url, "node");
    const Explanation explanation =
        question.ask(url, is_inside ? "pod/default/client" : "external");
    CHECK_MESSAGE(explanation.cause == Cause::none, explanation.summary);
    CHECK(explanation.findings.size() >= 3);
    CHECK(std::ranges::all_of(explanation.findings, &Finding::is_well));
  }
}

TEST_CASE("a name that is none: which were tried, and which is close") {
  Question question;
  const Explanation explanation = question.ask("http://wbe/");
  CHECK(explanation.cause == Cause::name_not_found);
  CHECK(explanation.advice == "Did you mean web?");
  CHECK(has(explanation.findings[0].text, "wbe.default.svc.cluster.local."));
  CHECK(question.ask("http://example.invalid/").cause == Cause::name_not_found);
}

TEST_CASE("a Service of another namespace") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, "
      "spec: {ports: [{port: 80}]}}");
  question.wait();
  const Explanation explanation = question.ask("http://cart/");
  CHECK(explanation.cause == Cause::name_of_other_namespace);
  CHECK(explanation.advice == "Ask for cart.shop instead.");
}

TEST_CASE("no DNS server") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, "
      "spec: {clusterIP: 10.96.0.10, selector: {k8s-app: nothing}, "
      "ports: [{name: dns, port: 53, protocol: UDP}]}}");
  question.wait();
  CHECK(question.ask("http://web/").cause == Cause::dns_is_down);
}

TEST_CASE("names and addresses of the inside, asked for from outside") {
  Question question;
  CHECK(question.ask("http://web/", "external").cause == Cause::not_known_outside);
  const std::string ip =
      api::Service{
          *question.cluster.informers().of(api::ResourceId::services).find({"default", "web"})}
          .value()["spec"]["clusterIP"]
          .to_string();
  CHECK(question.ask("http://" + ip + "/", "external").cause == Cause::not_known_outside);
  CHECK(question.ask("http://node-1:31234/", "external").cause == Cause::no_such_node_port);
  CHECK(question.ask("http://node-1:8080/", "external").cause == Cause::nobody_listens);
}

TEST_CASE("a port that the Service does not have") {
  Question question;
  const Explanation explanation = question.ask("http://web:8081/");
  CHECK(explanation.cause == Cause::no_such_port);
  CHECK(explanation.summary == "The Service web has no port 8081; it has 80 (→ http).");
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: numbered}, "
      "spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}");
  question.wait();
  CHECK(has(question.ask("http://numbered:8080/").advice, "targetPort"));
}

TEST_CASE("a selector that matches nothing, and what is close") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, "
      "spec: {selector: {app: wbe}, ports: [{port: 80, targetPort: http}]}}");
  question.wait();
  const Explanation explanation = question.ask("http://web/");
  CHECK(explanation.cause == Cause::selects_nothing);
  CHECK(explanation.summary == "The selector app=wbe of the Service web matches no Pod.");
  CHECK(explanation.advice == "There are Pods with app=web: is that what is meant?");
}

TEST_CASE("a readiness probe that fails, by name and with what was said") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: slow, labels: {app: slow}}, spec: {containers: "
      "[{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [netexec], "
      "readinessProbe: {tcpSocket: {port: 9999}, periodSeconds: 1}}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: slow}, "
      "spec: {selector: {app: slow}, ports: [{port: 80, targetPort: 8080}]}}");
  question.wait();
  const Explanation explanation = question.ask("http://slow/");
  CHECK(explanation.cause == Cause::pods_not_ready);
  CHECK(has(explanation.summary, "connecting to port 9999"));
  CHECK(has(explanation.summary, "connection refused"));
}

TEST_CASE("Pods that do not run, and why") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: bad, labels: {app: bad}}, spec: {containers: "
      "[{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:no-such'}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: bad}, "
      "spec: {selector: {app: bad}, ports: [{port: 80}]}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: big, labels: {app: big}}, spec: {containers: "
      "[{name: c, image: nginx, resources: {requests: {cpu: '1000'}}}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: big}, "
      "spec: {selector: {app: big}, ports: [{port: 80}]}}");
  question.wait();
  const Explanation image = question.ask("http://bad/");
  CHECK(image.cause == Cause::pods_not_running);
  CHECK(has(image.summary, "ImagePull"));
  const Explanation room = question.ask("http://big/");
  CHECK(room.cause == Cause::pods_not_running);
  CHECK(has(room.summary, "Insufficient cpu"));
}

TEST_CASE("a port name that no container has, and a number on which nobody listens") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: named}, "
      "spec: {selector: {app: web}, ports: [{port: 80, targetPort: htpt}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: wrong}, "
      "spec: {selector: {app: web}, ports: [{port: 80, targetPort: 9999}]}}");
  question.wait();
  CHECK(question.ask("http://named/").cause == Cause::no_such_target_port);
  const Explanation explanation = question.ask("http://wrong/");
  CHECK(explanation.cause == Cause::nobody_listens);
  CHECK(explanation.summary == "No process of default/web listens on port 9999 (endpoint 1 of 1).");
}

TEST_CASE("nobody wrote the endpoints of a Service without selector") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {ports: [{port: 80}]}}");
  question.wait();
  CHECK(question.ask("http://db/").cause == Cause::no_endpoints_written);
}

TEST_CASE("a controller that is halted leaves slices behind, a frozen proxy its rules") {
  Question question;
  question.fault(FaultKind::halt, "endpointslice-controller");
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: late}, "
      "spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}}");
  question.wait();
  CHECK(question.ask("http://late/").cause == Cause::endpoints_lag);
  question.fault(FaultKind::resume, "endpointslice-controller");
  question.wait();
  CHECK(question.ask("http://late/").cause == Cause::none);

  question.fault(FaultKind::freeze, "node-2");
  question.fault(FaultKind::kill_now, "default/web");
  std::string text{kWeb};
  text.replace(text.find("/readyz"), 7, "/hostname");
  question.wait(2s);
  question.apply(text);
  question.wait();
  const Explanation explanation = question.ask("http://web/");
  CHECK(explanation.cause == Cause::proxy_lags);
  CHECK(explanation.advice == "The proxy is frozen: thaw it.");
}

TEST_CASE("a policy that wants a Pod where there is none") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, "
      "selector: {app: web}, internalTrafficPolicy: Local, externalTrafficPolicy: Local, "
      "ports: [{port: 80, targetPort: http, nodePort: 30080}]}}");
  question.wait();
  CHECK(question.ask("http://web/").cause == Cause::no_local_endpoint);
  const Explanation outside = question.ask("http://node-2:30080/", "external");
  CHECK(outside.cause == Cause::no_local_endpoint);
  CHECK(has(outside.summary, "externalTrafficPolicy"));
  CHECK(question.ask("http://node-1:30080/", "external").cause == Cause::none);
}

TEST_CASE("load balancers: whom they admit, and whether a node is healthy") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: lb}, spec: {type: LoadBalancer, "
      "selector: {app: web}, ports: [{port: 80, targetPort: http}], "
      "loadBalancerSourceRanges: [10.0.0.0/8]}}");
  question.wait();
  CHECK(question.ask("http://198.51.100.2/", "external").cause == Cause::not_admitted);
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: lb}, spec: {type: LoadBalancer, "
      "selector: {app: web}, ports: [{port: 80, targetPort: http}]}}");
  question.wait();
  CHECK(question.ask("http://198.51.100.2/", "external").cause == Cause::none);
  for (const char* node : {"node-1", "node-2", "node-3"}) question.fault(FaultKind::stop, node);
  question.wait();
  CHECK(question.ask("http://198.51.100.2/", "external").cause == Cause::no_healthy_node);
}

TEST_CASE("a node that is off, and a network that is cut") {
  Question question;
  question.fault(FaultKind::cut, "node-2", "node-1");
  CHECK(question.ask("http://web/").cause == Cause::network_is_cut);
  question.fault(FaultKind::heal, "node-2", "node-1");
  question.wait();
  question.fault(FaultKind::stop, "node-1");
  CHECK(question.ask("http://web/").cause == Cause::node_is_down);
}

TEST_CASE("a network that is cut behind the node that was asked") {
  Question question;
  question.fault(FaultKind::cut, "node-3", "node-1");
  CHECK(question.ask("http://node-3:30080/", "external").cause == Cause::network_is_cut);
  CHECK(question.ask("http://node-1:30080/", "external").cause == Cause::none);
  CHECK(question.ask("http://node-2:30080/", "external").cause == Cause::none);
}

TEST_CASE("addresses of nobody, and a Service left to another proxy") {
  Question question;
  CHECK(question.ask("http://10.244.9.9/").cause == Cause::no_such_address);
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: other, labels: "
      "{service.kubernetes.io/service-proxy-name: mine}}, "
      "spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}}");
  question.wait();
  CHECK(question.ask("http://other/").cause == Cause::not_proxied);
}

TEST_CASE("a policy that drops: which, in which direction, and what would allow it") {
  Question question;
  const auto policy = [&](const std::string& name, const std::string& spec) {
    question.apply("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: " +
                   name + "}, spec: {" + spec + "}}");
    question.wait();
  };
  policy("web-only", "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]");
  const Explanation ingress = question.ask("http://web/");
  CHECK(ingress.cause == Cause::policy_drops);
  CHECK(has(ingress.summary,
            "The ingress of default/web is restricted by default/web-only, and no rule of it "
            "allows TCP port 8080 from 10.244."));
  CHECK(has(ingress.advice, "ingress: [{from: [{podSelector: {}}], ports:"));
  CHECK(question.ask("http://node-2:30080/", "external").cause == Cause::policy_drops);
  // What the advice says helps, as soon as the client has a label to be found by.
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: client, labels: {app: client}}, spec: "
      "{nodeSelector: {kubernetes.io/hostname: node-2}, containers: [{name: pause, image: "
      "'registry.k8s.io/pause:3.10'}]}}");
  policy("allow-client",
         "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: "
         "{app: client}}}], ports: [{protocol: TCP, port: 8080}]}]");
  CHECK(question.ask("http://web/").cause == Cause::none);
  policy("no-egress", "podSelector: {matchLabels: {app: client}}, policyTypes: [Egress]");
  const Explanation names = question.ask("http://web/");
  CHECK(names.cause == Cause::policy_drops);
  CHECK(has(names.summary, "allows UDP port 53 to"));
  CHECK(has(names.advice, "kubernetes.io/metadata.name: kube-system"));
  policy("dns",
         "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, "
         "{port: 53}]}]");
  const Explanation egress = question.ask("http://web/");
  CHECK(egress.cause == Cause::policy_drops);
  CHECK(has(egress.summary,
            "The egress of default/client is restricted by default/dns, "
            "default/no-egress"));
}

TEST_CASE("Ingresses: nobody serves the class, no rule fits, nothing is behind it") {
  Question question;
  const auto why = [&](const std::string& url) { return question.explain(url, "external"); };
  // With the name in the header Host, as nobody tells the client where it is.
  const auto at = [&](const std::string& path) {
    return question.explain("http://198.51.100.2" + path, "external", "shop.example");
  };
  const auto ingress = [&](const std::string& service, const std::string& port,
                           const std::string& more) {
    question.apply(
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: shop}, "
        "spec: {" +
        more +
        "rules: [{host: shop.example, http: {paths: [{path: /web, pathType: Prefix, "
        "backend: {service: {name: " +
        service + ", port: {" + port + "}}}}]}}]}}");
    question.wait();
  };
  ingress("web", "number: 80", "");
  CHECK(has(why("http://shop.example/web").summary, "names no class"));
  ingress("web", "number: 80", "ingressClassName: nginx, ");
  CHECK(has(why("http://shop.example/web").summary, "names the class nginx, which does not exist"));
  question.apply(
      "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx}, "
      "spec: {controller: example.com/other}}");
  question.wait();
  CHECK(has(why("http://shop.example/web").summary, "example.com/other does not run here"));
  const auto gone = question.cluster.request_and_wait(
      apiserver::make_request("DELETE", "/apis/networking.k8s.io/v1/ingressclasses/nginx"));
  REQUIRE(gone.status == 200);
  question.apply(
      "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx}, "
      "spec: {controller: k8s.io/ingress-nginx}}");
  question.wait();
  const Explanation absent = why("http://shop.example/web");
  CHECK(absent.cause == Cause::no_ingress_controller);
  CHECK(has(absent.summary, "has no address"));
  question.apply(std::string{test::kIngressNginx});
  question.wait(60s);
  const Explanation well = at("/web/page?x=1");
  CHECK_MESSAGE(well.cause == Cause::none, well.summary);
  CHECK(why("http://198.51.100.2/").cause == Cause::no_ingress_rule);
  const Explanation path = at("/webs");
  CHECK(path.cause == Cause::no_ingress_rule);
  CHECK(path.advice == "There are rules for /web.");
  ingress("wbe", "number: 80", "ingressClassName: nginx, ");
  CHECK(has(at("/web").summary, "sends to the Service wbe, which does not"));
  ingress("web", "name: admin", "ingressClassName: nginx, ");
  CHECK(at("/web").cause == Cause::no_ingress_backend);
  ingress("web", "number: 80", "ingressClassName: nginx, ");
  question.apply(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}, "
      "spec: {podSelector: {}, policyTypes: [Ingress]}}");
  question.wait();
  const Explanation denied = at("/web");
  CHECK(denied.cause == Cause::policy_drops);
  CHECK(has(denied.advice, "kubernetes.io/metadata.name: ingress-nginx"));
}

TEST_CASE("every cause has a name") {
  for (int cause = 0; cause <= static_cast<int>(Cause::not_routed); ++cause) {
    CHECK_FALSE(cause_name(static_cast<Cause>(cause)).empty());
  }
}

TEST_CASE("the distance of two texts") {
  CHECK(distance("web", "web") == 0);
  CHECK(distance("wbe", "web") == 2);
  CHECK(distance("web", "webs") == 1);
  CHECK(distance("", "abc") == 3);
}

}  // namespace
}  // namespace rockpool::cluster
