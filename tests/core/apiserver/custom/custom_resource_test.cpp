// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "core/apiserver/custom/definition_object.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr std::string_view kTanks = "/apis/sea.example.com/v1/namespaces/default/tanks";

constexpr std::string_view kSchema = R"({
  "type":"object","properties":{
    "spec":{"type":"object","required":["litres"],"properties":{
      "litres":{"type":"integer","minimum":1,"maximum":1000},
      "fish":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
        "items":{"type":"object","required":["name"],"properties":{
          "name":{"type":"string","pattern":"^[a-z]+$"},"count":{"type":"integer","default":1}}}},
      "water":{"type":"string","enum":["salt","fresh"],"default":"salt"},
      "replicas":{"type":"integer"},
      "notes":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
      "port":{"x-kubernetes-int-or-string":true}}},
    "status":{"type":"object","properties":{"phase":{"type":"string"},
      "replicas":{"type":"integer"}}}}})";

std::string definition(std::string_view schema = kSchema, std::string_view more = "") {
  return fmt::format(
      R"({{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
          "metadata":{{"name":"tanks.sea.example.com"}},"spec":{{"group":"sea.example.com",
          "scope":"Namespaced","names":{{"plural":"tanks","kind":"Tank","shortNames":["tk"],
          "categories":["all"]}},"versions":[{{"name":"v1","served":true,"storage":true,
          "subresources":{{"status":{{}},"scale":{{"specReplicasPath":".spec.replicas",
          "statusReplicasPath":".status.replicas"}}}},
          "additionalPrinterColumns":[{{"name":"Litres","type":"integer",
          "jsonPath":".spec.litres"}},{{"name":"Age","type":"date",
          "jsonPath":".metadata.creationTimestamp"}}],
          "schema":{{"openAPIV3Schema":{}}}}}{}]}}}})",
      schema, more);
}

std::string tank(std::string_view spec, std::string_view name = "reef") {
  return fmt::format(
      R"({{"apiVersion":"sea.example.com/v1","kind":"Tank","metadata":{{"name":"{}"}},"spec":{}}})",
      name, spec);
}

struct World : Cluster {
  World() { expect(201, "POST", kDefinitions, definition()); }
};

TEST_CASE("a definition is established at once and its resource served") {
  World world;
  const Value made =
      world.expect(200, "GET", fmt::format("{}/tanks.sea.example.com", kDefinitions));
  CHECK(made["spec"_key]["names"_key]["singular"_key].as_string() == "tank");
  CHECK(made["spec"_key]["names"_key]["listKind"_key].as_string() == "TankList");
  CHECK(made["status"_key]["acceptedNames"_key]["kind"_key].as_string() == "Tank");
  CHECK(made["status"_key]["conditions"_key].at(1)["type"_key].as_string() == "Established");
  CHECK(made["status"_key]["storedVersions"_key].at(0).as_string() == "v1");
  const Value resources = world.expect(200, "GET", "/apis/sea.example.com/v1")["resources"_key];
  CHECK(resources.at(0)["name"_key].as_string() == "tanks");
  CHECK(resources.at(0)["shortNames"].at(0).as_string() == "tk");
  CHECK(resources.at(1)["name"_key].as_string() == "tanks/scale");
  CHECK(world.expect(200, "GET", "/openapi/v3/apis/sea.example.com/v1")["components"]["schemas"]
            .contains("com.example.sea.v1.Tank"));
  CHECK(world.expect(200, "GET", kTanks)["kind"_key].as_string() == "TankList");
}

TEST_CASE("custom objects are pruned, defaulted and validated by their schema") {
  World world;
  const Value made = world.expect(
      201, "POST", kTanks, tank(R"({"litres":80,"fish":[{"name":"nemo"}],"port":"http","bogus":1,
                            "notes":{"anything":[1]}})"));
  const Value& spec = made["spec"_key];
  CHECK(spec["water"].as_string() == "salt");
  CHECK(spec["fish"].at(0)["count"_key].as_int() == 1);
  CHECK_FALSE(spec.contains("bogus"));
  CHECK(spec["notes"]["anything"].at(0).as_int() == 1);
  CHECK(made["metadata"_key]["generation"_key].as_int() == 1);
  const auto refusal = [&](std::string_view given) {
    return world.refusal(422, "POST", kTanks, tank(given, "other"));
  };
  CHECK(refusal(R"({"litres":"many"})") ==
        "Tank.sea.example.com \"other\" is invalid: spec.litres: Invalid value: "
        "spec.litres in body must be of type integer: \"string\"");
  CHECK(refusal("{}") == "Tank.sea.example.com \"other\" is invalid: spec.litres: Required value");
  CHECK(refusal(R"({"litres":2000})") ==
        "Tank.sea.example.com \"other\" is invalid: spec.litres: Invalid value: 2000: spec.litres "
        "in body should be less than or equal to 1000");
  CHECK(refusal(R"({"litres":1,"water":"tap"})") ==
        "Tank.sea.example.com \"other\" is invalid: spec.water: Unsupported value: \"tap\": "
        "supported values: \"salt\", \"fresh\"");
  CHECK(refusal(R"({"litres":1,"fish":[{"name":"N1"}]})") ==
        "Tank.sea.example.com \"other\" is invalid: spec.fish[0].name: Invalid value: \"N1\": "
        "spec.fish[0].name in body should match '^[a-z]+$'");
  CHECK(world.refusal(400, "POST", fmt::format("{}?fieldValidation=Strict", kTanks),
                      tank(R"({"litres":1,"bogus":1})", "other")) ==
        "Tank in version \"v1\" cannot be handled as a Tank: strict decoding error: unknown field "
        "\"spec.bogus\"");
}

