// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "core/apiserver/pod_log_source.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

struct RecordingSource : PodLogSource {
  api::Result<std::string> read_log(const doc::Value& pod, const PodLogOptions& options) override {
    asked = options;
    return "log of " + pod["metadata"_key]["name"_key].to_string() + "\n";
  }
  api::Result<void> follow_log(const doc::Value&, const PodLogOptions& options,
                               std::shared_ptr<ByteStream> stream) override {
    asked = options;
    stream->push("so far\n");
    followed = std::move(stream);
    return {};
  }
  std::optional<PodLogOptions> asked;
  std::shared_ptr<ByteStream> followed;
};

TEST_CASE("a log is read from the kubelet with the client's options") {
  Cluster cluster;
  RecordingSource source;
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  const std::string target = std::string{kPods} + "/p/log";
  // Nobody has it yet, so nobody has its log.
  CHECK(cluster.send("GET", target).body.empty());
  REQUIRE(cluster.server.bind("default", "p", "n"));
  CHECK(cluster.send("GET", target).status == 503);
  cluster.server.set_pod_log_source(&source);
  const Response response = cluster.send(
      "GET", target + "?tailLines=5&previous=true&sinceSeconds=60&limitBytes=10&timestamps=1");
  CHECK(response.body == "log of p\n");
  REQUIRE(source.asked);
  CHECK(source.asked->container == "main");
  CHECK(source.asked->previous);
  CHECK(source.asked->timestamps);
  CHECK(source.asked->tail_lines == 5);
  CHECK(source.asked->limit_bytes == 10);
  CHECK(source.asked->since == sim::kEpoch - std::chrono::seconds{60});
}

TEST_CASE("a log that is followed goes on until the kubelet ends it") {
  Cluster cluster;
  RecordingSource source;
  cluster.server.set_pod_log_source(&source);
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  REQUIRE(cluster.server.bind("default", "p", "n"));
  const Response response =
      cluster.send("GET", std::string{kPods} + "/p/log?follow=true&tailLines=1");
  CHECK(response.status == 200);
  REQUIRE(response.stream);
  CHECK(source.asked->tail_lines == 1);
  std::string text;
  bool ended = false;
  response.stream->on_data([&](std::string_view data) { text += data; });
  response.stream->on_close([&] { ended = true; });
  CHECK(text == "so far\n");
  source.followed->push("more\n");
  CHECK(text == "so far\nmore\n");
  CHECK_FALSE(ended);
  source.followed->finish();
  CHECK(ended);
}

TEST_CASE("a log that cannot be chosen is refused") {
  Cluster cluster;
  cluster.expect(201, "POST", kPods, R"({"metadata":{"name":"p"},"spec":{
      "initContainers":[{"name":"i","image":"x"}],
      "containers":[{"name":"a","image":"x"},{"name":"b","image":"x"}]}})");
  const std::string target = std::string{kPods} + "/p/log";
  CHECK(cluster.refusal(400, "GET", target) ==
        "a container name must be specified for pod p, choose one of: [a b] or one of the init "
        "containers: [i]");
  CHECK(cluster.refusal(400, "GET", target + "?container=z") ==
        "container z is not valid for pod p");
  CHECK(
      cluster.refusal(422, "GET", target + "?container=a&tailLines=-1") ==
      "PodLogOptions \"\" is invalid: tailLines: Invalid value: -1: must be greater than or equal "
      "to 0");
  CHECK(cluster.send("GET", target + "?container=a&sinceSeconds=0").status == 422);
  CHECK(cluster.refusal(404, "GET", std::string{kPods} + "/q/log") == "pods \"q\" not found");
}

}  // namespace
}  // namespace rockpool::apiserver
