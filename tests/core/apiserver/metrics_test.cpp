// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/metrics.h"

#include "core/apiserver/metrics_source.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kMetrics = "/apis/metrics.k8s.io/v1beta1";

// Knows one node and the Pods whose name begins with "busy".
struct Meters : MetricsSource {
  sim::Duration window() const override { return std::chrono::seconds{15}; }
  std::optional<ResourceUsage> node_usage(std::string_view node) const override {
    if (node != "known") return std::nullopt;
    return ResourceUsage{1'500'000'000, std::int64_t{3} << 20};
  }
  std::vector<ContainerUsage> pod_usage(const doc::Value& pod) const override {
    if (!pod["metadata"_key]["name"_key].as_string().starts_with("busy")) return {};
    return {{"first", {12'345'678, 1 << 20}}, {"second", {0, 5000}}};
  }
};

struct Measured : Cluster {
  Measured() {
    server.set_metrics_source(&meters);
    for (const std::string_view name : {"known", "lost"}) {
      expect(201, "POST", "/api/v1/nodes",
             fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"disk":"fast"}}}}}})", name));
    }
    expect(201, "POST", kPods, pod_manifest("busy-a"));
    expect(201, "POST", kPods, pod_manifest("idle"));
  }
  Meters meters;
};

TEST_CASE("metrics of nodes") {
  Measured cluster;
  const Value node = cluster.expect(200, "GET", fmt::format("{}/nodes/known", kMetrics));
  CHECK(node["kind"].as_string() == "NodeMetrics");
  CHECK(node["apiVersion"].as_string() == "metrics.k8s.io/v1beta1");
  CHECK(node["metadata"]["labels"]["disk"].as_string() == "fast");
  CHECK(node["window"].as_string() == "15s");
  CHECK(node["timestamp"].as_string() == "2025-01-01T00:00:00Z");
  CHECK(doc::to_json(node["usage"]) == R"({"cpu":"1500m","memory":"3Mi"})");
  const Value list = cluster.expect(200, "GET", fmt::format("{}/nodes", kMetrics));
  CHECK(list["kind"].as_string() == "NodeMetricsList");
  CHECK(list["items"].size() == 1);
  CHECK(cluster.refusal(404, "GET", fmt::format("{}/nodes/lost", kMetrics)) ==
        "nodemetrics.metrics.k8s.io \"lost\" not found");
  CHECK(cluster.refusal(404, "GET", fmt::format("{}/nodes/none", kMetrics)) ==
        "nodes \"none\" not found");
}

TEST_CASE("metrics of Pods, of all namespaces, one of them, or selected") {
  Measured cluster;
  const std::string in_default = fmt::format("{}/namespaces/default/pods", kMetrics);
  const Value pod = cluster.expect(200, "GET", in_default + "/busy-a");
  CHECK(pod["metadata"]["namespace"].as_string() == "default");
  CHECK(doc::to_json(pod["containers"]) ==
        R"([{"name":"first","usage":{"cpu":"12345678n","memory":"1Mi"}},)"
        R"({"name":"second","usage":{"cpu":"0","memory":"4Ki"}}])");
  CHECK(cluster.expect(200, "GET", in_default)["items"].size() == 1);
  CHECK(cluster.expect(200, "GET", fmt::format("{}/pods", kMetrics))["items"].size() == 1);
  CHECK(cluster.expect(200, "GET", fmt::format("{}/namespaces/other/pods", kMetrics))["items"]
            .size() == 0);
  CHECK(cluster.expect(200, "GET", in_default + "?labelSelector=no=such")["items"].size() == 0);
  CHECK(cluster.expect(200, "GET", in_default + "?fieldSelector=metadata.name=busy-a")["items"]
            .size() == 1);
  CHECK(cluster.refusal(400, "GET", in_default + "?labelSelector=(") != "");
  CHECK(cluster.refusal(404, "GET", in_default + "/idle") ==
        "podmetrics.metrics.k8s.io \"default/idle\" not found");
  CHECK(cluster.refusal(404, "GET", in_default + "/none") == "pods \"none\" not found");
}

TEST_CASE("metrics as a table, and as metadata only") {
  Measured cluster;
  const auto ask = [&](std::string_view path, std::string_view as) {
    Request request = make_request("GET", fmt::format("{}/{}", kMetrics, path), {}, {});
    request.headers.add("Accept", fmt::format("application/json;as={};v=v1;g=meta.k8s.io", as));
    const Response response = cluster.server.handle(request);
    CHECK(response.status == 200);
    return json(response.body);
  };
  const Value pods = ask("namespaces/default/pods", "Table");
  CHECK(pods["kind"].as_string() == "Table");
  std::string columns;
  for (const Value& each : pods["columnDefinitions"].items()) {
    columns += fmt::format("{} ({}) ", each["name"].as_string(), each["format"].as_string());
  }
  CHECK(columns == "Name (name) cpu (quantity) memory (quantity) Window (duration) ");
  REQUIRE(pods["rows"].size() == 1);
  CHECK(doc::to_json(pods["rows"].at(0)["cells"]) == R"(["busy-a","12345678n","1028Ki","15s"])");
  CHECK(pods["rows"].at(0)["object"]["kind"].as_string() == "PartialObjectMetadata");
  CHECK(doc::to_json(ask("nodes/known", "Table")["rows"].at(0)["cells"]) ==
        R"(["known","1500m","3Mi","15s"])");
  // Without a row there is nothing to take columns from.
  const Value none = ask("namespaces/other/pods", "Table");
  CHECK(none["columnDefinitions"].is_null());
  CHECK(none["rows"].size() == 0);

  CHECK(ask("nodes/known", "PartialObjectMetadata")["kind"].as_string() == "PartialObjectMetadata");
  const Value list = ask("nodes", "PartialObjectMetadataList");
  CHECK(list["kind"].as_string() == "PartialObjectMetadataList");
  CHECK(list["items"].at(0)["metadata"]["name"].as_string() == "known");
}

TEST_CASE("metrics are only read") {
  Measured cluster;
  const std::string nodes = fmt::format("{}/nodes", kMetrics);
  CHECK(cluster.send("POST", nodes, "{}").status == 405);
  CHECK(cluster.send("DELETE", nodes + "/known").status == 405);
  CHECK(cluster.send("GET", nodes + "?watch=1").status == 405);
  CHECK(cluster.send("GET", fmt::format("{}/pods/busy-a", kMetrics)).status == 404);
  CHECK(cluster.send("GET", fmt::format("{}/namespaces/default/nodes", kMetrics)).status == 404);
  CHECK(cluster.send("GET", fmt::format("{}/nodes/known/status", kMetrics)).status == 404);
  cluster.server.set_metrics_source(nullptr);
  CHECK(cluster.send("GET", nodes).status == 503);
}

TEST_CASE("the group is discovered, behind all others") {
  Measured cluster;
  const Value groups = cluster.expect(200, "GET", "/apis")["groups"];
  CHECK(groups.at(groups.size() - 1)["name"].as_string() == "metrics.k8s.io");
  const Value resources = cluster.expect(200, "GET", kMetrics)["resources"];
  REQUIRE(resources.size() == 2);
  CHECK(doc::to_json(resources.at(1)) ==
        R"({"kind":"PodMetrics","name":"pods","namespaced":true,"singularName":"",)"
        R"("verbs":["get","list"]})");
  CHECK(cluster.send("GET", "/openapi/v3/apis/metrics.k8s.io/v1beta1").status == 200);
}

}  // namespace
}  // namespace rockpool::apiserver
