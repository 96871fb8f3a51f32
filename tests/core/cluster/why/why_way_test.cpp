// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/core/cluster/why/question.h"

namespace rockpool::cluster {
namespace {

// A server of all protocols, and a client that can speak them.
constexpr std::string_view kProtocols = R"(
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: server}}
spec:
  containers:
  - name: c
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec, --http-port=8080, --udp-port=8081, --sctp-port=8082]
---
apiVersion: v1
kind: Pod
metadata: {name: dialer}
spec:
  nodeSelector: {kubernetes.io/hostname: node-2}
  containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [netexec]}]
---
apiVersion: v1
kind: Service
metadata: {name: server}
spec:
  type: NodePort
  selector: {app: server}
  ports:
  - {name: http, port: 80, targetPort: 8080, nodePort: 30180}
  - {name: udp, port: 81, targetPort: 8081, protocol: UDP, nodePort: 30181}
  - {name: sctp, port: 82, targetPort: 8082, protocol: SCTP, nodePort: 30182}
  - {name: deaf, port: 83, targetPort: 8080, protocol: UDP, nodePort: 30183}
)";

// What really comes of it: the client's Pod asks by that protocol for the server's name.
bool is_answered(Question& question, const std::string& protocol, const std::string& port) {
  FetchOptions options;
  options.from = "node/node-2";
  const doc::Value* const pod =
      question.cluster.informers().of(api::ResourceId::pods).find({"default", "dialer"});
  REQUIRE(pod != nullptr);
  options.url = "http://" + (*pod)["status"]["podIP"].to_string() +
                ":8080/dial?host=server&port=" + port + "&protocol=" + protocol +
                "&request=hostname&tries=1";
  // An SCTP association is tried for longer.
  options.timeout = 5s;
  const auto result = question.cluster.fetch(options);
  REQUIRE(result);
  return result->ok() && has(result->outcome->body, "\"responses\":[\"server\"]");
}

TEST_CASE("UDP and SCTP, in every mode") {
  for (const auto mode : {net::proxy::ModeKind::userspace, net::proxy::ModeKind::iptables,
                          net::proxy::ModeKind::ipvs, net::proxy::ModeKind::nftables}) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    ClusterOptions options;
    options.proxy_mode = mode;
    Question question{options};
    question.apply(std::string{kProtocols});
    question.wait();
    const std::string from = "pod/default/dialer";
    const Explanation udp = question.explain("udp://server:81", from);
    CHECK_MESSAGE(udp.cause == Cause::none, udp.summary);
    CHECK(is_answered(question, "udp", "81"));
    const Explanation sctp = question.explain("sctp://server:82", from);
    const bool is_userspace = mode == net::proxy::ModeKind::userspace;
    CHECK_MESSAGE(sctp.cause == (is_userspace ? Cause::not_proxied : Cause::none), sctp.summary);
    CHECK(is_answered(question, "sctp", "82") != is_userspace);
    if (is_userspace) CHECK(has(sctp.summary, "userspace, which does not pass on SCTP"));
    const Explanation deaf = question.explain("udp://server:83", from);
    CHECK(deaf.cause == Cause::nobody_listens);
    CHECK(has(deaf.summary, "No process of default/server listens on UDP port 8080"));
    CHECK(has(deaf.advice, "It listens on TCP port 8080"));
    CHECK_FALSE(is_answered(question, "udp", "83"));
    CHECK(question.explain("tcp://server:80", from).cause == Cause::none);
    CHECK(question.explain("udp://node-1:30181", "external").cause == Cause::none);
    const Explanation node_port = question.explain("tcp://node-1:30181", "external");
    CHECK(node_port.cause == Cause::wrong_protocol);
    CHECK(node_port.summary ==
          "The node port 30181 of the Service server is for UDP, not for TCP.");
  }
}

