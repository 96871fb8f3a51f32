// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "core/apiserver/pod_streams.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

struct RecordingStreams : PodStreams {
  api::Result<void> check(const doc::Value&, std::string_view) override {
    if (refusal) return std::unexpected{*refusal};
    return {};
  }
  api::Result<std::shared_ptr<Session>> exec(const doc::Value&,
                                             const RemoteCommand& command) override {
    asked = command;
    return std::make_shared<Session>(Session::Kind::remote_command);
  }
  api::Result<std::shared_ptr<Session>> attach(const doc::Value&,
                                               const RemoteCommand& command) override {
    attached = command;
    return std::make_shared<Session>(Session::Kind::remote_command);
  }
  api::Result<std::shared_ptr<Session>> forward_ports(const doc::Value&) override {
    return std::make_shared<Session>(Session::Kind::port_forward);
  }
  std::optional<RemoteCommand> asked;
  std::optional<RemoteCommand> attached;
  std::optional<api::Status> refusal;
};

const std::string kPod = std::string{kPods} + "/p";

TEST_CASE("exec, attach and portforward begin a session with the kubelet") {
  Cluster cluster;
  RecordingStreams streams;
  cluster.server.set_pod_streams(&streams);
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  CHECK(cluster.refusal(400, "GET", kPod + "/exec?command=ls&stdout=true") ==
        "pod p does not have a host assigned");
  REQUIRE(cluster.server.bind("default", "p", "n"));
  const Response exec = cluster.send(
      "GET", kPod + "/exec?command=sh&command=-c&command=echo+%26&stdin=true&stdout=true&stderr=1");
  CHECK(exec.status == 101);
  REQUIRE(exec.session);
  CHECK(exec.session->kind() == Session::Kind::remote_command);
  CHECK(streams.asked->container == "main");
  CHECK(streams.asked->command == std::vector<std::string>{"sh", "-c", "echo &"});
  CHECK(streams.asked->input);
  CHECK(streams.asked->output);
  CHECK(streams.asked->error_output);
  CHECK_FALSE(streams.asked->terminal);
  REQUIRE(cluster.send("POST", kPod + "/attach?stdout=true&stderr=true&tty=true").session);
  CHECK(streams.attached->terminal);
  // A terminal has but one stream.
  CHECK_FALSE(streams.attached->error_output);
  CHECK(cluster.send("GET", kPod + "/portforward?ports=80").session->kind() ==
        Session::Kind::port_forward);
}

TEST_CASE("a conversation that makes no sense is refused") {
  Cluster cluster;
  RecordingStreams streams;
  cluster.server.set_pod_streams(&streams);
  cluster.expect(201, "POST", kPods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n",
      "containers":[{"name":"a","image":"x"},{"name":"b","image":"x"}]}})");
  CHECK(cluster.refusal(400, "GET", kPod + "/exec?command=ls&stdout=true") ==
        "a container name must be specified for pod p, choose one of: [a b]");
  CHECK(cluster.refusal(400, "GET", kPod + "/exec?container=z&command=ls&stdout=true") ==
        "container z is not valid for pod p");
  CHECK(cluster.refusal(404, "GET", std::string{kPods} + "/q/exec?command=ls&stdout=true") ==
        "pods \"q\" not found");
  CHECK(cluster.send("GET", kPod + "/exec?container=a&command=ls").body ==
        "you must specify at least 1 of stdin, stdout, stderr\n");
  CHECK(cluster.send("GET", kPod + "/exec?container=a&stdout=true").status == 400);
  CHECK(cluster.send("DELETE", kPod + "/exec?container=a&command=ls&stdout=true").status == 405);
  // Of what the kubelet says only its own words come back.
  api::Status status;
  status.code = 500;
  status.message = "container not found (\"a\")";
  streams.refusal = status;
  const Response response = cluster.send("GET", kPod + "/exec?container=a&command=ls&stdout=true");
  CHECK(response.status == 500);
  CHECK(response.body == "container not found (\"a\")\n");
  CHECK_FALSE(streams.asked);
}

TEST_CASE("a client that falls back to SPDY is told, and nothing is run for it") {
  Cluster cluster;
  RecordingStreams streams;
  cluster.server.set_pod_streams(&streams);
  cluster.expect(201, "POST", kPods, pod_manifest("p"));
  REQUIRE(cluster.server.bind("default", "p", "n"));
  Request request = make_request("POST", kPod + "/exec?command=ls&stdout=true");
  request.headers.add("Connection", "Upgrade");
  request.headers.add("Upgrade", "SPDY/3.1");
  CHECK(cluster.server.handle(request).status == 400);
  CHECK_FALSE(streams.asked);
}

TEST_CASE("requests that do something to Pods count as inputs") {
  CHECK(has_effect(make_request("GET", kPod + "/exec?command=ls")));
  CHECK(has_effect(make_request("GET", kPod + "/proxy/index.html")));
  CHECK(has_effect(make_request("POST", kPods)));
  CHECK_FALSE(has_effect(make_request("GET", kPod + "/log?follow=true")));
  CHECK_FALSE(has_effect(make_request("GET", kPods)));
  CHECK(asks_for_session(make_request("GET", kPod + "/attach")));
  CHECK_FALSE(asks_for_session(make_request("GET", kPod + "/proxy/exec")));
}

}  // namespace
}  // namespace rockpool::apiserver
