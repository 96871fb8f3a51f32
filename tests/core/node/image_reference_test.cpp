// SPDX-License-Identifier: Apache-2.0
#include "core/node/image_reference.h"

#include <doctest/doctest.h>

namespace rockpool::node {
namespace {

std::string read(std::string_view text) {
  const auto reference = parse_image_reference(text);
  return reference ? reference->to_string() : "error: " + reference.error();
}

TEST_CASE("image names are completed as Docker does") {
  CHECK(read("nginx") == "docker.io/library/nginx:latest");
  CHECK(read("nginx:1.27") == "docker.io/library/nginx:1.27");
  CHECK(read("fortio/fortio") == "docker.io/fortio/fortio:latest");
  CHECK(read("index.docker.io/library/nginx") == "docker.io/library/nginx:latest");
  CHECK(read("gcr.io/google-samples/hello-app:1.0") == "gcr.io/google-samples/hello-app:1.0");
  CHECK(read("localhost/app") == "localhost/app:latest");
  CHECK(read("localhost:5000/app:v1") == "localhost:5000/app:v1");
  CHECK(read("registry.example.com:443/a/b_c/d--e") ==
        "registry.example.com:443/a/b_c/d--e:latest");
  const std::string digest = "sha256:" + std::string(64, 'a');
  CHECK(read("nginx@" + digest) == "docker.io/library/nginx@" + digest);
  CHECK(read("nginx:1.27@" + digest) == "docker.io/library/nginx:1.27@" + digest);
}

TEST_CASE("names that are none") {
  CHECK(read("") == "error: invalid reference format");
  CHECK(read("nginx:") == "error: invalid reference format");
  CHECK(read("nginx:a b") == "error: invalid reference format");
  CHECK(read("-nginx") == "error: invalid reference format");
  CHECK(read("a//b") == "error: invalid reference format");
  CHECK(read("a...b") == "error: invalid reference format");
  CHECK(read("nginx@sha256:12") == "error: invalid reference format");
  CHECK(read("https://nginx") == "error: invalid reference format");
  CHECK(read("Nginx") ==
        "error: invalid reference format: repository name (library/Nginx) must be lowercase");
  CHECK(read(std::string(250, 'a')) ==
        "error: repository name must not be more than 255 characters");
}

}  // namespace
}  // namespace rockpool::node