TEST_CASE("the right number of the wrong protocol, and a policy for one protocol only") {
  Question question;
  question.apply(std::string{kProtocols});
  question.wait();
  const Explanation wrong = question.ask("http://server:81/");
  CHECK(wrong.cause == Cause::wrong_protocol);
  CHECK(wrong.summary == "The port 81 of the Service server is for UDP, not for TCP.");
  CHECK(question.explain("udp://server:80").cause == Cause::wrong_protocol);
  const Explanation none = question.explain("udp://server:99");
  CHECK(none.summary ==
        "The Service server has no UDP port 99; it has 80 (→ 8080), 81/UDP (→ 8081), 82/SCTP (→ "
        "8082), 83/UDP (→ 8080).");
  CHECK(has(question.ask("http://server:30180/").advice, "30180 is its node port"));
  question.apply(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: tcp}, spec: "
      "{podSelector: {matchLabels: {app: server}}, ingress: [{ports: [{port: 8080}]}]}}");
  question.wait();
  CHECK(question.explain("http://server/").cause == Cause::none);
  const Explanation denied = question.explain("udp://server:81");
  CHECK(denied.cause == Cause::policy_drops);
  CHECK(has(denied.summary, "allows UDP port 8081"));
}

TEST_CASE("a userspace proxy tries the next endpoint, the kernel does not") {
  const std::string deaf =
      "{apiVersion: v1, kind: Pod, metadata: {name: deaf, labels: {app: web}}, spec: {containers: "
      "[{name: c, image: 'registry.k8s.io/pause:3.10', ports: [{name: http, containerPort: "
      "8080}]}]}}";
  for (const auto mode : {net::proxy::ModeKind::userspace, net::proxy::ModeKind::iptables}) {
    ClusterOptions options;
    options.proxy_mode = mode;
    Question question{options};
    question.apply(deaf);
    question.wait();
    const Explanation explanation = question.explain("http://web/");
    if (mode == net::proxy::ModeKind::iptables) {
      CHECK(explanation.cause == Cause::nobody_listens);
      CHECK(has(explanation.summary, "No process of default/deaf listens on port 8080"));
      continue;
    }
    CHECK(explanation.cause == Cause::none);
    bool is_told = false;
    for (const Finding& finding : explanation.findings) {
      is_told = is_told || has(finding.text, "The next one is tried.");
    }
    CHECK(is_told);
    for (int count = 0; count < 4; ++count) CHECK(question.ask("http://web/").cause == Cause::none);
  }
}

TEST_CASE("session affinity to one endpoint of several") {
  ClusterOptions options;
  options.proxy_mode = net::proxy::ModeKind::iptables;
  Question question{options};
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: "
      "{app: "
      "web}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: http, nodePort: 30080}]}}");
  question.wait();
  CHECK(question.ask("http://web/").cause == Cause::none);
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: deaf, labels: {app: web}}, spec: {containers: "
      "[{name: c, image: 'registry.k8s.io/pause:3.10', ports: [{name: http, containerPort: "
      "8080}]}]}}");
  question.wait();
  // This client stays with the one that works; others may get the other one.
  const Explanation same = question.ask("http://web/");
  CHECK_MESSAGE(same.cause == Cause::none, same.summary);
  CHECK(std::ranges::any_of(same.findings, [](const Finding& finding) {
    return has(finding.text, "By its session affinity it sends this client to 10.244.");
  }));
  CHECK(question.explain("http://web/", "pod/default/deaf").cause == Cause::nobody_listens);
}

