// SPDX-License-Identifier: Apache-2.0
#include "core/api/defaults.h"

#include <doctest/doctest.h>

#include "core/doc/base64.h"
#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::made;
using test::yaml;

TEST_CASE("the defaults of a status are those of an object that had its defaults before") {
  struct Case {
    ResourceId id;
    std::string_view object;
    std::string_view status;
  };
  for (const Case& each :
       {Case{ResourceId::pods, "spec: {containers: [{name: a, image: nginx}]}", "podIP: 10.1.2.3"},
        Case{ResourceId::replicasets, "spec: {template: {spec: {containers: []}}}", "replicas: 2"},
        Case{ResourceId::nodes, "metadata: {name: a}", "capacity: {cpu: 1500u}"}}) {
    doc::Value whole = made(each.id, each.object);
    whole.set("status", yaml(each.status));
    doc::Value status_only = whole;
    apply_defaults(resource(each.id), whole);
    apply_status_defaults(resource(each.id), status_only);
    CHECK(status_only == whole);
  }
}

TEST_CASE("a Pod's defaults") {
  const doc::Value pod = made(ResourceId::pods, R"(
metadata: {name: a}
spec:
  containers:
  - name: a
    image: nginx
    ports: [{containerPort: 80}]
    env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
    resources: {limits: {cpu: '1', memory: 1Gi}, requests: {cpu: 500m}}
    readinessProbe: {httpGet: {port: 80}}
    livenessProbe: {grpc: {port: 80}, periodSeconds: 5}
    lifecycle: {preStop: {httpGet: {port: 80}}}
  initContainers: [{name: i, image: 'nginx:1.25', resources: {limits: {cpu: 1500u}}}]
)");
  CHECK(pod["spec"] == yaml(R"(
containers:
- name: a
  image: nginx
  imagePullPolicy: Always
  terminationMessagePath: /dev/termination-log
  terminationMessagePolicy: File
  ports: [{containerPort: 80, protocol: TCP}]
  env: [{name: POD, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}}]
  resources: {limits: {cpu: '1', memory: 1Gi}, requests: {cpu: 500m, memory: 1Gi}}
  readinessProbe:
    httpGet: {port: 80, path: /, scheme: HTTP}
    timeoutSeconds: 1
    periodSeconds: 10
    successThreshold: 1
    failureThreshold: 3
  livenessProbe:
    grpc: {port: 80, service: ''}
    timeoutSeconds: 1
    periodSeconds: 5
    successThreshold: 1
    failureThreshold: 3
  lifecycle: {preStop: {httpGet: {port: 80, path: /, scheme: HTTP}}}
initContainers:
- name: i
  image: nginx:1.25
  imagePullPolicy: IfNotPresent
  terminationMessagePath: /dev/termination-log
  terminationMessagePolicy: File
  resources: {limits: {cpu: 2m}, requests: {cpu: 2m}}
dnsPolicy: ClusterFirst
enableServiceLinks: true
restartPolicy: Always
schedulerName: default-scheduler
securityContext: {}
terminationGracePeriodSeconds: 30
)"));
}

TEST_CASE("the tag of an image decides when it is pulled") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"nginx", "Always"},
      {"nginx:latest", "Always"},
      {"nginx:1", "IfNotPresent"},
      {"localhost:5000/nginx", "Always"},
      {"localhost:5000/nginx:1", "IfNotPresent"},
      {"nginx@sha256:abc", "IfNotPresent"}};
  for (const auto& [image, policy] : cases) {
    CAPTURE(image);
    doc::Value spec =
        doc::Value::map({{"containers", doc::Value::array({doc::Value::map({{"image", image}})})}});
    apply_pod_spec_defaults(spec);
    CHECK(spec["containers"].at(0)["imagePullPolicy"].as_string() == policy);
  }
}

TEST_CASE("ports of a Pod on the node's network are the node's ports") {
  const doc::Value pod = made(ResourceId::pods, R"(
spec: {hostNetwork: true, containers: [{name: a, ports: [{containerPort: 80}]}]}
)");
  CHECK(pod["spec"]["containers"].at(0)["ports"].at(0)["hostPort"] == doc::Value{80});
}

TEST_CASE("volumes") {
  const doc::Value pod = made(ResourceId::pods, R"(
spec:
  volumes:
  - name: a
  - {name: b, secret: {secretName: s}}
  - {name: c, configMap: {name: m, defaultMode: 256}}
  - {name: d, hostPath: {path: /x}}
  - name: e
    projected:
      sources: [{serviceAccountToken: {path: t}}, {downwardAPI: {items: [{path: p, fieldRef: {fieldPath: metadata.name}}]}}]
)");
  CHECK(pod["spec"]["volumes"] == yaml(R"(
- {name: a, emptyDir: {}}
- {name: b, secret: {secretName: s, defaultMode: 420}}
- {name: c, configMap: {name: m, defaultMode: 256}}
- {name: d, hostPath: {path: /x, type: ''}}
- name: e
  projected:
    defaultMode: 420
    sources:
    - serviceAccountToken: {path: t, expirationSeconds: 3600}
    - downwardAPI: {items: [{path: p, fieldRef: {apiVersion: v1, fieldPath: metadata.name}}]}
)"));
}

TEST_CASE("a Service's defaults") {
  const doc::Value plain = made(ResourceId::services, "spec: {ports: [{port: 80}]}");
  CHECK(plain["spec"] == yaml(R"(
type: ClusterIP
sessionAffinity: None
internalTrafficPolicy: Cluster
ports: [{port: 80, protocol: TCP, targetPort: 80}]
)"));
  const doc::Value balanced = made(ResourceId::services, R"(
spec: {type: LoadBalancer, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: web}]}
)");
  CHECK(balanced["spec"] == yaml(R"(
type: LoadBalancer
allocateLoadBalancerNodePorts: true
externalTrafficPolicy: Cluster
internalTrafficPolicy: Cluster
sessionAffinity: ClientIP
sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}
ports: [{port: 80, protocol: TCP, targetPort: web}]
)"));
  const doc::Value external = made(ResourceId::services, R"(
spec: {type: ExternalName, externalName: a.b, sessionAffinityConfig: {clientIP: {timeoutSeconds: 1}}}
)");
  CHECK(external["spec"] == yaml("{type: ExternalName, externalName: a.b, sessionAffinity: None}"));
}

