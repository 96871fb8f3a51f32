// SPDX-License-Identifier: Apache-2.0
#include "core/node/grpc_health.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/core/node/node_world.h"

namespace rockpool::node {
namespace {

using namespace std::chrono_literals;

std::string pod_with_probe(const std::string& image, const std::string& arguments,
                           const std::string& probe) {
  return "  containers: [{name: app, image: " + image + ", args: [" + arguments +
         "], ports: [{containerPort: 5000}], readinessProbe: {periodSeconds: 5, " + probe + "}}]";
}

constexpr const char* kAgnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";

TEST_CASE("a gRPC probe believes what the server says of the service") {
  NodeWorld world;
  world.create_pod("web", pod_with_probe(kAgnhost, "grpc-health-checking, --delay-unhealthy-sec=30",
                                         "grpc: {port: 5000}"));
  world.run(20s);
  CHECK(world.container("web").is_ready());
  world.run(30s);
  CHECK_FALSE(world.container("web").is_ready());
  CHECK(world.has_event("web",
                        "Unhealthy: Readiness probe failed: service unhealthy (responded with "
                        "\"NOT_SERVING\")"));
}

TEST_CASE("a gRPC probe asks about the service that it names") {
  NodeWorld world;
  const std::string arguments = "grpc-health-checking, --service=liveness";
  world.create_pod("known",
                   pod_with_probe(kAgnhost, arguments, "grpc: {port: 5000, service: liveness}"));
  world.create_pod("other",
                   pod_with_probe(kAgnhost, arguments, "grpc: {port: 5000, service: readiness}"));
  world.run(20s);
  CHECK(world.container("known").is_ready());
  CHECK_FALSE(world.container("other").is_ready());
  CHECK(world.has_event("other",
                        "Unhealthy: Readiness probe failed: error: health rpc probe failed: rpc "
                        "error: code = NotFound desc = unknown service"));
}

TEST_CASE("a gRPC probe dials until its time is over") {
  NodeWorld world;
  world.create_pod("http", pod_with_probe("nginx", "", "timeoutSeconds: 2, grpc: {port: 80}"));
  world.create_pod("shut", pod_with_probe("nginx", "", "timeoutSeconds: 2, grpc: {port: 81}"));
  world.run(20s);
  for (const std::string name : {"http", "shut"}) {
    CHECK_FALSE(world.container(name).is_ready());
    const std::string server = std::string{world.pod(name).ip()} + (name == "http" ? ":80" : ":81");
    CHECK(world.has_event(name,
                          "Unhealthy: Readiness probe failed: timeout: failed to connect "
                          "service \"" +
                              server + "\" within 2s: context deadline exceeded"));
  }
}

TEST_CASE("an image that is not known is taken to be healthy") {
  NodeWorld world;
  world.create_pod("app", pod_with_probe("example.com/shop:1", "", "grpc: {port: 5000}"));
  world.run(60s);
  CHECK(world.container("app").is_ready());
}

TEST_CASE("a health check that cannot be read is none") {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/grpc.health.v1.Health/Check";
  request.headers = {{"Content-Type", "application/grpc"}};
  const auto with = [&request](std::string_view body) {
    request.body = body;
    return grpc_health::asked_service(request);
  };
  using namespace std::string_view_literals;
  CHECK(with("\0\0\0\0\0"sv) == "");
  CHECK(with("\0\0\0\0\3\x0a\1a"sv) == "a");
  for (const std::string_view broken :
       {""sv, "\0\0\0\0"sv, "\1\0\0\0\0"sv, "\0\0\0\0\1"sv, "\0\0\0\0\3\x0a\2a"sv,
        "\0\0\0\0\1\x0a"sv, "\0\0\0\0\3\x12\1a"sv, "\0\0\0\0\3\x0a\xff\xff"sv, "\0\0\0\0\0\0"sv}) {
    CHECK_FALSE(with(broken).has_value());
  }
  request.headers = {};
  CHECK_FALSE(with("\0\0\0\0\0"sv).has_value());
}

}  // namespace
}  // namespace rockpool::node
