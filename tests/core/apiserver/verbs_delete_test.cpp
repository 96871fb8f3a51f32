// SPDX-License-Identifier: Apache-2.0
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

std::string pod_path(std::string_view name) {
  return std::string{kPods} + "/" + std::string{name};
}

void make_bound_pod(Cluster& cluster, std::string_view name) {
  cluster.expect(201, "POST", kPods, pod_manifest(name));
  REQUIRE(cluster.server.bind("default", name, "node-1"));
}

TEST_CASE("a plain object goes at once and leaves a Status") {
  Cluster cluster;
  const Value created = cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const Value status = cluster.expect(200, "DELETE", std::string{kConfigMaps} + "/c");
  CHECK(status["kind"_key].as_string() == "Status");
  CHECK(status["status"_key].as_string() == "Success");
  CHECK(status["details"_key]["name"_key].as_string() == "c");
  CHECK(status["details"_key]["kind"_key].as_string() == "configmaps");
  CHECK(status["details"_key]["uid"_key] == created["metadata"_key]["uid"_key]);
  CHECK(cluster.refusal(404, "DELETE", std::string{kConfigMaps} + "/c") ==
        "configmaps \"c\" not found");
}

TEST_CASE("a Pod on a node has its grace period, which may only be shortened") {
  Cluster cluster;
  make_bound_pod(cluster, "p");
  const Value marked = cluster.expect(200, "DELETE", pod_path("p"));
  CHECK(marked["metadata"_key]["deletionTimestamp"_key].as_string() == "2025-01-01T00:00:30Z");
  CHECK(marked["metadata"_key]["deletionGracePeriodSeconds"_key].as_int() == 30);
  CHECK(marked["metadata"_key]["generation"_key].as_int() == 2);
  cluster.loop.run_for(std::chrono::seconds{5});
  const Value longer = cluster.expect(200, "DELETE", pod_path("p") + "?gracePeriodSeconds=60");
  CHECK(longer == marked);
  const Value shorter = cluster.expect(200, "DELETE", pod_path("p"),
                                       R"({"kind":"DeleteOptions","gracePeriodSeconds":10})");
  CHECK(shorter["metadata"_key]["deletionTimestamp"_key].as_string() == "2025-01-01T00:00:10Z");
  CHECK(shorter["metadata"_key]["deletionGracePeriodSeconds"_key].as_int() == 10);
  CHECK(shorter["metadata"_key]["generation"_key].as_int() == 2);
  cluster.expect(200, "DELETE", pod_path("p") + "?gracePeriodSeconds=0");
  CHECK(cluster.send("GET", pod_path("p")).status == 404);
}

TEST_CASE("a Pod without a node, or at its end, goes at once") {
  Cluster cluster;
  cluster.expect(201, "POST", kPods, pod_manifest("pending"));
  const Value gone = cluster.expect(200, "DELETE", pod_path("pending"));
  CHECK(gone["kind"_key].as_string() == "Pod");
  CHECK(cluster.send("GET", pod_path("pending")).status == 404);
  make_bound_pod(cluster, "done");
  Value pod = *cluster.server.get(api::ResourceId::pods, "default", "done");
  pod.edit("status"_key).set("phase"_key, "Succeeded");
  REQUIRE(cluster.server.update_status(api::ResourceId::pods, pod));
  cluster.expect(200, "DELETE", pod_path("done"));
  CHECK(cluster.send("GET", pod_path("done")).status == 404);
}

TEST_CASE("finalizers keep an object until the last is removed") {
  Cluster cluster;
  const std::string path = std::string{kConfigMaps} + "/c";
  cluster.expect(201, "POST", kConfigMaps,
                 R"({"metadata":{"name":"c","finalizers":["a.io/x","a.io/y"]}})");
  const Value marked = cluster.expect(200, "DELETE", path);
  CHECK(marked["metadata"_key]["deletionTimestamp"_key].as_string() == "2025-01-01T00:00:00Z");
  CHECK(marked["metadata"_key]["deletionGracePeriodSeconds"_key].as_int(-1) == 0);
  const std::int64_t revision = cluster.store.revision();
  CHECK(cluster.expect(200, "DELETE", path) == marked);
  CHECK(cluster.store.revision() == revision);
  cluster.expect(200, "PATCH", path, R"({"metadata":{"finalizers":["a.io/y"]}})",
                 "application/merge-patch+json");
  CHECK(cluster.send("GET", path).status == 200);
  cluster.expect(200, "PATCH", path, R"({"metadata":{"finalizers":null}})",
                 "application/merge-patch+json");
  CHECK(cluster.send("GET", path).status == 404);
}

