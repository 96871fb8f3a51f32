// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "core/api/resource.h"
#include "core/apiserver/print/printer.h"
#include "tests/core/apiserver/fixture.h"
#include "tests/core/apiserver/samples.h"

// What every kind offers over HTTP, shown on one valid object of each.
namespace rockpool::apiserver {
namespace {

using namespace samples;

// Everything that `part` says, `whole` says too.
void check_contains(const Value& whole, const Value& part, const std::string& path) {
  if (part.is_object()) {
    for (const doc::Member& member : part.members()) {
      check_contains(whole[member.key], member.value,
                     fmt::format("{}.{}", path, member.key.text()));
    }
  } else if (part.is_array()) {
    REQUIRE_MESSAGE(whole.size() >= part.size(), path);
    for (std::size_t i = 0; i < part.size(); ++i) {
      check_contains(whole.at(i), part.at(i), fmt::format("{}[{}]", path, i));
    }
  } else {
    const auto text = [](const Value& value) {
      return value.is_string() ? value.to_string() : doc::to_json(value);
    };
    CHECK_MESSAGE(text(whole) == text(part), path);
  }
}

TEST_CASE("there is a sample of every kind") {
  for (const api::Resource& resource : api::all_resources()) {
    CHECK_MESSAGE(kSamples[api::index_of(resource.id)].id == resource.id, resource.kind);
  }
}

TEST_CASE("an object of every kind is created, read, replaced, patched and deleted over HTTP") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    Cluster cluster;
    const std::string all = collection_path(resource);
    const std::string one = fmt::format("{}/{}", all, sample.name);
    const Value wanted = manifest(sample);

    const Value created = cluster.expect(201, "POST", all, doc::to_json(wanted));
    check_contains(created, wanted, "");
    CHECK(doc::to_json(cluster.expect(200, "GET", one)) == doc::to_json(created));
    CHECK(cluster.expect(409, "POST", all, doc::to_json(wanted))["reason"_key].as_string() ==
          "AlreadyExists");
    CHECK(cluster.expect(200, "GET", all)["kind"_key].as_string() == resource.list_kind);

    // Replacing an object by itself changes nothing.
    const Value same = cluster.expect(200, "PUT", one, doc::to_json(created));
    CHECK(doc::to_json(same) == doc::to_json(created));
    Value labelled = created;
    labelled.edit("metadata"_key).edit("labels"_key).set("way", "put");
    Value latest = cluster.expect(200, "PUT", one, doc::to_json(labelled));
    CHECK(latest["metadata"_key]["labels"_key]["way"].as_string() == "put");
    check_contains(latest, wanted, "");

    struct Patch {
      std::string_view type;
      std::string_view body;
    };
    const Patch patches[] = {
        {"application/merge-patch+json", R"({"metadata":{"labels":{"way":"merge"}}})"},
        {"application/strategic-merge-patch+json",
         R"({"metadata":{"labels":{"way":"strategic"}}})"},
        {"application/json-patch+json",
         R"([{"op":"replace","path":"/metadata/labels/way","value":"json"}])"},
    };
    for (const Patch& patch : patches) {
      const Value before = latest;
      latest = cluster.expect(200, "PATCH", one, std::string{patch.body}, patch.type);
      CHECK(patch.body.find(latest["metadata"_key]["labels"_key]["way"].to_string()) !=
            std::string_view::npos);
      // All but the label and the version is as it was.
      Value expected = before;
      for (const auto key : {"labels"_key, "resourceVersion"_key, "generation"_key}) {
        expected.edit("metadata"_key).set(key, Value{latest["metadata"_key][key]});
      }
      expected.edit("metadata"_key).erase("managedFields"_key);
      Value shown = latest;
      shown.edit("metadata"_key).erase("managedFields"_key);
      if (shown["metadata"_key]["generation"_key].is_null()) {
        expected.edit("metadata"_key).erase("generation"_key);
      }
      CHECK(doc::to_json(shown) == doc::to_json(expected));
    }

    cluster.expect(200, "DELETE", one + "?gracePeriodSeconds=0");
    // These wait for controllers.
    if (sample.id != namespaces && sample.id != customresourcedefinitions) {
      cluster.refusal(404, "GET", one);
    }
  }
}

TEST_CASE("every kind refuses an unknown field when asked to be strict") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    Cluster cluster;
    Value wanted = manifest(sample);
    wanted.set("bogus", 1);
    CHECK(cluster.refusal(400, "POST", collection_path(resource) + "?fieldValidation=Strict",
                          doc::to_json(wanted)) ==
          fmt::format("{} in version \"{}\" cannot be handled as a {}: strict decoding error: "
                      "unknown field \"bogus\"",
                      resource.kind, resource.version, resource.kind));
  }
}

