// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/conformance/api_operations.h"
#include "tests/core/conformance/world.h"

// test/e2e/network/{ingress,ingressclass}.go
namespace rockpool::conformance {
namespace {

TEST_CASE("[sig-network] Ingress API should support creating Ingress API operations") {
  World world;
  check_api_operations(world, {.group = "networking.k8s.io",
                               .resource = "ingresses",
                               .is_namespaced = true,
                               .object = "{spec: {defaultBackend: {service: "
                                         "{name: default-backend, port: {number: 8080}}}}}",
                               .status = "{loadBalancer: {ingress: [{ip: 169.1.1.1}]}}"});
}

TEST_CASE("[sig-network] IngressClass API should support creating IngressClass API operations") {
  World world;
  check_api_operations(world, {.group = "networking.k8s.io",
                               .resource = "ingressclasses",
                               .object = "{spec: {controller: example.com/controller}}"});
}

}  // namespace
}  // namespace rockpool::conformance
