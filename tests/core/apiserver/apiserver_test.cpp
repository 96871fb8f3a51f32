// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/apiserver.h"

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

TEST_CASE("a fresh cluster has four namespaces and the kubernetes Service") {
  Cluster cluster;
  const Value list = cluster.expect(200, "GET", "/api/v1/namespaces");
  CHECK(list["kind"_key].as_string() == "NamespaceList");
  REQUIRE(list["items"_key].size() == 4);
  const Value& first = list["items"_key].at(0);
  CHECK(first["metadata"_key]["name"_key].as_string() == "default");
  CHECK(first["metadata"_key]["labels"_key]["kubernetes.io/metadata.name"].as_string() ==
        "default");
  CHECK(first["status"_key]["phase"_key].as_string() == "Active");
  CHECK(first["spec"_key]["finalizers"_key].at(0).as_string() == "kubernetes");
  // Items leave their type to the list.
  CHECK(first["kind"_key].is_null());
  const Value service =
      cluster.expect(200, "GET", "/api/v1/namespaces/default/services/kubernetes");
  CHECK(service["kind"_key].as_string() == "Service");
  CHECK(service["spec"_key]["clusterIP"_key].as_string() == "10.96.0.1");
  CHECK(cluster.store.find(api::ResourceId::endpoints, "default", "kubernetes") != nullptr);
  CHECK(cluster.store.find(api::ResourceId::endpointslices, "default", "kubernetes") != nullptr);
}

TEST_CASE("a created object is given its system fields, whatever the client says") {
  Cluster cluster;
  const Value created = cluster.expect(
      201, "POST", kConfigMaps,
      R"({"metadata":{"name":"c","uid":"mine","creationTimestamp":"1999-01-01T00:00:00Z",)"
      R"("generation":7,"deletionTimestamp":"1999-01-01T00:00:00Z"},"data":{"a":"b"}})");
  const Value& metadata = created["metadata"_key];
  CHECK(created["kind"_key].as_string() == "ConfigMap");
  CHECK(created["apiVersion"_key].as_string() == "v1");
  CHECK(metadata["namespace"_key].as_string() == "default");
  CHECK(metadata["uid"_key].as_string().size() == 36);
  CHECK(metadata["creationTimestamp"_key].as_string() == "2025-01-01T00:00:00Z");
  CHECK(metadata["resourceVersion"_key].to_string() == std::to_string(cluster.store.revision()));
  CHECK(metadata["generation"_key].is_null());
  CHECK(metadata["deletionTimestamp"_key].is_null());
  CHECK(cluster.expect(200, "GET", std::string{kConfigMaps} + "/c") == created);
}

TEST_CASE("names are generated from their prefix") {
  Cluster cluster;
  const Value created =
      cluster.expect(201, "POST", kConfigMaps, R"({"metadata":{"generateName":"c-"}})");
  CHECK(created["metadata"_key]["name"_key].as_string().size() == 7);
  CHECK(created["metadata"_key]["name"_key].as_string().starts_with("c-"));
}

TEST_CASE("what cannot be created says why and changes nothing") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const std::uint64_t digest = cluster.store.digest();
  const auto refused = [&](int code, std::string_view path, std::string body) {
    const std::string message = cluster.refusal(code, "POST", path, std::move(body));
    CHECK(cluster.store.digest() == digest);
    return message;
  };
  CHECK(refused(409, kConfigMaps, config_map_manifest("c")) == "configmaps \"c\" already exists");
  CHECK(refused(404, "/api/v1/namespaces/none/configmaps", config_map_manifest("c")) ==
        "namespaces \"none\" not found");
  CHECK(refused(400, kConfigMaps, R"({"metadata":{"name":"d","namespace":"kube-system"}})") ==
        "the namespace of the provided object does not match the namespace sent on the request");
  CHECK(refused(500, kConfigMaps, R"({"metadata":{"name":"d","resourceVersion":"5"}})") ==
        "resourceVersion should not be set on objects to be created");
  CHECK(refused(400, kConfigMaps, pod_manifest("p")) ==
        "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to "
        "(core.ConfigMap): unknown conversion");
  CHECK(
      refused(400, kConfigMaps, R"({"kind":"Frog","apiVersion":"v1"})") ==
      "Frog in version \"v1\" cannot be handled as a ConfigMap: no kind \"Frog\" is registered for "
      "version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
  CHECK(refused(400, kConfigMaps, R"({"kind":"ConfigMap","apiVersion":"v2"})") ==
        "the API version in the data (v2) does not match the expected API version (v1)");
  CHECK(refused(413, kConfigMaps, std::string(3 * 1024 * 1024 + 1, ' ')) ==
        "Request entity too large: limit is 3145728");
}

