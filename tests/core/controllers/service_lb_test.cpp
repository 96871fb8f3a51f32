// SPDX-License-Identifier: Apache-2.0
#include "core/controllers/service_lb.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/api/views/service.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;

constexpr auto kServices = api::ResourceId::services;

struct Cloud : World {
  explicit Cloud(const Options& options = {}) : World{{"service-lb-controller"}, options} {}
  void add(std::string_view name, std::string_view more = {}) {
    create(
        fmt::format("{{apiVersion: v1, kind: Service, metadata: {{name: {}}}, spec: {{type: "
                    "LoadBalancer, selector: {{app: web}}, ports: [{{port: 80}}]{}}}}}",
                    name, more));
  }
  std::string address(std::string_view name) const {
    return api::Service{get(kServices, name)}.load_balancer_ingress().at(0)["ip"_key].to_string();
  }
  std::size_t finalizers(std::string_view name) const {
    return get(kServices, name)["metadata"_key]["finalizers"_key].size();
  }
};

TEST_CASE("a load balancer comes after a while, with an address of its own") {
  Cloud cloud;
  cloud.add("one");
  cloud.add("two");
  cloud.run();
  CHECK(cloud.address("one").empty());
  CHECK(cloud.finalizers("one") == 1);
  CHECK(cloud.events("EnsuringLoadBalancer").front() == "Ensuring load balancer");
  cloud.run(3s);
  CHECK(cloud.address("one") == "198.51.100.2");
  CHECK(cloud.address("two") == "198.51.100.3");
  CHECK(cloud.events("EnsuredLoadBalancer").size() == 2);
}

TEST_CASE("the address is given back before the Service goes") {
  Cloud cloud;
  cloud.add("one");
  cloud.run(5s);
  cloud.remove(kServices, "one");
  cloud.run();
  CHECK(cloud.get(kServices, "one").is_null());
  CHECK(cloud.events("DeletingLoadBalancer").size() == 1);
  CHECK(cloud.events("DeletedLoadBalancer").size() == 1);
  cloud.add("two");
  cloud.run(5s);
  CHECK(cloud.address("two") == "198.51.100.2");
}

TEST_CASE("a Service that changes its type loses its load balancer") {
  Cloud cloud;
  cloud.add("one");
  cloud.run(5s);
  cloud.patch(kServices, "one", "spec: {type: ClusterIP}");
  cloud.run();
  CHECK(cloud.address("one").empty());
  CHECK(cloud.finalizers("one") == 0);
  CHECK(cloud.events("Type") == std::vector<std::string>{"LoadBalancer -> ClusterIP"});
  cloud.patch(kServices, "one", "spec: {type: LoadBalancer}");
  cloud.run(5s);
  CHECK(cloud.address("one") == "198.51.100.2");
}

TEST_CASE("Services of another class are left alone") {
  Cloud cloud;
  cloud.add("one", ", loadBalancerClass: example.com/mine");
  cloud.run(10s);
  CHECK(cloud.address("one").empty());
  CHECK(cloud.finalizers("one") == 0);
}

TEST_CASE("a certain address may be asked for") {
  Cloud cloud;
  cloud.add("one", ", loadBalancerIP: 198.51.100.77");
  cloud.add("two", ", loadBalancerIP: 198.51.100.77");
  cloud.add("three", ", loadBalancerIP: 10.0.0.1");
  cloud.run(5s);
  CHECK(cloud.address("one") == "198.51.100.77");
  CHECK(cloud.address("two").empty());
  const auto failures = cloud.events("SyncLoadBalancerFailed");
  REQUIRE(failures.size() == 2);
  CHECK(failures[0] ==
        "Error syncing load balancer: failed to ensure load balancer: requested IP 198.51.100.77 "
        "is in use by the service default/one");
  CHECK(failures[1] ==
        "Error syncing load balancer: failed to ensure load balancer: requested IP 10.0.0.1 is not "
        "in the range 198.51.100.0/24");
  // What was free in the end is given.
  cloud.remove(kServices, "one");
  cloud.run(20min);
  CHECK(cloud.address("two") == "198.51.100.77");
}

TEST_CASE("a small range runs out, and a restarted controller knows what is taken") {
  Options options;
  options.load_balancer_cidr = "198.51.100.0/30";
  Cloud cloud{options};
  cloud.add("one");
  cloud.run(5s);
  CHECK(cloud.address("one") == "198.51.100.2");
  cloud.controller("service-lb-controller").stop();
  cloud.controller("service-lb-controller").start();
  cloud.add("two");
  cloud.run(5s);
  CHECK(cloud.address("one") == "198.51.100.2");
  CHECK(cloud.address("two").empty());
  CHECK(cloud.events("SyncLoadBalancerFailed").front() ==
        "Error syncing load balancer: failed to ensure load balancer: no address is left in "
        "198.51.100.0/30");
}

}  // namespace
}  // namespace rockpool::controllers
