// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

std::string labelled(std::string_view name, std::string_view tier) {
  return fmt::format(R"({{"metadata":{{"name":"{}","labels":{{"tier":"{}"}}}}}})", name, tier);
}

std::string names(const Value& list) {
  std::string result;
  for (const Value& item : list["items"_key].items()) {
    result += item["metadata"_key]["name"_key].to_string() + " ";
  }
  return result;
}

void fill(Cluster& cluster) {
  for (int index = 0; index < 7; ++index) {
    cluster.expect(201, "POST", kConfigMaps,
                   labelled(fmt::format("c{}", index), index % 2 == 0 ? "even" : "odd"));
  }
}

TEST_CASE("lists are selected by labels and fields") {
  Cluster cluster;
  fill(cluster);
  const std::string base{kConfigMaps};
  CHECK(names(cluster.expect(200, "GET", base + "?labelSelector=tier%3Dodd")) == "c1 c3 c5 ");
  CHECK(names(cluster.expect(200, "GET", base + "?labelSelector=tier!=odd,tier")) ==
        "c0 c2 c4 c6 ");
  CHECK(names(cluster.expect(200, "GET", base + "?fieldSelector=metadata.name%3Dc4")) == "c4 ");
  CHECK(names(cluster.expect(200, "GET",
                             base + "?fieldSelector=metadata.name!=c4&labelSelector=tier=even")) ==
        "c0 c2 c6 ");
  CHECK(names(cluster.expect(200, "GET",
                             "/api/v1/configmaps?fieldSelector=metadata.namespace=x")) == "");
  CHECK(cluster.refusal(400, "GET", base + "?fieldSelector=data.key=1").find("data.key") !=
        std::string::npos);
  CHECK(cluster.send("GET", base + "?labelSelector=a%20b%20c").status == 400);
}

TEST_CASE("pages show one moment, whatever changes meanwhile") {
  Cluster cluster;
  fill(cluster);
  const std::string base = std::string{kConfigMaps} + "?limit=3";
  const Value first = cluster.expect(200, "GET", base);
  CHECK(names(first) == "c0 c1 c2 ");
  CHECK(first["metadata"_key]["remainingItemCount"_key].as_int() == 4);
  const std::string token = first["metadata"_key]["continue"_key].to_string();
  REQUIRE_FALSE(token.empty());
  cluster.expect(200, "DELETE", std::string{kConfigMaps} + "/c4");
  cluster.expect(201, "POST", kConfigMaps, labelled("c21", "odd"));
  const Value second = cluster.expect(200, "GET", base + "&continue=" + token);
  CHECK(names(second) == "c3 c4 c5 ");
  CHECK(second["metadata"_key]["resourceVersion"_key] ==
        first["metadata"_key]["resourceVersion"_key]);
  const Value last = cluster.expect(
      200, "GET", base + "&continue=" + second["metadata"_key]["continue"_key].to_string());
  CHECK(names(last) == "c6 ");
  CHECK(last["metadata"_key]["continue"_key].is_null());
  CHECK(names(cluster.expect(200, "GET", kConfigMaps)) == "c0 c1 c2 c21 c3 c5 c6 ");
}

TEST_CASE("a token that is too old or none is refused") {
  Cluster cluster;
  fill(cluster);
  const std::string base = std::string{kConfigMaps} + "?limit=3";
  const std::string token =
      cluster.expect(200, "GET", base)["metadata"_key]["continue"_key].to_string();
  cluster.expect(201, "POST", kConfigMaps, labelled("d", "odd"));
  cluster.store.compact(cluster.store.revision());
  const Value expired = cluster.expect(410, "GET", base + "&continue=" + token);
  CHECK(expired["reason"_key].as_string() == "Expired");
  CHECK(cluster.refusal(400, "GET", base + "&continue=frog")
            .starts_with("continue key is not valid: "));
  CHECK(cluster.refusal(400, "GET", base + "&resourceVersion=5&continue=" + token) ==
        "specifying resource version is not allowed when using continue");
}

TEST_CASE("a list at a version is exact, or not older") {
  Cluster cluster;
  fill(cluster);
  const std::string version = std::to_string(cluster.store.revision());
  cluster.expect(200, "DELETE", std::string{kConfigMaps} + "/c0");
  const std::string base = std::string{kConfigMaps} + "?resourceVersion=" + version;
  CHECK(names(cluster.expect(200, "GET", base + "&resourceVersionMatch=Exact")) ==
        "c0 c1 c2 c3 c4 c5 c6 ");
  CHECK(names(cluster.expect(200, "GET", base + "&resourceVersionMatch=NotOlderThan")) ==
        "c1 c2 c3 c4 c5 c6 ");
  CHECK(names(cluster.expect(200, "GET", base)) == "c1 c2 c3 c4 c5 c6 ");
  CHECK(names(cluster.expect(200, "GET", base + "&limit=2")) == "c0 c1 ");
  CHECK(cluster.refusal(504, "GET", std::string{kConfigMaps} + "?resourceVersion=99999")
            .find("Too large resource version: 99999") != std::string::npos);
  CHECK(cluster.refusal(422, "GET", std::string{kConfigMaps} + "?resourceVersionMatch=Exact")
            .find("resourceVersionMatch is forbidden unless resourceVersion is provided") !=
        std::string::npos);
  CHECK(cluster.send("GET", std::string{kConfigMaps} + "?resourceVersion=frog").status == 400);
  CHECK(cluster.send("GET", std::string{kConfigMaps} + "?limit=frog").status == 400);
}

}  // namespace
}  // namespace rockpool::apiserver