TEST_CASE("custom objects live as others do") {
  World world;
  world.expect(201, "POST", kTanks, tank(R"({"litres":80})"));
  const std::string target = fmt::format("{}/reef", kTanks);
  const Value patched = world.expect(200, "PATCH", target, R"({"spec":{"litres":90}})",
                                     "application/merge-patch+json");
  CHECK(patched["metadata"_key]["generation"_key].as_int() == 2);
  CHECK(world.refusal(415, "PATCH", target, "{}", "application/strategic-merge-patch+json")
            .find("unknown format") != std::string::npos);
  const Value with_status =
      world.expect(200, "PATCH", fmt::format("{}/status", target), R"({"status":{"phase":"Full"}})",
                   "application/merge-patch+json");
  CHECK(with_status["status"_key]["phase"_key].as_string() == "Full");
  CHECK(with_status["metadata"_key]["generation"_key].as_int() == 2);
  const Value ignored = world.expect(200, "PATCH", target, R"({"status":{"phase":"Empty"}})",
                                     "application/merge-patch+json");
  CHECK(ignored["status"_key]["phase"_key].as_string() == "Full");
  Value replaced = ignored;
  replaced.edit("metadata"_key).erase("resourceVersion"_key);
  CHECK(world.refusal(422, "PUT", target, doc::to_json(replaced)).find("must be specified") !=
        std::string::npos);
  world.expect(200, "DELETE", target);
  CHECK(world.refusal(404, "GET", target) == "tanks.sea.example.com \"reef\" not found");
}

TEST_CASE("a custom resource scales by the paths of its definition") {
  World world;
  world.expect(201, "POST", kTanks, tank(R"({"litres":80,"replicas":2})"));
  const std::string target = fmt::format("{}/reef/scale", kTanks);
  CHECK(world.expect(200, "GET", target)["spec"_key]["replicas"_key].as_int() == 2);
  const Value scaled = world.expect(200, "PATCH", target, R"({"spec":{"replicas":5}})",
                                    "application/merge-patch+json");
  CHECK(scaled["spec"_key]["replicas"_key].as_int() == 5);
  CHECK(scaled["apiVersion"_key].as_string() == "autoscaling/v1");
  CHECK(scaled["kind"_key].as_string() == "Scale");
  CHECK(world.expect(200, "GET", fmt::format("{}/reef", kTanks))["spec"_key]["replicas"_key]
            .as_int() == 5);
}

