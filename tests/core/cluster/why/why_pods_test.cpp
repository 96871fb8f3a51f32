// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/core/cluster/why/question.h"

namespace rockpool::cluster {
namespace {

// A Deployment and its Service, of the same name.
std::string app(const std::string& name, const std::string& container, int replicas = 1) {
  return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: " + name +
         "}, spec: {replicas: " + std::to_string(replicas) +
         ", selector: {matchLabels: {app: " + name +
         "}}, template: {metadata: {labels: {app: " + name + "}}, spec: {" + container +
         "}}}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: " + name +
         "}, spec: {selector: {app: " + name + "}, ports: [{port: 80, targetPort: 8080}]}}";
}

constexpr const char* kAgnhost =
    "containers: [{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: "
    "[netexec]}]";

TEST_CASE("Pods that nobody makes: scaled to nothing, no controller, another namespace") {
  Question question;
  question.apply(app("zero", kAgnhost, 0));
  question.apply(
      "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: "
      "{matchLabels: "
      "{app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {nodeSelector: {disk: "
      "ssd}, "
      "containers: [{name: c, image: nginx}]}}}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: agent}, spec: {selector: {app: agent}, "
      "ports: "
      "[{port: 80}]}}\n---\n"
      "{apiVersion: v1, kind: Namespace, metadata: {name: other}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: other}, spec: {selector: "
      "{app: web}, ports: [{port: 80}]}}");
  question.wait();
  const Explanation zero = question.ask("http://zero/");
  CHECK(zero.cause == Cause::scaled_to_zero);
  CHECK(zero.advice == "kubectl scale deployment zero -n default --replicas=1");
  const Explanation agent = question.ask("http://agent/");
  CHECK(agent.cause == Cause::pods_not_made);
  CHECK(has(agent.summary,
            "The DaemonSet agent should make the Pods of the Service agent. This "
            "cluster runs no DaemonSet controller"));
  const Explanation other = question.ask("http://web.other/");
  CHECK(other.cause == Cause::selects_nothing);
  CHECK(has(other.advice, "such Pods in the namespace default"));
}

TEST_CASE("Pods that are forbidden, and a kind whose controller does not run") {
  Question question;
  question.apply(app("many", std::string{"serviceAccountName: nobody, "} + kAgnhost));
  question.wait();
  const Explanation forbidden = question.ask("http://many/");
  CHECK(forbidden.cause == Cause::pods_not_made);
  CHECK(has(forbidden.summary, "The Deployment many may not make its Pods: pods \"many-"));
  CHECK(has(forbidden.summary, "serviceaccount \"nobody\" not found"));
  CHECK(has(forbidden.advice, "kubectl describe deployment many -n default"));
  question.fault(FaultKind::halt, "replicaset-controller");
  question.apply(app("late", kAgnhost));
  question.wait();
  const Explanation late = question.ask("http://late/");
  CHECK(late.cause == Cause::pods_not_made);
  CHECK(late.summary == "The Deployment late wants 1 Pod, and there is none yet.");
  CHECK(has(late.advice, "its controller does not run"));
}

TEST_CASE("Pods that crash, wait for another container, or fail a startup probe") {
  Question question;
  question.apply(
      app("crash", "containers: [{name: c, image: busybox, command: [sh, -c, 'exit 3']}]"));
  question.apply(app("first", std::string{"initContainers: [{name: wait, image: busybox, command: "
                                          "[sh, -c, 'sleep 1000']}], "} +
                                  kAgnhost));
  question.apply(app("missing",
                     "containers: [{name: c, image: nginx, envFrom: [{configMapRef: {name: "
                     "settings}}]}]"));
  question.apply(
      app("start",
          "containers: [{name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', "
          "args: [netexec], startupProbe: {tcpSocket: {port: 9999}, failureThreshold: "
          "100, periodSeconds: 1}}]"));
  question.wait(40s);
  const Explanation crash = question.ask("http://crash/");
  CHECK(crash.cause == Cause::pods_not_running);
  CHECK(has(crash.summary, "CrashLoopBackOff"));
  CHECK(has(crash.summary, "ended with exit code 3"));
  CHECK(has(crash.advice, "--previous"));
  const Explanation first = question.ask("http://first/");
  CHECK(first.cause == Cause::pods_not_running);
  CHECK(has(first.summary, "its init container wait has not finished"));
  const Explanation missing = question.ask("http://missing/");
  CHECK(has(missing.summary, "configmap \"settings\" not found"));
  CHECK(has(missing.advice, "Make the ConfigMap or Secret"));
  const Explanation start = question.ask("http://start/");
  CHECK(start.cause == Cause::pods_not_ready);
  CHECK(has(start.summary, "the startup probe of its container c (connecting to port 9999)"));
}

TEST_CASE("a readiness gate that nobody opens") {
  Question question;
  question.apply(
      app("gate", std::string{"readinessGates: [{conditionType: example.com/open}], "} + kAgnhost));
  question.wait();
  const Explanation gate = question.ask("http://gate/");
  CHECK(gate.cause == Cause::pods_not_ready);
  CHECK(has(gate.summary, "its readiness gate example.com/open is not True."));
}

TEST_CASE("the only Pods are on a node that is gone") {
  Question question;
  question.fault(FaultKind::stop, "node-1");
  question.wait(60s);
  const Explanation down = question.ask("http://web/");
  CHECK(down.cause == Cause::node_is_down);
  CHECK(has(down.summary, "its node node-1 is off."));
}

TEST_CASE("Endpoints by hand that nobody mirrors") {
  Question question;
  question.fault(FaultKind::halt, "endpointslice-mirroring-controller");
  question.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: old}, spec: {ports: [{port: 80}]}}\n---\n"
      "{apiVersion: v1, kind: Endpoints, metadata: {name: old}, subsets: [{addresses: [{ip: "
      "203.0.113.80}], ports: [{port: 80}]}]}");
  question.wait();
  const Explanation lag = question.ask("http://old/");
  CHECK(lag.cause == Cause::endpoints_lag);
  CHECK(has(lag.advice, "endpointslice-mirroring-controller"));
  question.fault(FaultKind::resume, "endpointslice-mirroring-controller");
  question.wait();
  CHECK(question.ask("http://old/").cause == Cause::none);
}

}  // namespace
}  // namespace rockpool::cluster