TEST_CASE("propagation policies become finalizers") {
  Cluster cluster;
  const std::string path = std::string{kConfigMaps} + "/c";
  const auto finalizers_after = [&](std::string_view options, int code) {
    cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
    const Value object = cluster.expect(code, "DELETE", path, std::string{options});
    const std::string finalizers = doc::to_json(object["metadata"_key]["finalizers"_key]);
    cluster.send("PATCH", path, R"({"metadata":{"finalizers":null}})",
                 "application/merge-patch+json");
    CHECK(cluster.send("GET", path).status == 404);
    return finalizers;
  };
  CHECK(finalizers_after(R"({"propagationPolicy":"Foreground"})", 202) ==
        R"(["foregroundDeletion"])");
  CHECK(finalizers_after(R"({"propagationPolicy":"Orphan"})", 200) == R"(["orphan"])");
  CHECK(finalizers_after(R"({"propagationPolicy":"Background"})", 200) == "null");
  CHECK(finalizers_after(R"({"orphanDependents":true})", 200) == R"(["orphan"])");
}

TEST_CASE("a deletion may insist on a uid and a version") {
  Cluster cluster;
  const Value created = cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const std::string path = std::string{kConfigMaps} + "/c";
  CHECK(cluster.refusal(409, "DELETE", path, R"({"preconditions":{"uid":"x"}})") ==
        fmt::format("Operation cannot be fulfilled on ConfigMap \"c\": the UID in the precondition "
                    "(x) does not match the UID in record ({}). The object might have been deleted "
                    "and then recreated",
                    created["metadata"_key]["uid"_key].as_string()));
  CHECK(cluster.refusal(409, "DELETE", path, R"({"preconditions":{"resourceVersion":"1"}})")
            .find("the ResourceVersion in the precondition (1)") != std::string::npos);
  cluster.expect(200, "DELETE", path,
                 fmt::format(R"({{"preconditions":{{"uid":"{}","resourceVersion":"{}"}}}})",
                             created["metadata"_key]["uid"_key].as_string(),
                             created["metadata"_key]["resourceVersion"_key].as_string()));
}

TEST_CASE("a collection is deleted by selector") {
  Cluster cluster;
  for (const char* name : {"a", "b", "c"}) {
    const std::string_view group = name[0] == 'b' ? "two" : "one";
    cluster.expect(
        201, "POST", kConfigMaps,
        fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"g":"{}"}}}}}})", name, group));
  }
  const Value removed =
      cluster.expect(200, "DELETE", std::string{kConfigMaps} + "?labelSelector=g%3Done");
  CHECK(removed["kind"_key].as_string() == "ConfigMapList");
  CHECK(removed["items"_key].size() == 2);
  CHECK(cluster.store.count(api::ResourceId::configmaps, "default") == 1);
  CHECK(cluster.send("GET", std::string{kConfigMaps} + "/b").status == 200);
}

TEST_CASE("a namespace terminates, takes nothing new, and goes when it is finalized") {
  Cluster cluster;
  cluster.expect(201, "POST", "/api/v1/namespaces", R"({"metadata":{"name":"x"}})");
  const Value terminating = cluster.expect(200, "DELETE", "/api/v1/namespaces/x");
  CHECK(terminating["status"_key]["phase"_key].as_string() == "Terminating");
  CHECK(terminating["metadata"_key]["deletionTimestamp"_key].is_string());
  const Value refused =
      cluster.expect(403, "POST", "/api/v1/namespaces/x/configmaps", config_map_manifest("c"));
  CHECK(refused["message"_key].as_string() ==
        "configmaps \"c\" is forbidden: unable to create new content in namespace x because it is "
        "being terminated");
  CHECK(refused["details"_key]["causes"_key].at(0)["reason"_key].as_string() ==
        "NamespaceTerminating");
  cluster.expect(200, "DELETE", "/api/v1/namespaces/x");
  CHECK(cluster.send("GET", "/api/v1/namespaces/x").status == 200);
  Value finalized = terminating;
  finalized.edit("spec"_key).erase("finalizers"_key);
  cluster.expect(200, "PUT", "/api/v1/namespaces/x/finalize", doc::to_json(finalized));
  CHECK(cluster.send("GET", "/api/v1/namespaces/x").status == 404);
  CHECK(cluster.refusal(403, "DELETE", "/api/v1/namespaces/default") ==
        "namespaces \"default\" is forbidden: this namespace may not be deleted");
}

TEST_CASE("watchers see a Pod marked before it goes") {
  Cluster cluster;
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  auto stream =
      *cluster.server.watch(api::ResourceId::pods, "default",
                            {.resource_version = std::to_string(cluster.store.revision())});
  std::string seen;
  stream->on_event(
      [&](const WatchEvent& event) { seen += std::string{watch_event_type(event.kind)} + " "; });
  cluster.expect(200, "DELETE", pod_path("p"));
  cluster.loop.run_for({});
  CHECK(seen == "MODIFIED DELETED ");
}

}  // namespace
}  // namespace rockpool::apiserver
