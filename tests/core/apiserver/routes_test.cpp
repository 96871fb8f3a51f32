// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/routes.h"

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

TEST_CASE("paths that lead nowhere say so as upstream does") {
  Cluster cluster;
  for (const char* path : {"/frog", "/apis/frog.io", "/apis/frog.io/v1", "/apis/frog.io/v1/frogs",
                           "/api/v2/pods", "/apis/apps/v1beta1/deployments"}) {
    const Response response = cluster.send("GET", path);
    CHECK(response.status == 404);
    CHECK(response.body == "404 page not found\n");
  }
  for (const char* path : {"/api/v1/frogs", "/api/v1/pods/p", "/api/v1/namespaces/default/nodes",
                           "/api/v1/namespaces/default/pods/p/resize",
                           "/api/v1/namespaces/default/configmaps/c/status"}) {
    CHECK(cluster.refusal(404, "GET", path) == "the server could not find the requested resource");
  }
}

TEST_CASE("methods that a path does not take are refused") {
  Cluster cluster;
  const auto check = [&](const char* method, std::string_view path) {
    CHECK(cluster.refusal(405, method, path) ==
          "the server does not allow this method on the requested resource");
  };
  check("PUT", kPods);
  check("POST", "/api/v1/pods");
  check("DELETE", "/api/v1/pods");
  check("DELETE", "/api/v1/namespaces");
  check("POST", "/api/v1/namespaces/default/pods/p");
  check("GET", "/api/v1/namespaces/default/pods/p/binding");
  check("DELETE", "/api/v1/namespaces/default/pods/p/status");
  check("POST", "/api/v1");
}

TEST_CASE("JSON is indented for people") {
  Cluster cluster;
  const auto body = [&](std::string_view target, std::string_view agent) {
    Request request = make_request("GET", target);
    if (!agent.empty()) request.headers.add("User-Agent", std::string{agent});
    return cluster.server.handle(request).body;
  };
  const std::string plain = body("/api/v1/namespaces/default", "kubectl/v1.33.1");
  CHECK(plain.find('\n') == std::string::npos);
  const std::string indented = body("/api/v1/namespaces/default", "curl/8.5.0");
  CHECK(indented.starts_with("{\n  \"apiVersion\": \"v1\",\n"));
  CHECK(json(indented) == json(plain));
  CHECK(body("/api/v1/namespaces/default", "Mozilla/5.0 (X11)") == indented);
  CHECK(body("/api/v1/namespaces/default?pretty=true", "") == indented);
  CHECK(body("/api/v1/namespaces/default?pretty=false", "curl/8.5.0") == plain);
  CHECK(body("/api/v1/namespaces/default?pretty=frog", "curl/8.5.0") == plain);
  CHECK(body("/api/v1/frogs", "Wget/1.21").find("\n  \"kind\": \"Status\",\n") !=
        std::string::npos);
  // These two are for everybody.
  CHECK(body("/version", "").starts_with("{\n  \""));
  CHECK(body("/", "").starts_with("{\n  \"paths\": [\n    \"/"));
}

TEST_CASE("discovery lists what is served") {
  Cluster cluster;
  CHECK(cluster.expect(200, "GET", "/api")["versions"].at(0).as_string() == "v1");
  CHECK(cluster.expect(200, "GET", "/apis")["groups"].at(0)["name"_key].as_string() == "apps");
  CHECK(cluster.expect(200, "GET", "/apis/apps")["preferredVersion"]["groupVersion"].as_string() ==
        "apps/v1");
  CHECK(cluster.expect(200, "GET", "/version")["gitVersion"].as_string() == kKubernetesVersion);
  const Value core = cluster.expect(200, "GET", "/api/v1");
  CHECK(core["groupVersion"].as_string() == "v1");
  std::vector<std::string> names;
  for (const Value& each : core["resources"].items()) names.push_back(each["name"_key].to_string());
  for (const char* name : {"pods", "pods/status", "pods/binding", "pods/log", "namespaces/finalize",
                           "services", "nodes/status"}) {
    CHECK_MESSAGE(std::ranges::find(names, name) != names.end(), name);
  }
  CHECK(std::ranges::find(names, "pods/resize") == names.end());
  for (const Value& each : core["resources"].items()) {
    if (each["name"_key].as_string() != "pods") continue;
    CHECK(each["shortNames"].at(0).as_string() == "po");
    CHECK(each["namespaced"].as_bool());
  }
}

TEST_CASE("Endpoints come with a warning that their kind is deprecated") {
  Cluster cluster;
  CHECK(cluster.send("GET", "/api/v1/endpoints").headers.get("Warning") ==
        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\"");
  CHECK(cluster.send("GET", "/api/v1/services").headers.find("Warning") == nullptr);
}

TEST_CASE("the server says that it lives") {
  Cluster cluster;
  for (const char* path : {"/healthz", "/livez", "/readyz"}) {
    CHECK(cluster.send("GET", path).body == "ok");
  }
  CHECK(cluster.send("GET", "/livez?verbose").body == "[+]ping ok\nlivez check passed\n");
}

}  // namespace
}  // namespace rockpool::apiserver
