// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/sessions.h"

#include <doctest/doctest.h>

#include "core/apiserver/byte_stream.h"
#include "core/cluster/cluster.h"
#include "core/doc/json.h"

namespace rockpool {
namespace {

using namespace std::chrono_literals;
using InputKind = apiserver::SessionInput::Kind;
namespace channel = apiserver::channel;

constexpr std::string_view kWeb = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - {name: web, image: 'nginx:1.27', ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 8080, targetPort: 80}]
)";
const std::string kPod = "/api/v1/namespaces/default/pods/web";

std::unique_ptr<Cluster> make_cluster() {
  auto cluster = std::make_unique<Cluster>();
  REQUIRE(cluster->apply(kWeb).has_value());
  cluster->run_for(40s);
  return cluster;
}

std::shared_ptr<apiserver::Session> begin(Cluster& cluster, const std::string& target) {
  const auto response = cluster.request(apiserver::make_request("GET", target));
  REQUIRE_MESSAGE(response.session, response.body);
  return response.session;
}

std::string exec(Cluster& cluster, const std::string& query) {
  const auto session = begin(cluster, kPod + "/exec?stdout=true&stderr=true&" + query);
  std::string text;
  session->on_output([&](const apiserver::SessionOutput& output) {
    if (output.channel != channel::kStatus) text += output.data;
  });
  cluster.run_for(10s);
  CHECK(session->is_closed());
  return text;
}

TEST_CASE("what was executed happens again when a snapshot is replayed") {
  const auto cluster = make_cluster();
  CHECK(exec(*cluster,
             "command=sh&command=-c&command=echo+new+%3E+%2Fusr%2Fshare%2Fnginx%2Fhtml%2F"
             "index.html") == "");
  const auto shell = begin(*cluster, kPod + "/exec?stdin=true&stdout=true&command=sh");
  shell->put({.kind = InputKind::data,
              .channel = channel::kInput,
              .data = "printf '\\\\n' > /one; curl -sS http://web.default:8080/ > /two 2>&1\n"});
  cluster->run_for(2s);
  CHECK(exec(*cluster, "command=cat&command=/two") == "new\n");
  const std::string snapshot = cluster->snapshot();
  const auto restored = Cluster::restore(snapshot);
  REQUIRE_MESSAGE(restored.has_value(), (restored ? "" : restored.error().message));
  CHECK((*restored)->digest() == cluster->digest());
  CHECK(exec(**restored, "command=cat&command=/two") == "new\n");
}

TEST_CASE("a log is followed while the cluster goes on") {
  const auto cluster = make_cluster();
  const auto response =
      cluster->request(apiserver::make_request("GET", kPod + "/log?follow=true&tailLines=0"));
  REQUIRE(response.stream);
  std::string text;
  response.stream->on_data([&](std::string_view data) { text += data; });
  cluster->run_for(5s);
  CHECK(text.empty());
  CHECK(
      exec(*cluster, "command=curl&command=-s&command=localhost%2Fmissing").find("404 Not Found") !=
      std::string::npos);
  CHECK(text.find("\"GET /missing HTTP/1.1\" 404") != std::string::npos);
}

TEST_CASE("the API server sends requests on to Pods and Services") {
  const auto cluster = make_cluster();
  for (const std::string& target :
       {kPod + "/proxy/", kPod + ":80/proxy/index.html",
        std::string{"/api/v1/namespaces/default/services/web:8080/proxy/"}}) {
    const auto answer = cluster->request_and_wait(apiserver::make_request("GET", target));
    CHECK(answer.status == 200);
    CHECK(answer.headers.get("Content-Type") == "text/html");
    CHECK(answer.body.find("Welcome to nginx!") != std::string::npos);
  }
  const auto refused =
      cluster->request_and_wait(apiserver::make_request("GET", kPod + ":81/proxy/"));
  CHECK(refused.status == 503);
  const auto status = doc::parse_json(refused.body);
  REQUIRE(status.has_value());
  CHECK((*status)["message"].to_string().starts_with("error trying to reach service: dial tcp "));
  CHECK((*status)["message"].to_string().ends_with(":81: connect: connection refused"));
  const auto restored = Cluster::restore(cluster->snapshot());
  REQUIRE_MESSAGE(restored.has_value(), (restored ? "" : restored.error().message));
}

TEST_CASE("bytes that are no text are kept in the history too") {
  const auto cluster = make_cluster();
  const auto session = begin(*cluster, kPod + "/exec?stdin=true&stdout=true&command=cat");
  session->put({.kind = InputKind::data, .channel = channel::kInput, .data = "\xff\x01"});
  cluster->request_and_wait(apiserver::make_request("POST", kPod + "/proxy/", "\xff\xfe"));
  cluster->run_for(1s);
  const auto restored = Cluster::restore(cluster->snapshot());
  REQUIRE_MESSAGE(restored.has_value(), (restored ? "" : restored.error().message));
  CHECK((*restored)->digest() == cluster->digest());
}

}  // namespace
}  // namespace rockpool
