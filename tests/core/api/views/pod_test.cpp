// SPDX-License-Identifier: Apache-2.0
#include "core/api/views/pod.h"

#include <doctest/doctest.h>

#include "core/api/views/cluster_objects.h"
#include "core/api/views/endpoints.h"
#include "core/api/views/node.h"
#include "core/api/views/service.h"
#include "core/api/views/workloads.h"
#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;

TEST_CASE("a Pod is read through its view") {
  const Pod pod{yaml(R"(
metadata: {name: web-1, namespace: default, deletionTimestamp: '2025-01-01T00:00:00Z'}
spec:
  nodeName: n1
  containers: [{name: a, image: b, ports: [{name: http, containerPort: 8080}]}, {name: c, image: d}]
status:
  phase: Running
  podIP: 10.0.0.7
  conditions: [{type: Ready, status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z'}]
  containerStatuses: [{name: a, ready: true, restartCount: 2, state: {running: {}}}]
)")};
  CHECK(pod.name() == "web-1");
  CHECK(pod.phase() == "Running");
  CHECK(pod.is_ready());
  CHECK(pod.ip() == "10.0.0.7");
  CHECK(pod.is_scheduled());
  CHECK(pod.is_being_deleted());
  CHECK(!pod.is_active());
  CHECK(!pod.is_terminal());
  CHECK(pod.spec().containers().size() == 2);
  std::string names;
  for (const Container container : pod.spec().containers()) names += container.name();
  CHECK(names == "ac");
  CHECK(pod.spec().containers()[0].ports()[0].container_port() == 8080);
  CHECK(pod.container_statuses()[0].restart_count() == 2);
  CHECK(!pod.container_statuses()[0].state().running().is_null());
  CHECK(!pod.spec().containers()[0].readiness_probe());
  CHECK(pod.spec().termination_grace_period_seconds() == 30);
  const sim::Time ready = *sim::parse_rfc3339("2025-01-01T00:00:00Z");
  CHECK(pod.is_available(0, ready));
  CHECK(!pod.is_available(10, ready + std::chrono::seconds{9}));
  CHECK(pod.is_available(10, ready + std::chrono::seconds{10}));
}

TEST_CASE("QoS classes follow requests and limits") {
  const auto qos = [](std::string_view containers) {
    const doc::Value pod =
        test::made(ResourceId::pods, "spec: {containers: " + std::string{containers} + "}");
    return std::string{pod_qos_class(Pod{pod}.spec())};
  };
  CHECK(qos("[{name: a}]") == "BestEffort");
  CHECK(qos("[{name: a, resources: {requests: {cpu: 100m}}}]") == "Burstable");
  CHECK(qos("[{name: a, resources: {limits: {cpu: '1', memory: 1Gi}}}]") == "Guaranteed");
  CHECK(qos("[{name: a, resources: {limits: {cpu: '1', memory: 1Gi}, requests: {cpu: 500m}}}]") ==
        "Burstable");
  CHECK(qos("[{name: a, resources: {limits: {cpu: '1', memory: 1Gi}}}, {name: b}]") == "Burstable");
  CHECK(qos("[{name: a, resources: {limits: {cpu: '1'}}}]") == "Burstable");
}

TEST_CASE("a Pod needs room for its containers' sum or its hungriest init container") {
  const auto cpu = [](std::string_view spec) {
    return pod_request(PodSpec{yaml(spec)}, "cpu").to_string();
  };
  const std::string containers =
      "containers: [{resources: {requests: {cpu: '1'}}}, {resources: {requests: {cpu: 500m}}}]";
  CHECK(cpu("{" + containers + "}") == "1500m");
  CHECK(cpu("{" + containers + ", initContainers: [{resources: {requests: {cpu: '2'}}}]}") == "2");
  CHECK(cpu("{" + containers + ", initContainers: [{resources: {requests: {cpu: '1'}}}]}") ==
        "1500m");
  // A sidecar counts beside both.
  CHECK(cpu("{" + containers +
            ", initContainers: [{restartPolicy: Always, resources: {requests: {cpu: '1'}}},"
            " {resources: {requests: {cpu: '2'}}}]}") == "3");
  CHECK(cpu("{" + containers + ", overhead: {cpu: 100m}}") == "1600m");
}

TEST_CASE("ports are found by name and protocol") {
  const PodSpec spec{yaml(R"(
containers: [{ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: dns, containerPort: 54, protocol: TCP}]}]
initContainers: [{ports: [{name: i, containerPort: 1, protocol: TCP}]}, {restartPolicy: Always, ports: [{name: s, containerPort: 2, protocol: TCP}]}]
)")};
  CHECK(find_port(spec, 80, "TCP") == 80);
  CHECK(find_port(spec, "dns", "UDP") == 53);
  CHECK(find_port(spec, "dns", "TCP") == 54);
  CHECK(!find_port(spec, "i", "TCP").has_value());
  CHECK(find_port(spec, "s", "TCP") == 2);
}

TEST_CASE("the other views") {
  const Service service{yaml("spec: {clusterIP: None, selector: {app: web}}")};
  CHECK(service.is_headless());
  CHECK(!service.has_cluster_ip());
  CHECK(service.has_selector());
  CHECK(service.type() == "ClusterIP");
  const Endpoint endpoint{yaml("addresses: [10.0.0.1]")};
  CHECK(endpoint.is_ready());
  CHECK(endpoint.is_serving());
  CHECK(!endpoint.is_terminating());
  const Endpoint stopping{yaml("conditions: {ready: false, serving: true, terminating: true}")};
  CHECK(!stopping.is_ready());
  CHECK(stopping.is_serving());
  const Node node{yaml(
      "{metadata: {labels: {topology.kubernetes.io/zone: z}}, spec: {unschedulable: true}, status: "
      "{allocatable: {cpu: '4'}, addresses: [{type: InternalIP, address: 10.1.0.1}]}}")};
  CHECK(node.is_unschedulable());
  CHECK(node.zone() == "z");
  CHECK(node.internal_ip() == "10.1.0.1");
  CHECK(node.allocatable("cpu").value() == 4);
  const Deployment deployment{yaml(
      "{metadata: {annotations: {deployment.kubernetes.io/revision: '3'}}, spec: {replicas: 0}}")};
  CHECK(deployment.revision() == 3);
  CHECK(deployment.replicas() == 0);
  CHECK(deployment.collision_count() == -1);
  const Lease lease{yaml("spec: {renewTime: '2025-01-01T00:00:00.000000Z'}")};
  CHECK(lease.renew_time() == sim::parse_rfc3339("2025-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace rockpool::api
