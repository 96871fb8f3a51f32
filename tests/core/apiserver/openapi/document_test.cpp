// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/openapi/document.h"

#include <set>
#include <string>

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

// Every `$ref` in the document.
void collect_references(const Value& value, std::set<std::string>& out) {
  for (const Value& item : value.items()) collect_references(item, out);
  for (const doc::Member& member : value.members()) {
    if (member.key.text() == "$ref" && member.value.is_string())
      out.insert(member.value.to_string());
    collect_references(member.value, out);
  }
}

TEST_CASE("the index of OpenAPI v3 leads to the documents") {
  Cluster cluster;
  const Value index = cluster.expect(200, "GET", "/openapi/v3");
  const std::string place = index["paths"]["apis/apps/v1"]["serverRelativeURL"].to_string();
  CHECK(place.starts_with("/openapi/v3/apis/apps/v1?hash="));
  const Value document = cluster.expect(200, "GET", place);
  CHECK(document["openapi"].as_string() == "3.0.0");
  CHECK(index["paths"].contains("api/v1"));
  CHECK(cluster.send("GET", "/openapi/v3/apis/frog.io/v1").status == 404);
  CHECK(cluster.send("GET", "/openapi/v3/api/v1/pods").status == 404);
}

TEST_CASE("every reference in the documents has its schema") {
  for (const auto& [group, version] : {std::pair{"", "v1"}, {"apps", "v1"}}) {
    const Value document = openapi::document_v3(Cluster{}.server, group, version);
    std::set<std::string> references;
    collect_references(document, references);
    CHECK(references.size() > 20);
    for (const std::string& reference : references) {
      const std::string name = reference.substr(std::string{"#/components/schemas/"}.size());
      CHECK_MESSAGE(document["components"]["schemas"][name].is_object(), reference);
    }
  }
  const Value document = openapi::document_v2(Cluster{}.server);
  std::set<std::string> references;
  collect_references(document, references);
  for (const std::string& reference : references) {
    const std::string name = reference.substr(std::string{"#/definitions/"}.size());
    CHECK_MESSAGE(document["definitions"][name].is_object(), reference);
  }
}

TEST_CASE("a kind's schema says what its fields are and how they merge") {
  const Value schemas =
      openapi::document_v3(Cluster{}.server, "apps", "v1")["components"]["schemas"];
  const Value& deployment = schemas["io.k8s.api.apps.v1.Deployment"];
  const Value& kind = deployment["x-kubernetes-group-version-kind"].at(0);
  CHECK(kind["kind"].as_string() == "Deployment");
  CHECK(kind["group"].as_string() == "apps");
  const Value& spec = schemas["io.k8s.api.apps.v1.DeploymentSpec"];
  CHECK(spec["properties"]["replicas"]["format"].as_string() == "int32");
  CHECK(spec["required"].at(0).as_string() == "selector");
  CHECK(spec["properties"]["strategy"]["x-kubernetes-patch-strategy"].as_string() == "retainKeys");
  const Value& pod_spec = schemas["io.k8s.api.core.v1.PodSpec"]["properties"];
  CHECK(pod_spec["containers"]["x-kubernetes-patch-merge-key"].as_string() == "name");
  CHECK(pod_spec["containers"]["x-kubernetes-list-type"].as_string() == "map");
  CHECK(pod_spec["containers"]["x-kubernetes-list-map-keys"].at(0).as_string() == "name");
  CHECK(pod_spec["nodeSelector"]["additionalProperties"]["type"].as_string() == "string");
  const Value& port = schemas["io.k8s.api.core.v1.ContainerPort"]["properties"]["protocol"];
  CHECK(port["default"].as_string() == "TCP");
  CHECK(schemas["io.k8s.api.apps.v1.DeploymentList"]["properties"]["items"]["type"].as_string() ==
        "array");
}

TEST_CASE("the paths say what can be done, and that fields are validated") {
  const Value paths = openapi::document_v3(Cluster{}.server, "", "v1")["paths"];
  const Value& pod = paths["/api/v1/namespaces/{namespace}/pods/{name}"];
  CHECK(pod["patch"]["x-kubernetes-group-version-kind"]["kind"].as_string() == "Pod");
  CHECK(pod["patch"]["operationId"].as_string() == "patchCoreV1NamespacedPod");
  CHECK(pod["patch"]["requestBody"]["content"].contains("application/strategic-merge-patch+json"));
  bool validates = false;
  for (const Value& parameter : pod["patch"]["parameters"].items()) {
    validates = validates || parameter["name"].as_string() == "fieldValidation";
  }
  CHECK(validates);
  CHECK(paths["/api/v1/pods"]["get"]["operationId"].as_string() == "listCoreV1PodForAllNamespaces");
  CHECK_FALSE(paths["/api/v1/pods"].contains("post"));
  CHECK(paths["/api/v1/nodes/{name}/status"].contains("put"));
  CHECK_FALSE(paths["/api/v1/namespaces"].contains("delete"));
  const Value two = openapi::document_v2(Cluster{}.server)["paths"];
  CHECK(two["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]["get"]
           ["x-kubernetes-group-version-kind"]["group"]
               .as_string() == "autoscaling");
}

}  // namespace
}  // namespace rockpool::apiserver
