// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/service_allocation.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/api/ip.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

std::string service(std::string_view name, std::string_view spec) {
  return fmt::format(R"({{"metadata":{{"name":"{}"}},"spec":{}}})", name, spec);
}

std::string path(std::string_view name) {
  return fmt::format("{}/{}", kServices, name);
}

Value make(Cluster& cluster, std::string_view name, std::string_view spec) {
  return cluster.expect(201, "POST", kServices, service(name, spec));
}

Value patch(Cluster& cluster, std::string_view name, std::string_view spec) {
  return cluster.expect(200, "PATCH", path(name), fmt::format(R"({{"spec":{}}})", spec),
                        "application/merge-patch+json");
}

TEST_CASE("a Service is given an address of the dynamic band") {
  Cluster cluster;
  const Value created = make(cluster, "web", R"({"ports":[{"port":80}]})");
  const Value& spec = created["spec"_key];
  CHECK(spec["type"_key].as_string() == "ClusterIP");
  const auto address = api::parse_ip(spec["clusterIP"_key].as_string());
  REQUIRE(address);
  CHECK(address->ipv4() > api::parse_ip("10.96.1.0")->ipv4());
  CHECK(spec["clusterIPs"_key].at(0) == spec["clusterIP"_key]);
  CHECK(spec["ipFamilies"_key].at(0).as_string() == "IPv4");
  CHECK(spec["ipFamilyPolicy"_key].as_string() == "SingleStack");
}

TEST_CASE("addresses that cannot be had are refused in upstream's words") {
  Cluster cluster;
  make(cluster, "dns", R"({"clusterIP":"10.96.0.10","ports":[{"port":53}]})");
  CHECK(cluster.refusal(422, "POST", kServices,
                        service("two", R"({"clusterIP":"10.96.0.10","ports":[{"port":53}]})")) ==
        "Service \"two\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to "
        "allocate IP 10.96.0.10: provided IP is already allocated");
  CHECK(cluster.refusal(422, "POST", kServices,
                        service("two", R"({"clusterIP":"192.168.0.1","ports":[{"port":53}]})")) ==
        "Service \"two\" is invalid: spec.clusterIPs: Invalid value: [\"192.168.0.1\"]: failed to "
        "allocate IP 192.168.0.1: the provided network does not match the current range");
  CHECK(
      cluster.refusal(
          422, "POST", kServices,
          service("two", R"({"ipFamilyPolicy":"RequireDualStack","ports":[{"port":53}]})")) ==
      "Service \"two\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this "
      "cluster is not configured for dual-stack services");
  CHECK(
      cluster.refusal(422, "POST", kServices,
                      service("two", R"({"ipFamilies":["IPv6"],"ports":[{"port":53}]})")) ==
      "Service \"two\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on "
      "this cluster");
}

TEST_CASE("headless Services keep None and external names have no address") {
  Cluster cluster;
  const Value headless = make(cluster, "h", R"({"clusterIP":"None","selector":{"a":"b"}})");
  CHECK(headless["spec"_key]["clusterIP"_key].as_string() == "None");
  CHECK(headless["spec"_key]["clusterIPs"_key].at(0).as_string() == "None");
  CHECK(headless["spec"_key]["ipFamilyPolicy"_key].as_string() == "SingleStack");
  const Value bare = make(cluster, "s", R"({"clusterIP":"None","ports":[{"port":80}]})");
  CHECK(bare["spec"_key]["ipFamilyPolicy"_key].as_string() == "RequireDualStack");
  CHECK(bare["spec"_key]["ipFamilies"_key].size() == 2);
  const Value external =
      make(cluster, "e", R"({"type":"ExternalName","externalName":"example.com"})");
  CHECK(external["spec"_key]["clusterIP"_key].is_null());
  CHECK(external["spec"_key]["ipFamilies"_key].is_null());
}

