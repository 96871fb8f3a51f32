// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/openapi/descriptions.h"

#include <doctest/doctest.h>

#include "core/api/resource.h"
#include "core/api/type_table.h"
#include "core/apiserver/openapi/document.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

TEST_CASE("what learners meet first is described") {
  for (const char* kind : {"Pod", "Service", "Deployment", "ReplicaSet", "Node", "ConfigMap",
                           "Secret", "Namespace", "EndpointSlice", "Ingress"}) {
    CHECK_MESSAGE(!openapi::type_description(kind).empty(), kind);
  }
  for (const char* type : {"PodSpec", "ServiceSpec", "ServicePort", "DeploymentSpec"}) {
    const api::TypeTable* table = api::find_type("/v1", type);
    if (table == nullptr) table = api::find_type("apps/v1", type);
    REQUIRE(table != nullptr);
    int described = 0;
    for (const api::Field& field : table->fields()) {
      described += openapi::field_description(field.name()).empty() ? 0 : 1;
    }
    CHECK_MESSAGE(described * 10 >= static_cast<int>(table->fields().size()) * 9, type);
  }
  CHECK(openapi::type_description("Frog").empty());
  CHECK(openapi::field_description("frog").empty());
}

TEST_CASE("explanations reach the documents") {
  Cluster cluster;
  const Value schemas = openapi::document_v3(cluster.server, "", "v1")["components"]["schemas"];
  const Value& pod = schemas["io.k8s.api.core.v1.Pod"];
  CHECK(pod["description"].as_string() == openapi::type_description("Pod"));
  CHECK(pod["properties"]["spec"]["description"].as_string() == "What is wanted.");
}

}  // namespace
}  // namespace rockpool::apiserver
