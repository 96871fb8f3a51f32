// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/api/object.h"
#include "tests/core/controllers/world.h"

namespace rockpool::controllers {
namespace {

using namespace doc::literals;
using namespace std::chrono_literals;
using enum api::ResourceId;
using Lines = std::vector<std::string>;

// A little longer than the time between two rounds.
constexpr auto kRound = 181s;

struct RepairWorld : World {
  RepairWorld() : World{"ipallocator-repair-controller"} { run(); }

  void add_service(const std::string& name, const std::string& spec) {
    create("{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: " + spec + "}");
    run();
  }
  // Makes it behind the API server's back, as a server that crashed may leave it.
  void put_service(const std::string& name, const std::string& cluster_ip) {
    doc::Value service = get(services, "kubernetes");
    doc::Value& metadata = service.edit("metadata"_key);
    metadata.set("name"_key, name);
    metadata.set("uid"_key, "uid-" + name);
    metadata.erase("resourceVersion"_key);
    service.edit("spec"_key).set("clusterIP"_key, cluster_ip);
    service.edit("spec"_key).set("clusterIPs"_key, doc::Value::strings({cluster_ip}));
    REQUIRE(store.create(services, service));
    run();
  }
  void add_ip_address(const std::string& name, const std::string& service,
                      const std::string& resource = "services", bool is_managed = true) {
    const std::string labels = is_managed
                                   ? "labels: {ipaddress.kubernetes.io/ip-family: IPv4, "
                                     "ipaddress.kubernetes.io/managed-by: ipallocator.k8s.io}, "
                                   : "";
    create("{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {" + labels +
           "name: " + name + "}, spec: {parentRef: {resource: " + resource +
           ", namespace: default, name: " + service + "}}}");
    run();
  }
  std::string owner(std::string_view address) {
    return get(ipaddresses, address)["spec"_key]["parentRef"_key]["name"_key].to_string();
  }
};

TEST_CASE("an IPAddress that somebody deletes is made again") {
  RepairWorld world;
  world.add_service("web", "{clusterIP: 10.96.0.7, ports: [{port: 80}]}");
  const doc::Value made = world.get(ipaddresses, "10.96.0.7");
  CHECK(api::labels(made) ==
        doc::Value::map({{"ipaddress.kubernetes.io/ip-family", "IPv4"},
                         {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}));
  world.remove(ipaddresses, "10.96.0.7");
  world.run(kRound);
  CHECK(world.get(ipaddresses, "10.96.0.7")["spec"_key] == made["spec"_key]);
  CHECK(world.events("ClusterIPNotAllocated") ==
        Lines{"Cluster IP [IPv4]: 10.96.0.7 is not allocated; repairing"});
  world.run(kRound);
  CHECK(world.events("ClusterIPNotAllocated").size() == 1);
}

TEST_CASE("an IPAddress that lost its labels is made anew") {
  RepairWorld world;
  world.add_service("web", "{clusterIP: 10.96.0.7, ports: [{port: 80}]}");
  world.patch(ipaddresses, "10.96.0.7",
              "metadata: {labels: {ipaddress.kubernetes.io/managed-by: null}}");
  world.run(kRound);
  CHECK(api::labels(world.get(ipaddresses, "10.96.0.7")).size() == 2);
  CHECK(world.owner("10.96.0.7") == "web");
}

TEST_CASE("an IPAddress without its Service goes after a minute") {
  RepairWorld world;
  world.add_ip_address("10.96.0.7", "web");
  world.run(50s);
  CHECK(world.owner("10.96.0.7") == "web");
  world.run(15s);
  CHECK(world.get(ipaddresses, "10.96.0.7").is_null());
  CHECK(world.events("IPAddressNotAllocated") ==
        Lines{"IPAddress: 10.96.0.7 for Service default/web appears to have leaked: cleaning up"});
}

TEST_CASE("an IPAddress of somebody else is left alone and blocks the address") {
  RepairWorld world;
  world.add_ip_address("10.96.0.7", "edge", "gateways", false);
  world.run(kRound);
  CHECK(world.owner("10.96.0.7") == "edge");
  const auto refused = world.api.create(
      services, "default",
      doc::Value::object({{"metadata"_key, doc::Value::object({{"name"_key, "web"}})},
                          {"spec"_key, doc::Value::object({{"clusterIP"_key, "10.96.0.7"}})}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("provided IP is already allocated") != std::string::npos);
}

TEST_CASE("an IPAddress with the allocator's labels but not of a Service goes") {
  RepairWorld world;
  world.add_ip_address("10.96.0.7", "edge", "gateways");
  CHECK(world.get(ipaddresses, "10.96.0.7").is_null());
  CHECK(world.events("IPAddressNotAllocated") ==
        Lines{"IPAddress 10.96.0.7 appears to have been modified, not referencing a Service "
              "&ParentReference{Group:,Resource:gateways,Namespace:default,Name:edge,}: cleaning "
              "up"});
}

TEST_CASE("an IPAddress of a Service that has another address goes") {
  RepairWorld world;
  world.add_service("web", "{clusterIP: 10.96.0.7, ports: [{port: 80}]}");
  world.add_ip_address("10.96.0.8", "web");
  CHECK(world.get(ipaddresses, "10.96.0.8").is_null());
  CHECK(world.owner("10.96.0.7") == "web");
  CHECK(world.events("IPAddressWrongReference") ==
        Lines{"IPAddress: 10.96.0.8 for Service default/web has a wrong reference; cleaning up"});
}

TEST_CASE("a Service's address that refers to something else is taken back") {
  RepairWorld world;
  world.add_ip_address("10.96.0.7", "edge", "gateways", false);
  world.put_service("web", "10.96.0.7");
  CHECK(world.owner("10.96.0.7") == "web");
  world.add_ip_address("10.96.0.8", "gone", "services", false);
  world.put_service("shop", "10.96.0.8");
  CHECK(world.owner("10.96.0.8") == "shop");
  CHECK(world.events("ClusterIPNotAllocated") ==
        Lines{"the ClusterIP [IPv4]: 10.96.0.7 for Service default/web has a wrong reference; "
              "repairing",
              "the ClusterIP [IPv4]: 10.96.0.8 for Service default/shop has a wrong reference; "
              "repairing"});
}

TEST_CASE("the second Service of an address is told") {
  RepairWorld world;
  world.add_service("web", "{clusterIP: 10.96.0.7, ports: [{port: 80}]}");
  world.put_service("twin", "10.96.0.7");
  CHECK(world.owner("10.96.0.7") == "web");
  CHECK(world.events("ClusterIPAlreadyAllocated") ==
        Lines{"Cluster IP [IPv4]:10.96.0.7 was assigned to multiple services; please recreate "
              "service"});
}

TEST_CASE("addresses that are of no network, or none at all, are told of") {
  RepairWorld world;
  world.put_service("far", "192.168.7.7");
  world.put_service("odd", "10.96.0.256");
  CHECK(world.events("ClusterIPOutOfRange") ==
        Lines{"Cluster IP [IPv4]: 192.168.7.7 is not within any configured Service CIDR; please "
              "recreate service"});
  CHECK(world.events("ClusterIPNotValid") ==
        Lines{"Cluster IP <nil> is not a valid IP; please recreate Service"});
  CHECK(world.get(ipaddresses, "192.168.7.7").is_null());
}

TEST_CASE("ordinary life of Services leaves nothing to repair") {
  RepairWorld world;
  world.add_service("web", "{ports: [{port: 80}]}");
  world.add_service("bare", "{clusterIP: None, ports: [{port: 80}]}");
  world.add_service("away", "{type: ExternalName, externalName: example.com}");
  world.patch(services, "web",
              "spec: {type: ExternalName, externalName: a.b, clusterIP: null, clusterIPs: null, "
              "ports: null}");
  world.run(kRound);
  CHECK(world.list(ipaddresses).size() == 1);
  CHECK(world.owner("10.96.0.1") == "kubernetes");
  CHECK(world.list(events).empty());
}

}  // namespace
}  // namespace rockpool::controllers