TEST_CASE("tables of custom objects have the definition's columns") {
  World world;
  world.expect(201, "POST", kTanks, tank(R"({"litres":80})"));
  Request request = make_request("GET", std::string{kTanks});
  request.headers.add("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
  const Value table = json(world.server.handle(request).body);
  CHECK(table["columnDefinitions"].at(1)["name"_key].as_string() == "Litres");
  CHECK(table["rows"].at(0)["cells"].at(1).as_int() == 80);
  CHECK(table["rows"].at(0)["cells"].at(2).as_string() == "0s");
}

TEST_CASE("custom objects can be applied on the server, item by item") {
  World world;
  const std::string target = fmt::format("{}/reef?fieldManager=", kTanks);
  constexpr std::string_view kApply = "application/apply-patch+yaml";
  world.expect(201, "PATCH", target + "a", tank(R"({"litres":80,"fish":[{"name":"nemo"}]})"),
               kApply);
  const Value both = world.expect(200, "PATCH", target + "b",
                                  tank(R"({"litres":80,"fish":[{"name":"dory"}]})"), kApply);
  CHECK(both["spec"_key]["fish"].size() == 2);
  CHECK(world.refusal(409, "PATCH", target + "b", tank(R"({"litres":90})"), kApply) ==
        "Apply failed with 1 conflict: conflict with \"a\": .spec.litres");
}

TEST_CASE("who leaves a field out applies no default of it") {
  World world;
  const std::string target = fmt::format("{}/reef?fieldManager=", kTanks);
  constexpr std::string_view kApply = "application/apply-patch+yaml";
  const Value made = world.expect(201, "PATCH", target + "a", tank(R"({"litres":80})"), kApply);
  CHECK(made["spec"_key]["water"].as_string() == "salt");
  world.expect(200, "PATCH", fmt::format("{}/reef?fieldManager=c", kTanks),
               R"({"spec":{"water":"fresh"}})", "application/merge-patch+json");
  const Value again = world.expect(200, "PATCH", target + "b", tank(R"({"litres":80})"), kApply);
  CHECK(again["spec"_key]["water"].as_string() == "fresh");
}

TEST_CASE("versions of one resource show the same objects") {
  Cluster cluster;
  cluster.expect(201, "POST", kDefinitions,
                 definition(kSchema, fmt::format(R"(,{{"name":"v1beta1","served":true,
                     "storage":false,"schema":{{"openAPIV3Schema":{}}}}})",
                                                 kSchema)));
  cluster.expect(201, "POST", "/apis/sea.example.com/v1beta1/namespaces/default/tanks",
                 R"({"apiVersion":"sea.example.com/v1beta1","kind":"Tank",
                     "metadata":{"name":"reef"},"spec":{"litres":1}})");
  CHECK(cluster.expect(200, "GET", fmt::format("{}/reef", kTanks))["apiVersion"_key].as_string() ==
        "sea.example.com/v1");
  CHECK(
      cluster
          .expect(200, "GET", "/apis/sea.example.com/v1beta1/namespaces/default/tanks")["items"_key]
          .at(0)["apiVersion"_key]
          .as_string() == "sea.example.com/v1beta1");
  const Value group = cluster.expect(200, "GET", "/apis/sea.example.com");
  CHECK(group["versions"].size() == 2);
  CHECK(group["preferredVersion"]["version"].as_string() == "v1");
}

TEST_CASE("definitions that cannot be enforced are refused") {
  Cluster cluster;
  const auto refusal = [&](std::string_view schema) {
    return cluster.refusal(422, "POST", kDefinitions, definition(schema));
  };
  CHECK(refusal(R"({"type":"object","properties":{"spec":{}}})")
            .find("spec.versions[0].schema.openAPIV3Schema.properties[spec].type: Required value: "
                  "must not be empty for specified object fields") != std::string::npos);
  CHECK(
      refusal(R"({"type":"array","items":{"type":"string"}})").find("must be object at the root") !=
      std::string::npos);
  CHECK(refusal(R"({"type":"object","properties":{"a":{"type":"string","pattern":"("}}})")
            .find("must be a valid regular expression") != std::string::npos);
  CHECK(refusal(R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"string",
                    "frob":1}}}})")
            .find("items.frob: Forbidden: unknown keyword") != std::string::npos);
  std::string misnamed = definition();
  misnamed.replace(misnamed.find("tanks.sea"), 9, "ponds.sea");
  CHECK(cluster.refusal(422, "POST", kDefinitions, misnamed)
            .find("metadata.name: Invalid value: \"ponds.sea.example.com\": must be "
                  "spec.names.plural+\".\"+spec.group") != std::string::npos);
  CHECK(cluster.send("GET", "/apis/sea.example.com/v1").status == 404);
}

TEST_CASE("a definition being deleted waits for its objects") {
  World world;
  world.expect(201, "POST", kTanks, tank(R"({"litres":80})"));
  const std::string target = fmt::format("{}/tanks.sea.example.com", kDefinitions);
  const Value marked = world.expect(200, "DELETE", target);
  CHECK(marked["metadata"_key]["finalizers"_key].at(0).as_string() == custom::kCleanupFinalizer);
  CHECK(world.send("GET", kTanks).status == 200);
}

TEST_CASE("rules in CEL are kept with a warning that they are not evaluated") {
  Cluster cluster;
  const Response response =
      cluster.send("POST", kDefinitions,
                   definition(R"({"type":"object","x-kubernetes-validations":[{"rule":"true"}]})"));
  CHECK(response.status == 201);
  CHECK(response.headers.get("Warning").find("does not evaluate CEL") != std::string_view::npos);
}

}  // namespace
}  // namespace rockpool::apiserver
