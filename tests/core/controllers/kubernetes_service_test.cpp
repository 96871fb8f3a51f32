// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
using enum api::ResourceId;

TEST_CASE("the Service kubernetes, its Endpoints and its EndpointSlice come back") {
  World world{"kubernetes-service-controller", "endpoints-controller"};
  world.run();
  const doc::Value service = world.get(services, "kubernetes");
  const doc::Value subsets = world.get(endpoints, "kubernetes")["subsets"_key];
  const doc::Value slice = world.get(endpointslices, "kubernetes");
  REQUIRE(service["spec"_key]["clusterIP"_key].is_string());
  world.remove(services, "kubernetes");
  world.remove(endpointslices, "kubernetes");
  world.run(9s);
  CHECK(world.get(services, "kubernetes").is_null());
  // Nor are the Endpoints of a Service that is gone left.
  CHECK(world.get(endpoints, "kubernetes").is_null());
  world.run(12s);
  const doc::Value again = world.get(services, "kubernetes");
  CHECK(again["spec"_key] == service["spec"_key]);
  CHECK(again["metadata"_key]["labels"_key] == service["metadata"_key]["labels"_key]);
  CHECK(again["metadata"_key]["uid"_key] != service["metadata"_key]["uid"_key]);
  CHECK(world.get(endpoints, "kubernetes")["subsets"_key] == subsets);
  CHECK(world.get(endpointslices, "kubernetes")["endpoints"_key] == slice["endpoints"_key]);
}

TEST_CASE("it is missed too when it was deleted while nobody looked after it") {
  World world{"kubernetes-service-controller"};
  world.run();
  Controller& controller = world.controller("kubernetes-service-controller");
  controller.stop();
  world.remove(services, "kubernetes");
  world.run(30s);
  CHECK(world.get(services, "kubernetes").is_null());
  controller.start();
  world.run();
  CHECK(!world.get(services, "kubernetes").is_null());
}

}  // namespace
}  // namespace rockpool::controllers