TEST_CASE("a Deployment's and a ReplicaSet's defaults") {
  const doc::Value deployment = made(ResourceId::deployments, R"(
spec: {selector: {}, template: {spec: {containers: [{name: a, image: b}]}}}
)");
  const doc::Value& spec = deployment["spec"];
  CHECK(spec["replicas"] == doc::Value{1});
  CHECK(spec["strategy"] ==
        yaml("{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}"));
  CHECK(spec["revisionHistoryLimit"] == doc::Value{10});
  CHECK(spec["progressDeadlineSeconds"] == doc::Value{600});
  CHECK(spec["template"]["spec"]["dnsPolicy"].as_string() == "ClusterFirst");
  CHECK(!spec["template"]["spec"].contains("enableServiceLinks"));
  CHECK(made(ResourceId::deployments, "spec: {strategy: {type: Recreate}}")["spec"]["strategy"] ==
        yaml("{type: Recreate}"));
  CHECK(made(ResourceId::deployments, "spec: {replicas: 0}")["spec"]["replicas"] == doc::Value{0});
  CHECK(made(ResourceId::replicasets, "{}")["spec"]["replicas"] == doc::Value{1});
}

TEST_CASE("the other kinds") {
  const doc::Value secret =
      made(ResourceId::secrets, "{data: {a: eA==, b: eA==}, stringData: {b: plain}}");
  CHECK(secret["type"].as_string() == "Opaque");
  CHECK(secret["data"]["a"].as_string() == "eA==");
  CHECK(*doc::decode_base64(secret["data"]["b"].as_string()) == "plain");
  CHECK(!secret.contains("stringData"));

  const doc::Value object = made(ResourceId::namespaces, "metadata: {name: a-rather-long-name}");
  CHECK(object["metadata"]["labels"] == yaml("{kubernetes.io/metadata.name: a-rather-long-name}"));
  CHECK(object["status"]["phase"].as_string() == "Active");

  const doc::Value node =
      made(ResourceId::nodes, "{spec: {podCIDR: 10.0.0.0/24}, status: {capacity: {cpu: '4'}}}");
  CHECK(node["status"]["allocatable"] == yaml("{cpu: '4'}"));
  CHECK(node["spec"]["podCIDRs"] == yaml("[10.0.0.0/24]"));

  const doc::Value slice =
      made(ResourceId::endpointslices, "{addressType: IPv4, endpoints: [], ports: [{port: 80}]}");
  CHECK(slice["ports"] == yaml("[{name: '', port: 80, protocol: TCP}]"));
  const doc::Value endpoints = made(ResourceId::endpoints, "subsets: [{ports: [{port: 80}]}]");
  CHECK(endpoints["subsets"].at(0)["ports"] == yaml("[{port: 80, protocol: TCP}]"));
}

TEST_CASE("old and new names of the same field are kept alike") {
  const doc::Value old_name = made(ResourceId::pods, "spec: {serviceAccount: builder}");
  CHECK(old_name["spec"]["serviceAccountName"].as_string() == "builder");
  const doc::Value new_name = made(ResourceId::pods, "spec: {serviceAccountName: builder}");
  CHECK(new_name["spec"]["serviceAccount"].as_string() == "builder");
  const doc::Value one = made(ResourceId::pods, "status: {podIP: 10.0.0.1}");
  CHECK(one["status"]["podIPs"] == yaml("[{ip: 10.0.0.1}]"));
  const doc::Value many = made(ResourceId::pods, "status: {podIPs: [{ip: 10.0.0.2}, {ip: '::1'}]}");
  CHECK(many["status"]["podIP"].as_string() == "10.0.0.2");
}

TEST_CASE("a second time changes nothing and keeps what is shared") {
  for (const auto& [id, text] : {
           std::pair{ResourceId::pods, std::string_view{"spec: {containers: [{name: a, image: b, "
                                                        "ports: [{containerPort: 1}]}]}"}},
           std::pair{ResourceId::deployments,
                     std::string_view{"spec: {template: {spec: {containers: [{name: a}]}}}"}},
           std::pair{ResourceId::services, std::string_view{"spec: {ports: [{port: 80}]}"}},
           std::pair{ResourceId::namespaces, std::string_view{"metadata: {name: a}"}},
       }) {
    const doc::Value once = made(id, text);
    doc::Value twice = once;
    apply_defaults(resource(id), twice);
    CHECK(twice == once);
    CHECK(twice.identical(once));
  }
}

}  // namespace
}  // namespace rockpool::api