TEST_CASE("a body that cannot be read says where") {
  Cluster cluster;
  const Value status = cluster.expect(400, "POST", kConfigMaps, "{\"metadata\":\n  {]}");
  CHECK(status["reason"_key].as_string() == "BadRequest");
  CHECK(status["message"_key].as_string().starts_with(
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; "
      "json parse error: invalid character ']'"));
  const Value& cause = status["details"_key]["causes"_key].at(0);
  CHECK(cause["message"_key].as_string().starts_with("line 2, column 4: "));
  CHECK(cluster.send("POST", kConfigMaps, "a: [", "application/yaml").status == 400);
  CHECK(cluster.refusal(415, "POST", kConfigMaps, "x", "application/vnd.kubernetes.protobuf") ==
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml");
}

TEST_CASE("unknown fields warn, are refused or are dropped, as the client wishes") {
  Cluster cluster;
  const std::string body = R"({"metadata":{"name":"c"},"foo":1})";
  const Response warned = cluster.send("POST", kConfigMaps, body);
  CHECK(warned.status == 201);
  CHECK(warned.headers.get("Warning") == R"(299 - "unknown field \"foo\"")");
  CHECK(json(warned.body)["foo"].is_null());
  const std::string target = std::string{kConfigMaps} + "?fieldValidation=";
  CHECK(cluster.refusal(400, "POST", target + "Strict", R"({"metadata":{"name":"d"},"foo":1})")
            .find("unknown field \"foo\"") != std::string::npos);
  const Response ignored =
      cluster.send("POST", target + "Ignore", R"({"metadata":{"name":"d"},"foo":1})");
  CHECK(ignored.status == 201);
  CHECK(ignored.headers.find("Warning") == nullptr);
  CHECK(cluster.send("POST", target + "Maybe", body).status == 422);
}

TEST_CASE("YAML comes in and goes out") {
  Cluster cluster;
  Request request = make_request("POST", kConfigMaps, "metadata:\n  name: c\ndata:\n  a: b\n",
                                 "application/yaml; charset=utf-8");
  request.headers.add("Accept", "application/yaml");
  const Response response = cluster.server.handle(request);
  CHECK(response.status == 201);
  CHECK(response.headers.get("content-type") == "application/yaml");
  CHECK(response.body.starts_with("apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\n"));
}

TEST_CASE("only what can be written is accepted") {
  Cluster cluster;
  const auto status = [&](const char* accept) {
    Request request = make_request("GET", "/version");
    request.headers.add("Accept", accept);
    return cluster.server.handle(request).status;
  };
  CHECK(status("application/json;as=Table;v=v1;g=meta.k8s.io,application/json") == 200);
  CHECK(status("*/*") == 200);
  CHECK(status("application/vnd.kubernetes.protobuf") == 406);
  CHECK(status("application/json;as=Table;v=v1;g=meta.k8s.io") == 406);
}

TEST_CASE("an update must know the present version, or not care") {
  Cluster cluster;
  const Value created = cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const std::string target = std::string{kConfigMaps} + "/c";
  Value changed = created;
  changed.edit("data"_key).set("key", "2");
  const Value updated = cluster.expect(200, "PUT", target, doc::to_json(changed));
  CHECK(updated["data"_key]["key"].as_string() == "2");
  CHECK(updated["metadata"_key]["uid"_key] == created["metadata"_key]["uid"_key]);
  CHECK(cluster.refusal(409, "PUT", target, doc::to_json(changed)) ==
        "Operation cannot be fulfilled on configmaps \"c\": the object has been modified; please "
        "apply your changes to the latest version and try again");
  const std::int64_t revision = cluster.store.revision();
  // The same content makes no new version.
  const Value same = cluster.expect(200, "PUT", target, config_map_manifest("c", "2"));
  CHECK(same == updated);
  CHECK(cluster.store.revision() == revision);
  CHECK(cluster.expect(200, "PUT", target, config_map_manifest("c", "3"))["data"_key]["key"]
            .as_string() == "3");
  CHECK(cluster.refusal(400, "PUT", target, config_map_manifest("other")) ==
        "the name of the object (other) does not match the name on the URL (c)");
  CHECK(cluster.refusal(404, "PUT", std::string{kConfigMaps} + "/d", config_map_manifest("d")) ==
        "configmaps \"d\" not found");
  changed.edit("metadata"_key).erase("resourceVersion"_key);
  changed.edit("metadata"_key).set("uid"_key, "other");
  CHECK(cluster.refusal(409, "PUT", target, doc::to_json(changed))
            .find("Precondition failed: UID in precondition: other") != std::string::npos);
}

TEST_CASE("a PUT creates what may be created so") {
  Cluster cluster;
  const std::string lease = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1";
  const std::string body = R"({"metadata":{"name":"n1"},"spec":{"holderIdentity":"n1",)"
                           R"("leaseDurationSeconds":40}})";
  cluster.expect(201, "PUT", lease, body);
  CHECK(cluster.refusal(422, "PUT", lease, body) ==
        "Lease.coordination.k8s.io \"n1\" is invalid: metadata.resourceVersion: Invalid value: 0: "
        "must be specified for an update");
}

TEST_CASE("status and the rest are written apart, and generations count changes of the spec") {
  Cluster cluster;
  const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
  const Value created = cluster.expect(201, "POST", deployments, R"({"metadata":{"name":"web"},
      "spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
      "spec":{"containers":[{"name":"c","image":"nginx"}]}}},"status":{"replicas":9}})");
  CHECK(created["metadata"_key]["generation"_key].as_int() == 1);
  CHECK(created["spec"_key]["replicas"_key].as_int() == 1);
  CHECK(created["status"_key]["replicas"_key].is_null());
  const std::string target = deployments + "/web";
  Value changed = created;
  changed.edit("status"_key).set("replicas"_key, 3);
  changed.edit("spec"_key).set("replicas"_key, 3);
  const Value status = cluster.expect(200, "PUT", target + "/status", doc::to_json(changed));
  CHECK(status["status"_key]["replicas"_key].as_int() == 3);
  CHECK(status["spec"_key]["replicas"_key].as_int() == 1);
  CHECK(status["metadata"_key]["generation"_key].as_int() == 1);
  changed = status;
  changed.edit("status"_key).set("replicas"_key, 7);
  changed.edit("spec"_key).set("replicas"_key, 5);
  const Value main = cluster.expect(200, "PUT", target, doc::to_json(changed));
  CHECK(main["status"_key]["replicas"_key].as_int() == 3);
  CHECK(main["spec"_key]["replicas"_key].as_int() == 5);
  CHECK(main["metadata"_key]["generation"_key].as_int() == 2);
  const Value labelled = cluster.expect(
      200, "PATCH", target, R"({"metadata":{"labels":{"a":"b"}}})", "application/merge-patch+json");
  CHECK(labelled["metadata"_key]["generation"_key].as_int() == 2);
}

