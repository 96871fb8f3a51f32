// SPDX-License-Identifier: Apache-2.0
// Which images and tags there are.
#include "core/node/images/image.h"

#include <doctest/doctest.h>

#include "core/node/image_puller.h"

namespace rockpool::node {
namespace {

bool exists(std::string_view name) {
  const auto reference = parse_image_reference(name);
  REQUIRE(reference);
  return pull_error(*reference).empty();
}

TEST_CASE("known repositories have known tags") {
  for (const char* name : {"nginx",
                           "nginx:1.27",
                           "nginx:1.14.2",
                           "nginx:1.7.9",
                           "nginx:1.16.1",
                           "nginx:alpine",
                           "nginx:1.27-alpine3.21",
                           "nginx:stable",
                           "nginx:latest",
                           "busybox:1.28",
                           "busybox:1.36-musl",
                           "alpine:3.20",
                           "ubuntu:22.04",
                           "curlimages/curl:8.5.0",
                           "registry.k8s.io/pause:3.10",
                           "registry.k8s.io/e2e-test-images/agnhost:2.39",
                           "registry.k8s.io/serve_hostname",
                           "gcr.io/google-containers/busybox",
                           "registry.k8s.io/busybox:1.27.2",
                           "gcr.io/google-samples/hello-app:2.0",
                           "gcr.io/google-samples/hello-frontend:1.0",
                           "gcr.io/google-samples/hello-go-gke:1.0",
                           "gcr.io/google-samples/kubernetes-bootcamp:v1",
                           "docker.io/jocatalin/kubernetes-bootcamp:v2",
                           "hashicorp/http-echo:0.2.3",
                           "fortio/fortio:latest",
                           "registry.k8s.io/coredns/coredns:v1.12.0"}) {
    CHECK_MESSAGE(exists(name), name);
  }
  for (const char* name :
       {"nginx:doesnotexist", "nginx:1.161", "nginx:1.27.99", "nginx:9", "busybox:fast",
        "ubuntu:1.0", "gcr.io/google-samples/kubernetes-bootcamp:v10",
        "gcr.io/google-samples/hello-app:3.0", "gcr.io/google-samples/hello-frontend:2.0",
        "gcr.io/google-samples/hello-go-gke:2.0", "hashicorp/http-echo:9",
        "registry.k8s.io/coredns/coredns:1.12.0"}) {
    CHECK_MESSAGE(!exists(name), name);
  }
}

TEST_CASE("unknown repositories run, unless their host cannot exist") {
  CHECK(exists("ghcr.io/someone/app:v7"));
  CHECK(exists("redis"));
  CHECK(pull_error(*parse_image_reference("registry.invalid/app:v1")) ==
        "rpc error: code = Unknown desc = failed to pull and unpack image "
        "\"registry.invalid/app:v1\": failed to resolve reference \"registry.invalid/app:v1\": "
        "failed to "
        "do request: Head \"https://registry.invalid/v2/app/manifests/v1\": dial tcp: lookup "
        "registry.invalid: no such host");
}

TEST_CASE("a digest depends on the name alone") {
  CHECK(image_digest("a").size() == 71);
  CHECK(image_digest("a") == image_digest("a"));
  CHECK(image_digest("a") != image_digest("b"));
}

}  // namespace
}  // namespace rockpool::node