TEST_CASE("changing the type takes and gives back addresses and ports") {
  Cluster cluster;
  const Value first = make(cluster, "web", R"({"type":"NodePort","clusterIP":"10.96.0.80",
      "ports":[{"port":80,"nodePort":30080}]})");
  CHECK(first["spec"_key]["ports"_key].at(0)["nodePort"_key].as_int() == 30080);
  const Value external =
      patch(cluster, "web", R"({"type":"ExternalName","externalName":"example.com"})");
  CHECK(external["spec"_key]["clusterIP"_key].is_null());
  CHECK(external["spec"_key]["clusterIPs"_key].is_null());
  CHECK(external["spec"_key]["ports"_key].at(0)["nodePort"_key].is_null());
  // Both are free again.
  make(cluster, "other", R"({"type":"NodePort","clusterIP":"10.96.0.80",
      "ports":[{"port":80,"nodePort":30080}]})");
  const Value back = patch(cluster, "web", R"({"type":"ClusterIP","externalName":null})");
  CHECK(back["spec"_key]["clusterIP"_key].is_string());
  CHECK(back["spec"_key]["clusterIP"_key].as_string() != "10.96.0.80");
}

TEST_CASE("what was allocated survives an update that leaves it out") {
  Cluster cluster;
  const std::string manifest = service("web", R"({"type":"NodePort","selector":{"a":"b"},
      "ports":[{"name":"a","port":80},{"name":"b","port":81}]})");
  const Value before = cluster.expect(201, "POST", kServices, manifest);
  const Value after = cluster.expect(200, "PUT", path("web"), manifest);
  CHECK(after == before);
  const Value grown = cluster.expect(200, "PUT", path("web"), service("web", R"({"type":"NodePort",
      "selector":{"a":"b"},"ports":[{"name":"c","port":82},{"name":"b","port":8081}]})"));
  const Value& old_ports = before["spec"_key]["ports"_key];
  const Value& ports = grown["spec"_key]["ports"_key];
  CHECK(ports.at(1)["nodePort"_key] == old_ports.at(1)["nodePort"_key]);
  CHECK(ports.at(0)["nodePort"_key] != old_ports.at(0)["nodePort"_key]);
  const std::int64_t released = old_ports.at(0)["nodePort"_key].as_int();
  make(cluster, "heir",
       fmt::format(R"({{"type":"NodePort","ports":[{{"port":80,"nodePort":{}}}]}})", released));
}

TEST_CASE("one port number of two protocols shares its node port") {
  Cluster cluster;
  const Value created = make(cluster, "dns", R"({"type":"NodePort","ports":[
      {"name":"tcp","port":53},{"name":"udp","port":53,"protocol":"UDP"}]})");
  const Value& ports = created["spec"_key]["ports"_key];
  CHECK(ports.at(0)["nodePort"_key].as_int() >= 30086);
  CHECK(ports.at(0)["nodePort"_key] == ports.at(1)["nodePort"_key]);
}

TEST_CASE("node ports that cannot be had are refused, and nothing stays taken") {
  Cluster cluster;
  make(cluster, "one", R"({"type":"NodePort","ports":[{"port":80,"nodePort":30080}]})");
  CHECK(
      cluster.refusal(422, "POST", kServices, service("two", R"({"type":"NodePort",
      "clusterIP":"10.96.0.90","ports":[{"name":"a","port":79,"nodePort":30079},
      {"name":"b","port":80,"nodePort":30080}]})")) ==
      "Service \"two\" is invalid: spec.ports[1].nodePort: Invalid value: 30080: provided port is "
      "already allocated");
  CHECK(
      cluster.refusal(
          422, "POST", kServices,
          service("two", R"({"type":"NodePort","ports":[{"port":80,"nodePort":80}]})")) ==
      "Service \"two\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not "
      "in the valid range. The range of valid ports is 30000-32767");
  make(cluster, "three", R"({"type":"NodePort","clusterIP":"10.96.0.90",
      "ports":[{"port":79,"nodePort":30079}]})");
}

