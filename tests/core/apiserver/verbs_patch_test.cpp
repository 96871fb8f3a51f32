// SPDX-License-Identifier: Apache-2.0
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

constexpr std::string_view kJson = "application/json-patch+json";
constexpr std::string_view kMerge = "application/merge-patch+json";
constexpr std::string_view kStrategic = "application/strategic-merge-patch+json";

TEST_CASE("each kind of patch changes an object") {
  Cluster cluster;
  const std::string target = std::string{kPods} + "/p";
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  const Value strategic = cluster.expect(
      200, "PATCH", target, R"({"spec":{"containers":[{"name":"main","image":"nginx:1.28"}]}})",
      kStrategic);
  const Value& container = strategic["spec"_key]["containers"_key].at(0);
  CHECK(container["image"_key].as_string() == "nginx:1.28");
  CHECK(container["volumeMounts"_key].size() == 1);
  CHECK(strategic["metadata"_key]["generation"_key].as_int() == 2);
  const Value json_patched = cluster.expect(
      200, "PATCH", target, R"([{"op":"add","path":"/metadata/labels","value":{"a":"b"}}])", kJson);
  CHECK(json_patched["metadata"_key]["labels"_key]["a"].as_string() == "b");
  const Value merged =
      cluster.expect(200, "PATCH", target, R"({"metadata":{"labels":{"a":null,"c":"d"}}})", kMerge);
  CHECK(doc::to_json(merged["metadata"_key]["labels"_key]) == R"({"c":"d"})");
}

TEST_CASE("patches that do not fit are refused and change nothing") {
  Cluster cluster;
  const std::string target = std::string{kConfigMaps} + "/c";
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const std::uint64_t digest = cluster.store.digest();
  CHECK(cluster.refusal(404, "PATCH", std::string{kConfigMaps} + "/d", "{}", kMerge) ==
        "configmaps \"d\" not found");
  CHECK(cluster.refusal(415, "PATCH", target, "{}", "application/frog")
            .find("accepted media types include: application/json-patch+json") !=
        std::string::npos);
  const Value unfit =
      cluster.expect(422, "PATCH", target, R"([{"op":"remove","path":"/frog"}])", kJson);
  CHECK(unfit["message"_key].as_string() ==
        "the server rejected our request due to an error in our request");
  CHECK_FALSE(unfit["details"_key].contains("causes"_key));
  CHECK(cluster.send("PATCH", target, R"({"op":"remove"})", kJson).status == 400);
  CHECK(cluster.send("PATCH", target, "[1]", kMerge).status == 400);
  CHECK(cluster.send("PATCH", target, "{", kStrategic).status == 400);
  CHECK(cluster.refusal(400, "PATCH", target, R"({"metadata":{"name":"other"}})", kMerge) ==
        "the name of the object (other) does not match the name on the URL (c)");
  CHECK(cluster.refusal(409, "PATCH", target, R"({"metadata":{"resourceVersion":"1"}})", kMerge)
            .find("the object has been modified") != std::string::npos);
  CHECK(cluster.send("PATCH", target + "?fieldValidation=Strict", R"({"frog":1})", kMerge).status ==
        400);
  CHECK(cluster.send("PATCH", target, R"({"data":5})", kMerge).status == 400);
  CHECK(cluster.store.digest() == digest);
}

TEST_CASE("a patch that changes nothing makes no version") {
  Cluster cluster;
  cluster.expect(201, "POST", kConfigMaps, config_map_manifest("c"));
  const std::int64_t revision = cluster.store.revision();
  cluster.expect(200, "PATCH", std::string{kConfigMaps} + "/c", R"({"data":{"key":"1"}})", kMerge);
  CHECK(cluster.store.revision() == revision);
}

TEST_CASE("a status patch leaves the spec alone") {
  Cluster cluster;
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  const Value pod = cluster.expect(
      200, "PATCH", std::string{kPods} + "/p/status",
      R"({"status":{"phase":"Running"},"spec":{"activeDeadlineSeconds":5}})", kMerge);
  CHECK(pod["status"_key]["phase"_key].as_string() == "Running");
  CHECK(pod["status"_key]["qosClass"_key].as_string() == "BestEffort");
  CHECK(pod["spec"_key]["activeDeadlineSeconds"_key].is_null());
}

}  // namespace
}  // namespace rockpool::apiserver