TEST_CASE("from outside: load balancers that are not there, and external IPs") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: mine}, spec: {type: LoadBalancer, "
      "loadBalancerClass: example.com/lb, selector: {app: web}, ports: [{port: 80, targetPort: "
      "http, "
      "nodePort: 30090}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: ext}, spec: {externalIPs: [203.0.113.7], "
      "selector: {app: web}, ports: [{port: 80, targetPort: http}]}}");
  question.wait();
  const Explanation mine = question.ask("http://mine/", "external");
  CHECK(mine.cause == Cause::no_load_balancer);
  CHECK(has(mine.summary, "nobody here makes load balancers of that class"));
  CHECK(has(mine.advice, "Until then, ask for node-1:30090."));
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: soon}, spec: {type: LoadBalancer, "
      "selector: "
      "{app: web}, ports: [{port: 80, targetPort: http}]}}");
  question.wait(100ms);
  CHECK(has(question.explain("http://soon/", "external").summary,
            "its load balancer is still being made"));
  question.wait();
  const Explanation known = question.ask("http://soon/", "external");
  CHECK(known.cause == Cause::not_known_outside);
  CHECK(has(known.advice, "From outside, ask for 198.51.100."));
  CHECK(has(question.ask("http://web/", "external").advice, "ask for node-1:30080."));
  const Explanation ext = question.explain("http://203.0.113.7/", "external");
  CHECK(ext.cause == Cause::not_routed);
  CHECK(question.ask("http://203.0.113.7/").cause == Cause::none);
  question.fault(FaultKind::stop, "node-3");
  CHECK(question.explain("http://node-3:30080/", "external").cause == Cause::node_is_down);
}

TEST_CASE("a load balancer's way through a node whose proxy is frozen") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: lb}, spec: {type: LoadBalancer, selector: "
      "{app: web}, ports: [{name: a, port: 81, targetPort: 9999}, {name: b, port: 80, targetPort: "
      "http}]}}");
  question.wait();
  CHECK(question.ask("http://198.51.100.2/", "external").cause == Cause::none);
  CHECK(question.ask("http://198.51.100.2:81/", "external").cause == Cause::nobody_listens);
  question.fault(FaultKind::freeze, "node-3");
  std::string text{kWeb};
  text.replace(text.find("/readyz"), 7, "/hostname");
  question.fault(FaultKind::kill_now, "default/web");
  question.wait(2s);
  question.apply(text);
  question.wait();
  const Explanation frozen = question.explain("http://198.51.100.2/", "external");
  CHECK(frozen.cause == Cause::proxy_lags);
  CHECK(has(frozen.summary, "The proxy of node-3"));
}

TEST_CASE("a Pod that asks itself, by the Service and by localhost") {
  Question question;
  const Explanation own = question.ask("http://web.default/", "pod/default/web");
  CHECK_MESSAGE(own.cause == Cause::none, own.summary);
  // By its own name it asks no Service.
  const Explanation name = question.ask("http://web/", "pod/default/web");
  CHECK(name.cause == Cause::nobody_listens);
  CHECK(has(name.findings[0].text, "web is the client's own name"));
  CHECK(name.advice == "It listens on 8080: ask for that port.");
  CHECK(question.ask("http://127.0.0.1:8080/", "pod/default/web").cause == Cause::none);
  const Explanation local = question.ask("http://127.0.0.1:8080/");
  CHECK(local.cause == Cause::nobody_listens);
  CHECK(has(local.advice, "localhost is the client itself"));
}

TEST_CASE("a Pod in its node's network is an endpoint at the node's address") {
  Question question;
  question.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: host, labels: {app: host}}, spec: "
      "{hostNetwork: "
      "true, nodeSelector: {kubernetes.io/hostname: node-1}, containers: [{name: c, image: "
      "'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [netexec, --http-port=8088]}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: host}, spec: {selector: {app: host}, "
      "ports: "
      "[{name: open, port: 80, targetPort: 8088}, {name: closed, port: 81, targetPort: 8089}]}}");
  question.wait();
  CHECK(question.ask("http://host/").cause == Cause::none);
  const Explanation closed = question.ask("http://host:81/");
  CHECK(closed.cause == Cause::nobody_listens);
  CHECK(has(closed.summary, "No process of node-1 listens on port 8089"));
}

}  // namespace
}  // namespace rockpool::cluster
