// SPDX-License-Identifier: Apache-2.0
#include "core/api/other_versions.h"

#include <doctest/doctest.h>

#include "core/doc/json.h"
#include "tests/core/api/support.h"

namespace rockpool::api {
namespace {

using test::yaml;
using enum ResourceId;

const OtherVersion& version(std::string_view api_version, std::string_view kind) {
  const Resource* found = find_kind(api_version, kind);
  REQUIRE(found != nullptr);
  const OtherVersion* other = find_other_version(*found);
  REQUIRE(other != nullptr);
  return *other;
}

TEST_CASE("other versions are found as resources, and share the stored one's id") {
  const Resource* hpa = find_resource("autoscaling", "v1", "horizontalpodautoscalers");
  REQUIRE(hpa != nullptr);
  CHECK(hpa->id == horizontalpodautoscalers);
  CHECK(hpa->type != resource(horizontalpodautoscalers).type);
  CHECK(find_other_version(resource(horizontalpodautoscalers)) == nullptr);
  for (const OtherVersion& other : other_versions()) {
    CHECK(other.resource.type != nullptr);
    CHECK(other.resource.kind == resource(other.resource.id).kind);
  }
}

TEST_CASE("autoscaling/v1 has a field for the use of the CPU and annotations for the rest") {
  const OtherVersion& v1 = version("autoscaling/v1", "HorizontalPodAutoscaler");
  const doc::Value stored = yaml(R"(
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec:
  maxReplicas: 5
  minReplicas: 2
  scaleTargetRef: {kind: Deployment, name: a}
  metrics:
  - {type: Pods, pods: {metric: {name: hits, selector: {matchLabels: {a: b}}},
     target: {type: AverageValue, averageValue: "3"}}}
  - {type: Object, object: {describedObject: {kind: Service, name: s}, metric: {name: m},
     target: {type: Value, value: "7"}}}
  - {type: External, external: {metric: {name: q}, target: {type: AverageValue, averageValue: "9"}}}
  - {type: ContainerResource, containerResource: {name: memory, container: c,
     target: {type: Utilization, averageUtilization: 40}}}
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 10}}
status:
  currentReplicas: 2
  desiredReplicas: 3
  currentMetrics:
  - {type: Resource, resource: {name: cpu, current: {averageUtilization: 55}}}
  conditions: [{type: AbleToScale, status: "True"}]
)");
  const doc::Value shown = v1.from_stored(stored);
  CHECK(shown["apiVersion"].as_string() == "autoscaling/v1");
  CHECK(shown["spec"]["targetCPUUtilizationPercentage"].as_int() == 60);
  CHECK(shown["spec"]["metrics"].is_null());
  CHECK(shown["status"]["currentCPUUtilizationPercentage"].as_int() == 55);
  const doc::Value& annotations = shown["metadata"]["annotations"];
  CHECK(annotations["autoscaling.alpha.kubernetes.io/behavior"].as_string() ==
        R"({"scaleDown":{"stabilizationWindowSeconds":10}})");
  const auto metrics =
      doc::parse_json(annotations["autoscaling.alpha.kubernetes.io/metrics"].as_string());
  REQUIRE(metrics.has_value());
  CHECK(doc::to_json(metrics->at(0)) ==
        R"({"pods":{"metricName":"hits","selector":{"matchLabels":{"a":"b"}},)"
        R"("targetAverageValue":"3"},"type":"Pods"})");
  // What is shown is a valid object of its own version, and leads back to what is stored.
  const auto decoded = decode(v1.resource, shown);
  REQUIRE_MESSAGE(decoded.has_value(), (decoded ? "" : decoded.error().message));
  CHECK(doc::to_json(v1.to_stored(shown)) == doc::to_json(stored));
}

TEST_CASE("events.k8s.io/v1 calls the fields of Events by other names") {
  const OtherVersion& other = version("events.k8s.io/v1", "Event");
  const doc::Value stored = yaml(R"(
apiVersion: v1
kind: Event
metadata: {name: a, namespace: default}
involvedObject: {kind: Pod, name: p, namespace: default}
reason: Started
message: Started it
type: Normal
count: 2
reportingComponent: kubelet
reportingInstance: node-1
source: {component: kubelet}
firstTimestamp: "2025-01-01T00:00:00Z"
)");
  const doc::Value shown = other.from_stored(stored);
  CHECK(shown["regarding"]["name"].as_string() == "p");
  CHECK(shown["note"].as_string() == "Started it");
  CHECK(shown["deprecatedCount"].as_int() == 2);
  CHECK(!shown.contains("message"));
  CHECK(doc::to_json(other.to_stored(shown)) == doc::to_json(stored));
}

}  // namespace
}  // namespace rockpool::api