TEST_CASE("load balancers may do without node ports and check health on one") {
  Cluster cluster;
  const Value none = make(cluster, "a", R"({"type":"LoadBalancer",
      "allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]})");
  CHECK(none["spec"_key]["ports"_key].at(0)["nodePort"_key].is_null());
  const Value local = make(cluster, "b", R"({"type":"LoadBalancer","externalTrafficPolicy":"Local",
      "ports":[{"port":80}]})");
  const std::int64_t health = local["spec"_key]["healthCheckNodePort"_key].as_int();
  CHECK(health >= 30086);
  const std::string takes_it = service(
      "c", fmt::format(R"({{"type":"NodePort","ports":[{{"port":80,"nodePort":{}}}]}})", health));
  CHECK(cluster.send("POST", kServices, takes_it).status == 422);
  patch(cluster, "b", R"({"externalTrafficPolicy":"Cluster"})");
  CHECK(cluster.send("POST", kServices, takes_it).status == 201);
}

// Whatever is done to Services, what is allocated is exactly what they show.
TEST_CASE("each address of a Service has an IPAddress while the Service has it") {
  Options options;
  options.service_cidr = "10.96.0.0/16,fd00:96::/112";
  Cluster cluster{options};
  const auto ip_addresses = [&] {
    std::vector<std::string> all;
    cluster.store.visit(api::ResourceId::ipaddresses, {}, [&](const Value& each) {
      const Value& parent = each["spec"_key]["parentRef"_key];
      CHECK(parent["resource"_key].as_string() == "services");
      CHECK_FALSE(parent.contains("group"_key));
      all.push_back(fmt::format("{} {}/{}", each["metadata"_key]["name"_key].as_string(),
                                parent["namespace"_key].as_string(),
                                parent["name"_key].as_string()));
      return true;
    });
    return all;
  };
  const std::vector<std::string> own{"10.96.0.1 default/kubernetes"};
  CHECK(ip_addresses() == own);
  make(cluster, "bare", R"({"clusterIP":"None","ports":[{"port":53}]})");
  make(cluster, "away", R"({"type":"ExternalName","externalName":"a.b"})");
  CHECK(ip_addresses() == own);
  make(cluster, "web", R"({"clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7","fd00:96::7"],
      "ipFamilyPolicy":"PreferDualStack","ports":[{"port":53}]})");
  CHECK(ip_addresses() == std::vector<std::string>{"10.96.0.1 default/kubernetes",
                                                   "10.96.0.7 default/web",
                                                   "fd00:96::7 default/web"});
  const Value second =
      cluster.expect(200, "GET", "/apis/networking.k8s.io/v1/ipaddresses/fd00:96::7");
  CHECK(second["metadata"_key]["labels"_key] == json(R"({"ipaddress.kubernetes.io/ip-family":"IPv6",
            "ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"})"));
  cluster.expect(200, "PATCH", path("web"), R"({"spec":{"ipFamilyPolicy":"SingleStack"}})",
                 "application/merge-patch+json");
  CHECK(ip_addresses().size() == 2);
  // One that is refused for another reason, and one that is only tried out, leave nothing.
  cluster.refusal(422, "POST", kServices,
                  service("two", R"({"clusterIP":"10.96.0.8","ports":[{"port":0}]})"));
  cluster.refusal(409, "POST", kServices, service("web", R"({"ports":[{"port":53}]})"));
  cluster.expect(201, "POST", std::string{kServices} + "?dryRun=All",
                 service("two", R"({"clusterIP":"10.96.0.8","ports":[{"port":53}]})"));
  CHECK(ip_addresses().size() == 2);
  cluster.expect(200, "DELETE", path("web"));
  CHECK(ip_addresses() == own);
}