TEST_CASE("every kind with a status has it written through its subresource alone") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    if (!resource.subresources.contains(api::Subresource::status)) continue;
    CAPTURE(resource.kind);
    Cluster cluster;
    const std::string all = collection_path(resource);
    const std::string one = fmt::format("{}/{}", all, sample.name);
    const Value created = cluster.expect(201, "POST", all, doc::to_json(manifest(sample)));
    const Value status = cluster.expect(200, "GET", one + "/status");
    CHECK(doc::to_json(status) == doc::to_json(created));
    Value changed = created;
    changed.edit("metadata"_key).edit("annotations"_key).set("note", "1");
    const Value written = cluster.expect(200, "PUT", one + "/status", doc::to_json(changed));
    CHECK(doc::to_json(written["spec"_key]) == doc::to_json(created["spec"_key]));
    CHECK(written["metadata"_key]["annotations"_key]["note"].as_string() == "1");
  }
}

TEST_CASE("every kind is printed as a table with a cell for each column") {
  for (const Sample& sample : kSamples) {
    const api::Resource& resource = api::resource(sample.id);
    CAPTURE(resource.kind);
    Cluster cluster;
    cluster.expect(201, "POST", collection_path(resource), doc::to_json(manifest(sample)));
    Request request = make_request("GET", collection_path(resource));
    request.headers.add("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
    const Value table = json(cluster.server.handle(request).body);
    CHECK(table["kind"_key].as_string() == "Table");
    REQUIRE(table["rows"].size() >= 1);
    for (const Value& row : table["rows"].items()) {
      CHECK(row["cells"].size() == table["columnDefinitions"].size());
      for (const Value& cell : row["cells"].items()) CHECK(!cell.is_null());
    }
  }
}

TEST_CASE("an autoscaler is one object in both its versions") {
  Cluster cluster;
  const std::string v1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
  const std::string v2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
  const Value created = cluster.expect(201, "POST", v1 + "?fieldValidation=Strict", R"({
      "apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"a"},
      "spec":{"maxReplicas":5,"targetCPUUtilizationPercentage":70,
              "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}})");
  CHECK(created["apiVersion"_key].as_string() == "autoscaling/v1");
  CHECK(created["spec"_key]["targetCPUUtilizationPercentage"].as_int() == 70);
  const Value other = cluster.expect(200, "GET", v2 + "/a");
  CHECK(other["apiVersion"_key].as_string() == "autoscaling/v2");
  CHECK(other["spec"_key]["metrics"].at(0)["resource"]["target"]["averageUtilization"].as_int() ==
        70);

  const Value patched =
      cluster.expect(200, "PATCH", v1 + "/a", R"({"spec":{"targetCPUUtilizationPercentage":50}})",
                     "application/strategic-merge-patch+json");
  CHECK(patched["spec"_key]["targetCPUUtilizationPercentage"].as_int() == 50);
  CHECK(patched["metadata"_key]["uid"_key].as_string() ==
        created["metadata"_key]["uid"_key].as_string());
  const Value list = cluster.expect(200, "GET", v1);
  CHECK(list["apiVersion"_key].as_string() == "autoscaling/v1");
  CHECK(list["items"_key].at(0)["spec"_key]["targetCPUUtilizationPercentage"].as_int() == 50);
  const Value wrong = cluster.expect(400, "POST", v1 + "?fieldValidation=Strict", R"({
      "apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"b"},
      "spec":{"maxReplicas":5,"metrics":[]}})");
  CHECK(wrong["message"_key].as_string().find("unknown field \"spec.metrics\"") !=
        std::string_view::npos);
}

TEST_CASE("a group with two versions prefers the stored one, and shows both") {
  Cluster cluster;
  const Value group = cluster.expect(200, "GET", "/apis/autoscaling");
  CHECK(group["preferredVersion"]["version"].as_string() == "v2");
  REQUIRE(group["versions"].size() == 2);
  CHECK(group["versions"].at(1)["version"].as_string() == "v1");
  const Value v1 = cluster.expect(200, "GET", "/apis/autoscaling/v1");
  CHECK(v1["resources"].at(0)["name"_key].as_string() == "horizontalpodautoscalers");
  CHECK(cluster.expect(200, "GET", "/apis/events.k8s.io/v1/events")["kind"_key].as_string() ==
        "EventList");
}

}  // namespace
}  // namespace rockpool::apiserver
