// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "core/api/ip.h"
#include "core/api/object.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
using enum api::ResourceId;

struct CidrWorld : World {
  CidrWorld() : World{"service-cidr-controller", "kubernetes-service-cidr-controller"} { run(); }

  // "status reason message" of the condition Ready.
  std::string readiness(std::string_view name) {
    const doc::Value condition = get(servicecidrs, name)["status"_key]["conditions"_key].at(0);
    return condition["status"_key].to_string() + " " + condition["reason"_key].to_string() + " " +
           condition["message"_key].to_string();
  }
  void add_network(const std::string& name, const std::string& cidr) {
    create("{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: " + name +
           "}, spec: {cidrs: [" + cidr + "]}}");
    run();
  }
  std::string add_service(const std::string& name, const std::string& cluster_ip = {}) {
    const std::string address = cluster_ip.empty() ? "" : "clusterIP: " + cluster_ip + ", ";
    create("{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {" + address +
           "ports: [{port: 80}]}}");
    return get(services, name)["spec"_key]["clusterIP"_key].to_string();
  }
};

constexpr std::string_view kBlocked =
    "False Terminating There are still IPAddresses referencing the ServiceCIDR, please remove them "
    "or create a new ServiceCIDR";

TEST_CASE("ServiceCIDRs become ready and are protected") {
  CidrWorld world;
  CHECK(world.readiness("kubernetes") == "True  Kubernetes Service CIDR is ready");
  const doc::Value own = world.get(servicecidrs, "kubernetes");
  CHECK(api::has_finalizer(own, "networking.k8s.io/service-cidr-finalizer"));
  CHECK(own["spec"_key]["cidrs"_key] == doc::Value::strings({"10.96.0.0/12"}));
  world.add_network("more", "192.168.96.0/24");
  CHECK(world.readiness("more") == "True  Kubernetes Service CIDR is ready");
  CHECK(world.add_service("web", "192.168.96.7") == "192.168.96.7");
}

TEST_CASE("a ServiceCIDR that is in use stays until its addresses are free") {
  CidrWorld world;
  world.add_network("more", "192.168.96.0/24");
  world.add_service("web", "192.168.96.7");
  world.add_service("shop", "192.168.96.8");
  world.remove(servicecidrs, "more");
  world.run(60s);
  CHECK(world.readiness("more") == kBlocked);
  // Nobody gets an address of it any more.
  const auto refused = world.api.create(
      services, "default",
      doc::Value::object({{"metadata"_key, doc::Value::object({{"name"_key, "late"}})},
                          {"spec"_key, doc::Value::object({{"clusterIP"_key, "192.168.96.9"}})}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("the provided network does not match the current range") !=
        std::string::npos);
  world.remove(services, "web");
  world.run(60s);
  CHECK(world.readiness("more") == kBlocked);
  world.remove(services, "shop");
  world.run(60s);
  CHECK(world.get(servicecidrs, "more").is_null());
}

TEST_CASE("a ServiceCIDR that nobody uses stays for ten seconds") {
  CidrWorld world;
  world.add_network("more", "192.168.96.0/24");
  world.remove(servicecidrs, "more");
  world.run(9s);
  CHECK_FALSE(world.get(servicecidrs, "more").is_null());
  world.run(2s);
  CHECK(world.get(servicecidrs, "more").is_null());
}

TEST_CASE("a ServiceCIDR may go when another one holds its addresses") {
  CidrWorld world;
  world.add_network("small", "192.168.96.0/28");
  world.add_service("web", "192.168.96.7");
  world.remove(servicecidrs, "small");
  world.run(60s);
  CHECK(world.readiness("small") == kBlocked);
  world.add_network("large", "192.168.96.0/24");
  world.run(60s);
  CHECK(world.get(servicecidrs, "small").is_null());
  CHECK(world.get(services, "web")["spec"_key]["clusterIP"_key].as_string() == "192.168.96.7");
  CHECK_FALSE(world.get(ipaddresses, "192.168.96.7").is_null());
}

TEST_CASE("the ServiceCIDR kubernetes comes back when it is gone") {
  CidrWorld world;
  world.remove(services, "kubernetes");
  world.remove(servicecidrs, "kubernetes");
  world.run(12s);
  CHECK(world.get(servicecidrs, "kubernetes").is_null());
  world.run(12s);
  CHECK(world.readiness("kubernetes") == "True  Kubernetes Service CIDR is ready");
  const std::string address = world.add_service("web");
  CHECK(api::parse_cidr("10.96.0.0/12")->contains(*api::parse_ip(address)));
}

TEST_CASE("a ServiceCIDR kubernetes that is not the server's is told of") {
  CidrWorld world;
  world.remove(services, "kubernetes");
  world.remove(servicecidrs, "kubernetes");
  world.run(12s);
  world.add_network("kubernetes", "10.0.0.0/16");
  world.run(60s);
  CHECK(world.events("KubernetesDefaultServiceCIDRInconsistent") ==
        std::vector<std::string>{"The default ServiceCIDR [10.0.0.0/16] does not match the "
                                 "controller flag configurations [10.96.0.0/12]"});
}

}  // namespace
}  // namespace rockpool::controllers