TEST_CASE("a dry run is told numbers that stand for those that it would get") {
  Cluster cluster;
  const Value dry =
      cluster.expect(201, "POST", std::string{kServices} + "?dryRun=All",
                     service("web", R"({"type":"LoadBalancer","externalTrafficPolicy":"Local",
          "ports":[{"name":"a","port":80},{"name":"b","port":81}]})"));
  CHECK(dry["spec"_key]["clusterIP"_key].as_string() == "10.96.0.0");
  CHECK(dry["spec"_key]["ports"_key].at(0)["nodePort"_key].as_int() == 32'769);
  CHECK(dry["spec"_key]["ports"_key].at(1)["nodePort"_key].as_int() == 32'770);
  CHECK(dry["spec"_key]["healthCheckNodePort"_key].as_int() == 32'771);
  CHECK(cluster.refusal(422, "POST", std::string{kServices} + "?dryRun=All",
                        service("two", R"({"clusterIP":"192.168.0.1","ports":[{"port":53}]})")) ==
        "Service \"two\" is invalid: spec.clusterIPs: Invalid value: [\"192.168.0.1\"]: failed to "
        "allocate IP 192.168.0.1: the provided IP (192.168.0.1) is not in the valid range. The "
        "range of valid IPs is 10.96.0.0/12");
}

TEST_CASE("allocations agree with the Services under random writes") {
  Options options;
  options.service_cidr = "10.0.0.0/27";
  options.node_port_first = 30000;
  options.node_port_last = 30019;
  Cluster cluster{options};
  sim::Random random{77};
  for (int step = 0; step < 1'500; ++step) {
    const std::string name = fmt::format("s{}", random.below(12));
    const char* types[] = {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"};
    const std::string_view type = types[random.below(4)];
    const std::string_view external = type == "ExternalName" ? R"("externalName":"e.com",)" : "";
    std::string fixed;
    if (type != "ExternalName" && random.below(3) == 0) {
      fixed = fmt::format(R"("clusterIP":"10.0.0.{}",)", random.below(32));
    }
    const std::string port = type != "ClusterIP" && type != "ExternalName" && random.below(2) == 0
                                 ? fmt::format(R"(,"nodePort":{})", 30000 + random.below(20))
                                 : "";
    const std::string body =
        service(name, fmt::format(R"({{"type":"{}",{}{}"ports":[{{"port":80{}}}]}})", type,
                                  external, fixed, port));
    const std::string query = random.below(4) == 0 ? "?dryRun=All" : "";
    switch (random.below(3)) {
      case 0:
        cluster.send("POST", std::string{kServices} + query, body);
        break;
      case 1:
        cluster.send("PUT", path(name) + query, body);
        break;
      default:
        cluster.send("DELETE", path(name) + query);
    }
    std::set<std::string> addresses;
    std::set<std::int64_t> ports;
    std::size_t uses = 0;
    cluster.store.visit(api::ResourceId::services, "", [&](const Value& each) {
      const Value& spec = each["spec"_key];
      for (const Value& ip : spec["clusterIPs"_key].items()) {
        REQUIRE(addresses.insert(ip.to_string()).second);
      }
      for (const Value& entry : spec["ports"_key].items()) {
        if (entry["nodePort"_key].is_null()) continue;
        REQUIRE(ports.insert(entry["nodePort"_key].as_int()).second);
      }
      ++uses;
      return true;
    });
    REQUIRE(uses <= 13);
    if (step % 100 != 0) continue;
    // Every address and port that no Service shows can be had.
    for (int offset = 1; offset < 31; ++offset) {
      const std::string ip = fmt::format("10.0.0.{}", offset);
      const Response response = cluster.send(
          "POST", kServices,
          service("probe", fmt::format(R"({{"clusterIP":"{}","ports":[{{"port":80}}]}})", ip)));
      REQUIRE_MESSAGE((response.status == 201) == !addresses.contains(ip), response.body);
      if (response.status == 201) cluster.expect(200, "DELETE", path("probe"));
    }
  }
}

}  // namespace
}  // namespace rockpool::apiserver
