// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/strategic_merge.h"

#include "core/apiserver/three_way_merge.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

const api::TypeTable& pod_type() {
  return *api::find_type("/v1", "Pod");
}
const api::TypeTable& deployment_type() {
  return *api::find_type("apps/v1", "Deployment");
}

std::string merged(std::string_view original, std::string_view patch,
                   const api::TypeTable& type = pod_type()) {
  const auto result = apply_strategic_merge_patch(json(original), json(patch), type);
  return result ? doc::to_json(*result) : "error: " + result.error().message;
}

TEST_CASE("maps merge, nulls remove, other lists are replaced") {
  CHECK(merged(R"({"metadata":{"labels":{"a":"1","b":"2"}}})",
               R"({"metadata":{"labels":{"b":null,"c":"3"}}})") ==
        R"({"metadata":{"labels":{"a":"1","c":"3"}}})");
  CHECK(merged(R"({"spec":{"containers":[{"name":"a","command":["x","y"]}]}})",
               R"({"spec":{"containers":[{"name":"a","command":["z"]}]}})") ==
        R"({"spec":{"containers":[{"command":["z"],"name":"a"}]}})");
}

TEST_CASE("items of a list merge by their key; new ones come first") {
  CHECK(merged(R"({"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}})",
               R"({"spec":{"containers":[{"name":"b","image":"3"},{"name":"c","image":"4"}]}})") ==
        R"({"spec":{"containers":[{"image":"1","name":"a"},{"image":"3","name":"b"},)"
        R"({"image":"4","name":"c"}]}})");
  CHECK(merged(R"({"spec":{"containers":[{"name":"a"}]}})",
               R"({"spec":{"containers":[{"image":"4"}]}})") ==
        R"(error: map: {"image":"4"} does not contain declared merge key: name)");
}

TEST_CASE("directives delete and replace") {
  CHECK(merged(R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
               R"({"spec":{"containers":[{"name":"a","$patch":"delete"}]}})") ==
        R"({"spec":{"containers":[{"name":"b"}]}})");
  CHECK(merged(R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
               R"({"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}})") ==
        R"({"spec":{"containers":[{"name":"c"}]}})");
  CHECK(merged(R"({"spec":{"nodeSelector":{"a":"1"}}})",
               R"({"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}})") ==
        R"({"spec":{"nodeSelector":{"b":"2"}}})");
  CHECK(merged(R"({"spec":{"nodeSelector":{"a":"1"}}})",
               R"({"spec":{"nodeSelector":{"$patch":"delete"}}})") ==
        R"({"spec":{"nodeSelector":{}}})");
  CHECK(merged(R"({"spec":{}})", R"({"spec":{"$patch":"upside-down"}})") ==
        R"(error: unknown patch type: upside-down in map: {"$patch":"upside-down"})");
}

TEST_CASE("directives in a part that was not there leave no trace") {
  CHECK(merged(R"({})", R"({"spec":{"containers":[{"name":"a","$patch":"delete"},{"name":"b",)"
                        R"("env":null}],"$setElementOrder/containers":[{"name":"b"}]}})") ==
        R"({"spec":{"containers":[{"name":"b"}]}})");
}

TEST_CASE("lists of scalars merge without repetition and lose what is to be deleted") {
  CHECK(merged(R"({"metadata":{"finalizers":["a/x","b/y"]}})",
               R"({"metadata":{"finalizers":["b/y","c/z"]}})") ==
        R"({"metadata":{"finalizers":["a/x","b/y","c/z"]}})");
  CHECK(merged(R"({"metadata":{"finalizers":["a/x","b/y"]}})",
               R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a/x"]}})") ==
        R"({"metadata":{"finalizers":["b/y"]}})");
}

TEST_CASE("the order that a patch sets is kept around what only the server has") {
  CHECK(merged(R"({"spec":{"containers":[{"name":"a"},{"name":"server"},{"name":"b"}]}})",
               R"({"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],)"
               R"("containers":[{"name":"b","image":"2"}]}})") ==
        R"({"spec":{"containers":[{"name":"server"},{"image":"2","name":"b"},{"name":"a"}]}})");
  CHECK(
      merged(
          R"({"spec":{"containers":[{"name":"a"}]}})",
          R"({"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"b"}]}})")
          .starts_with("error: The order in patch list"));
}

