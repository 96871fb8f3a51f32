// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/apply.h"

#include "core/api/object.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

Value deployment(std::string_view image, std::string_view extra = {}) {
  return json(
      fmt::format(R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web"}},
      "spec":{{{}"selector":{{"matchLabels":{{"app":"web"}}}},"template":{{"metadata":{{"labels":
      {{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
                  extra, image));
}

TEST_CASE("apply creates, configures and leaves alone") {
  Cluster cluster;
  auto result = apply(cluster.server, deployment("nginx:1"));
  REQUIRE(result);
  CHECK(result->outcome == ApplyOutcome::created);
  CHECK(result->resource == api::ResourceId::deployments);
  CHECK(api::namespace_of(result->object) == "default");
  CHECK(api::annotation(result->object, kLastAppliedAnnotation)
            .starts_with(
                R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},)"
                R"("name":"web","namespace":"default"},"spec":)"));
  CHECK(api::annotation(result->object, kLastAppliedAnnotation).ends_with("}\n"));
  result = apply(cluster.server, deployment("nginx:1"));
  REQUIRE(result);
  CHECK(result->outcome == ApplyOutcome::unchanged);
  result = apply(cluster.server, deployment("nginx:2"));
  REQUIRE(result);
  CHECK(result->outcome == ApplyOutcome::configured);
  CHECK(result->object["spec"_key]["template"_key]["spec"_key]["containers"_key]
            .at(0)["image"_key]
            .as_string() == "nginx:2");
  CHECK(api::generation(result->object) == 2);
}

TEST_CASE("apply takes back what it set before and keeps what others set") {
  Cluster cluster;
  REQUIRE(apply(cluster.server, deployment("nginx:1", R"("replicas":3,"minReadySeconds":5,)")));
  REQUIRE(cluster.server.patch(api::ResourceId::deployments, "default", "web",
                               {PatchType::merge, json(R"({"spec":{"paused":true}})")}));
  const auto result = apply(cluster.server, deployment("nginx:1"));
  REQUIRE(result);
  CHECK(result->outcome == ApplyOutcome::configured);
  const Value& spec = result->object["spec"_key];
  CHECK(spec["minReadySeconds"_key].is_null());
  CHECK(spec["replicas"_key].as_int() == 1);
  CHECK(spec["paused"_key].as_bool());
}

TEST_CASE("apply refuses what cannot be applied and changes nothing") {
  Cluster cluster;
  const std::uint64_t digest = cluster.store.digest();
  CHECK(apply(cluster.server, json(R"({"kind":"Frog","apiVersion":"v1"})")).error().message ==
        "no matches for kind \"Frog\" in version \"v1\"");
  for (const char* manifest :
       {R"({"kind":"Pod","apiVersion":"v1"})", R"({"kind":"Pod","apiVersion":"v1","metadata":"x"})",
        R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x","annotations":"a"}})",
        R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"},"frog":1})",
        R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x","namespace":"none"}})",
        R"("text")"}) {
    CHECK_MESSAGE(!apply(cluster.server, json(manifest)), manifest);
  }
  CHECK(cluster.store.digest() == digest);
}

TEST_CASE("a Service applied again keeps its address") {
  Cluster cluster;
  const Value manifest = json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},
      "spec":{"selector":{"app":"web"},"ports":[{"port":80}]}})");
  const auto first = apply(cluster.server, manifest);
  REQUIRE(first);
  Value changed = manifest;
  changed.edit("spec"_key).edit("ports"_key).edit_at(0).set("port"_key, 81);
  const auto second = apply(cluster.server, changed);
  REQUIRE(second);
  CHECK(second->object["spec"_key]["clusterIP"_key] == first->object["spec"_key]["clusterIP"_key]);
  CHECK(second->object["spec"_key]["ports"_key].size() == 1);
  CHECK(second->object["spec"_key]["ports"_key].at(0)["port"_key].as_int() == 81);
}

}  // namespace
}  // namespace rockpool::apiserver