TEST_CASE("a Scale shows and sets the number of replicas") {
  Cluster cluster;
  const std::string target = "/apis/apps/v1/namespaces/default/replicasets";
  cluster.expect(201, "POST", target, R"({"metadata":{"name":"web"},"spec":{"replicas":2,
      "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
      "spec":{"containers":[{"name":"c","image":"nginx"}]}}}})");
  const std::string scale = target + "/web/scale";
  const Value before = cluster.expect(200, "GET", scale);
  CHECK(before["kind"_key].as_string() == "Scale");
  CHECK(before["apiVersion"_key].as_string() == "autoscaling/v1");
  CHECK(before["spec"_key]["replicas"_key].as_int() == 2);
  CHECK(before["status"_key]["selector"_key].as_string() == "app=web");
  Value changed = before;
  changed.edit("spec"_key).set("replicas"_key, 4);
  const Value after = cluster.expect(200, "PUT", scale, doc::to_json(changed));
  CHECK(after["spec"_key]["replicas"_key].as_int() == 4);
  CHECK(cluster.refusal(409, "PUT", scale, doc::to_json(changed))
            .find("the object has been modified") != std::string::npos);
  const Value patched = cluster.expect(200, "PATCH", scale, R"({"spec":{"replicas":0}})",
                                       "application/merge-patch+json");
  CHECK(patched["spec"_key]["replicas"_key].as_int() == 0);
  const Value object = cluster.expect(200, "GET", target + "/web");
  CHECK(object["spec"_key]["replicas"_key].as_int() == 0);
  CHECK(object["metadata"_key]["generation"_key].as_int() == 3);
  CHECK(cluster.send("GET", std::string{kPods} + "/p/scale").status == 404);
}