TEST_CASE("retained keys drop all others") {
  CHECK(merged(R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
               R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})",
               deployment_type()) == R"({"spec":{"strategy":{"type":"Recreate"}}})");
  CHECK(merged(R"({"spec":{"strategy":{"type":"RollingUpdate"}}})",
               R"({"spec":{"strategy":{"$retainKeys":["other"],"type":"Recreate"}}})",
               deployment_type()) == "error: invalid patch format of retainKeys list");
}

// What kubectl apply relies on: the patch takes the live object to what was asked for.
void check_three_way(std::string_view original, std::string_view modified, std::string_view current,
                     std::string_view expected) {
  const auto patch =
      three_way_strategic_patch(json(original), json(modified), json(current), deployment_type());
  REQUIRE(patch);
  const auto result = apply_strategic_merge_patch(json(current), *patch, deployment_type());
  REQUIRE_MESSAGE(result, doc::to_json(*patch));
  CHECK_MESSAGE(doc::to_json(*result) == doc::to_json(json(expected)), doc::to_json(*patch));
}

TEST_CASE("a three-way patch removes what was applied before and keeps what others added") {
  check_three_way(R"({"metadata":{"labels":{"mine":"1","gone":"1"}},"spec":{"replicas":2}})",
                  R"({"metadata":{"labels":{"mine":"2"}},"spec":{}})",
                  R"({"metadata":{"labels":{"mine":"1","gone":"1","theirs":"1"}},)"
                  R"("spec":{"replicas":5,"paused":true}})",
                  R"({"metadata":{"labels":{"mine":"2","theirs":"1"}},"spec":{"paused":true}})");
}

TEST_CASE("a three-way patch merges containers by name") {
  check_three_way(
      R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"1","env":[
         {"name":"X","value":"1"},{"name":"Y","value":"1"}]},{"name":"old","image":"1"}]}}}})",
      R"({"spec":{"template":{"spec":{"containers":[{"name":"new","image":"9"},
         {"name":"a","image":"2","env":[{"name":"Y","value":"2"}]}]}}}})",
      R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"1","env":[
         {"name":"X","value":"1"},{"name":"Y","value":"1"}],"imagePullPolicy":"Always"},
         {"name":"old","image":"1"},{"name":"sidecar","image":"s"}]}}}})",
      R"({"spec":{"template":{"spec":{"containers":[{"name":"new","image":"9"},
         {"name":"a","image":"2","env":[{"name":"Y","value":"2"}],"imagePullPolicy":"Always"},
         {"name":"sidecar","image":"s"}]}}}})");
}

TEST_CASE("a three-way patch of what is there already is empty") {
  const Value object = json(R"({"metadata":{"name":"d"},"spec":{"replicas":2,"template":{"spec":{
      "containers":[{"name":"a","image":"1"}],"tolerations":[{"key":"x"}]}}}})");
  Value current = object;
  current.edit("spec"_key).set("paused"_key, true);
  const auto patch = three_way_strategic_patch(object, object, current, deployment_type());
  REQUIRE(patch);
  CHECK(doc::to_json(*patch) == "{}");
}

TEST_CASE("a two-way patch takes one document to the other") {
  const Value before = json(R"({"spec":{"replicas":1,"strategy":{"type":"RollingUpdate",
      "rollingUpdate":{"maxSurge":1}},
      "template":{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}}})");
  const Value after = json(R"({"spec":{"strategy":{"type":"Recreate"},
      "template":{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}}})");
  const auto patch = two_way_strategic_patch(before, after, deployment_type());
  REQUIRE(patch);
  CHECK(*apply_strategic_merge_patch(before, *patch, deployment_type()) == after);
}

TEST_CASE("kinds without tables get a JSON merge patch") {
  CHECK(doc::to_json(three_way_json_merge_patch(
            json(R"({"a":1,"b":1})"), json(R"({"b":2,"c":{"d":1}})"),
            json(R"({"a":1,"b":1,"e":5})"))) == R"({"a":null,"b":2,"c":{"d":1}})");
}

}  // namespace
}  // namespace rockpool::apiserver
