// SPDX-License-Identifier: Apache-2.0
#include "core/node/environment.h"

#include <doctest/doctest.h>

#include "core/doc/yaml.h"

namespace rockpool::node {
namespace {

doc::Value yaml(std::string_view text) {
  return doc::parse_yaml(text).value().at(0).value;
}

// Each variable as a line.
std::string lines(const std::vector<EnvironmentVariable>& variables) {
  std::string text;
  for (const auto& [name, value] : variables) text += name + "=" + value + "\n";
  return text;
}

struct World {
  doc::Value pod = yaml(R"(
metadata: {name: p, namespace: ns, uid: u1, labels: {app: web, tier: back}}
spec:
  nodeName: node-1
  serviceAccountName: robot
  containers:
  - name: c
    resources: {limits: {cpu: 250m, memory: 64Mi}, requests: {cpu: 100m}}
)");
  doc::Value config = yaml("{data: {a: one, b: two}, binaryData: {c: dGhyZWU=}}");
  doc::Value secret = yaml("{data: {password: c2VjcmV0}}");
  ReferenceSource source;
  World() {
    source.config_map = [this](std::string_view name) {
      return name == "config" ? &config : nullptr;
    };
    source.secret = [this](std::string_view name) { return name == "secret" ? &secret : nullptr; };
    source.node = yaml("{status: {allocatable: {memory: 1Gi}}}");
    source.pod_ips = {"10.1.2.3", "fd00::3"};
    source.host_ips = {"192.168.0.1"};
  }
  std::string make(std::string_view container_yaml) {
    const api::Container container{yaml(container_yaml)};
    const auto variables = make_environment(api::Pod{pod}, container, source, [] {
      return std::vector<EnvironmentVariable>{{"WEB_SERVICE_HOST", "10.96.0.9"}};
    });
    return variables ? lines(*variables) : "error: " + variables.error();
  }
};

TEST_CASE("variables from values, ConfigMaps, Secrets and the Pod itself") {
  World world;
  CHECK(world.make(R"yaml(
name: c
envFrom: [{prefix: P_, configMapRef: {name: config}}, {secretRef: {name: none, optional: true}}]
env:
- {name: A, value: x}
- {name: B, value: "$(A)-$(P_a)-$(WEB_SERVICE_HOST)-$(UNKNOWN)-$$(A)"}
- {name: C, valueFrom: {configMapKeyRef: {name: config, key: c}}}
- {name: D, valueFrom: {secretKeyRef: {name: secret, key: password}}}
- {name: E, valueFrom: {secretKeyRef: {name: secret, key: no, optional: true}}}
- {name: F, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
- {name: G, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
- {name: H, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
- {name: I, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
- {name: J, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
- {name: K, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
)yaml") ==
        "P_a=one\nP_b=two\nA=x\nB=x-one-10.96.0.9-$(UNKNOWN)-$(A)\nC=three\nD=secret\nF=web\n"
        "G=10.1.2.3\nH=node-1\nI=1\nJ=250\nK=64\n");
}

TEST_CASE("what is missing is an error in the kubelet's words") {
  World world;
  const auto key = [&world](std::string_view reference) {
    return world.make("{name: c, env: [{name: A, valueFrom: {" + std::string{reference} + "}}]}");
  };
  CHECK(key("configMapKeyRef: {name: none, key: a}") == "error: configmap \"none\" not found");
  CHECK(key("secretKeyRef: {name: none, key: a}") == "error: secret \"none\" not found");
  CHECK(key("configMapKeyRef: {name: config, key: z}") ==
        "error: couldn't find key z in ConfigMap ns/config");
  CHECK(key("secretKeyRef: {name: secret, key: z}") ==
        "error: couldn't find key z in Secret ns/secret");
  CHECK(world.make("{name: c, envFrom: [{configMapRef: {name: none}}]}") ==
        "error: configmap \"none\" not found");
}

TEST_CASE("a Service as variables") {
  std::vector<EnvironmentVariable> variables;
  append_service_environment(
      api::Service{yaml("{metadata: {name: redis-main}, spec: {clusterIP: 10.0.0.11, ports: "
                        "[{name: client, port: 6379, protocol: TCP}, {name: bus, port: 16379, "
                        "protocol: UDP}]}}")},
      variables);
  CHECK(lines(variables) ==
        "REDIS_MAIN_SERVICE_HOST=10.0.0.11\nREDIS_MAIN_SERVICE_PORT=6379\n"
        "REDIS_MAIN_SERVICE_PORT_CLIENT=6379\nREDIS_MAIN_SERVICE_PORT_BUS=16379\n"
        "REDIS_MAIN_PORT=tcp://10.0.0.11:6379\nREDIS_MAIN_PORT_6379_TCP=tcp://10.0.0.11:6379\n"
        "REDIS_MAIN_PORT_6379_TCP_PROTO=tcp\nREDIS_MAIN_PORT_6379_TCP_PORT=6379\n"
        "REDIS_MAIN_PORT_6379_TCP_ADDR=10.0.0.11\n"
        "REDIS_MAIN_PORT_16379_UDP=udp://10.0.0.11:16379\n"
        "REDIS_MAIN_PORT_16379_UDP_PROTO=udp\nREDIS_MAIN_PORT_16379_UDP_PORT=16379\n"
        "REDIS_MAIN_PORT_16379_UDP_ADDR=10.0.0.11\n");
  variables.clear();
  append_service_environment(
      api::Service{yaml("{metadata: {name: a}, spec: {clusterIP: None, ports: [{port: 1}]}}")},
      variables);
  CHECK(variables.empty());
}

}  // namespace
}  // namespace rockpool::node