TEST_CASE("a dry run does everything but write") {
  Cluster cluster;
  const std::uint64_t digest = cluster.store.digest();
  const std::string service = R"({"metadata":{"name":"web"},"spec":{"type":"NodePort",
      "clusterIP":"10.96.0.77","ports":[{"port":80,"nodePort":30080}]}})";
  const std::string target = std::string{kServices} + "?dryRun=All";
  const Value dry = cluster.expect(201, "POST", target, service);
  CHECK(dry["spec"_key]["clusterIP"_key].as_string() == "10.96.0.77");
  CHECK(dry["metadata"_key]["uid"_key].is_string());
  CHECK(dry["metadata"_key]["resourceVersion"_key].is_null());
  CHECK(cluster.store.digest() == digest);
  // Nothing stays allocated.
  cluster.expect(201, "POST", kServices, service);
  CHECK(cluster.refusal(409, "POST", target,
                        R"({"metadata":{"name":"web"},"spec":{"ports":[{"port":80}]}})") ==
        "services \"web\" already exists");
  const std::uint64_t before = cluster.store.digest();
  cluster.expect(200, "PATCH", std::string{kServices} + "/web?dryRun=All",
                 R"({"spec":{"type":"ClusterIP"}})", "application/merge-patch+json");
  cluster.expect(200, "DELETE", std::string{kServices} + "/web?dryRun=All");
  CHECK(cluster.store.digest() == before);
  CHECK(cluster.refusal(422, "POST", std::string{kServices} + "?dryRun=Some", service) ==
        "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"Some\": supported "
        "values: \"All\"");
}

TEST_CASE("typed verbs need neither apiVersion nor kind") {
  Cluster cluster;
  const auto created =
      cluster.server.create(api::ResourceId::configmaps, "default",
                            Value::object({{"metadata"_key, Value::object({{"name"_key, "c"}})}}));
  REQUIRE(created);
  CHECK((*created)["kind"_key].as_string() == "ConfigMap");
  const auto got = cluster.server.get(api::ResourceId::configmaps, "default", "c");
  REQUIRE(got);
  CHECK(got->identical(*created));
  CHECK(cluster.server.get(api::ResourceId::configmaps, "default", "d").error().code == 404);
}

TEST_CASE("Events go an hour after they were last written") {
  Cluster cluster;
  const std::string events = "/api/v1/namespaces/default/events";
  const auto make = [](std::string_view name) {
    return fmt::format(R"({{"metadata":{{"name":"{}"}},"involvedObject":{{"kind":"Pod","name":"p",)"
                       R"("namespace":"default"}},"reason":"Tested","type":"Normal"}})",
                       name);
  };
  cluster.expect(201, "POST", events, make("a"));
  cluster.expect(201, "POST", events, make("b"));
  cluster.loop.run_for(std::chrono::minutes{30});
  cluster.expect(200, "PATCH", events + "/b", R"({"count":2})", "application/merge-patch+json");
  cluster.loop.run_for(std::chrono::minutes{31});
  CHECK(cluster.send("GET", events + "/a").status == 404);
  CHECK(cluster.send("GET", events + "/b").status == 200);
  cluster.loop.run_for(std::chrono::minutes{30});
  CHECK(cluster.store.count(api::ResourceId::events) == 0);
  CHECK(cluster.loop.pending() == 0);
}

std::string service_at(std::string_view name, std::string_view address) {
  return fmt::format(
      R"({{"metadata":{{"name":"{}"}},"spec":{{"clusterIP":"{}","ports":[{{"port":80}}]}}}})", name,
      address);
}

TEST_CASE("allocations are read back after the store was restored") {
  Cluster cluster;
  cluster.expect(201, "POST", kServices, service_at("a", "10.96.0.50"));
  const store::Store::Snapshot snapshot = cluster.store.snapshot();
  cluster.expect(200, "DELETE", std::string{kServices} + "/a");
  cluster.expect(201, "POST", kServices, service_at("b", "10.96.0.60"));
  cluster.store.restore(snapshot);
  cluster.server.reload();
  CHECK(cluster.send("POST", kServices, service_at("c", "10.96.0.50")).status == 422);
  CHECK(cluster.send("POST", kServices, service_at("c", "10.96.0.60")).status == 201);
}

}  // namespace
}  // namespace rockpool::apiserver
