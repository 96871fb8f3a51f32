// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/service_table.h"

#include <doctest/doctest.h>

#include "tests/core/net/objects.h"

namespace rockpool::net::proxy {
namespace {

using testing::make_service;
using testing::make_slice;

constexpr Frontend kClusterIp{{IpAddress::v4(10, 96, 0, 20), 80}, Protocol::tcp};
constexpr Frontend kNodePort{{IpAddress{}, 30080}, Protocol::tcp};

sim::Time second(int number) {
  return sim::Time{} + std::chrono::seconds{number};
}

// Somebody may still look at what was one second before.
ServiceTable::Reach reach(int now, std::vector<sim::Time> frozen = {}) {
  return {.now = second(now), .horizon = second(now - 1), .frozen = std::move(frozen)};
}

doc::Value web() {
  return make_service("web", "10.96.0.20", {{"http", 80, 30080}});
}

doc::Value slice(const std::vector<testing::EndpointSpec>& endpoints) {
  return make_slice("web", {{"http", 8080}}, endpoints);
}

std::size_t endpoints_at(const ServiceTable& table, const Frontend& frontend, int moment) {
  const auto match = table.find_rules(frontend, second(moment));
  REQUIRE(match);
  return match->rules->endpoints().size();
}

TEST_CASE("what was true is found at its moment") {
  ServiceTable table;
  const doc::Value service = web();
  const doc::Value one = slice({{"10.244.0.10", "web-a"}});
  const doc::Value two = slice({{"10.244.0.10", "web-a"}, {"10.244.0.11", "web-b"}});
  table.on_service(nullptr, &service, reach(10));
  table.on_endpoint_slice(nullptr, &one, reach(20));
  table.on_endpoint_slice(&one, &two, reach(21));
  CHECK_FALSE(table.find_rules(kClusterIp, second(9)));
  CHECK_FALSE(table.has_cluster_ip(kClusterIp.address.ip, second(9)));
  CHECK(table.has_cluster_ip(kClusterIp.address.ip, second(10)));
  CHECK(endpoints_at(table, kClusterIp, 20) == 1);
  CHECK(endpoints_at(table, kNodePort, 21) == 2);
  CHECK(table.rules(second(21), {}).size() == 1);
  CHECK(table.rules(second(21), {}).front().frontends.size() == 2);
}

TEST_CASE("a Service that is gone is there for those who have not heard of it") {
  ServiceTable table;
  const doc::Value service = web();
  table.on_service(nullptr, &service, reach(10));
  const std::uint64_t id = table.find_rules(kClusterIp, second(10))->rules->id().service;
  CHECK(table.find_service(id, second(10)));
  table.on_service(&service, nullptr, reach(20));
  CHECK(table.find_rules(kClusterIp, second(19)));
  CHECK_FALSE(table.find_rules(kClusterIp, second(20)));
  CHECK_FALSE(table.has_cluster_ip(kClusterIp.address.ip, second(20)));
  CHECK_FALSE(table.find_service(id, second(20)));
}

TEST_CASE("what nobody looks at is forgotten, but not what a frozen node stands still at") {
  for (const bool is_frozen : {false, true}) {
    CAPTURE(is_frozen);
    const std::vector<sim::Time> frozen =
        is_frozen ? std::vector{second(10)} : std::vector<sim::Time>{};
    ServiceTable table;
    const doc::Value service = web();
    const doc::Value one = slice({{"10.244.0.10", "web-a"}});
    const doc::Value none = slice({});
    table.on_service(nullptr, &service, reach(9));
    table.on_endpoint_slice(nullptr, &one, reach(10, frozen));
    table.on_endpoint_slice(&one, &none, reach(20, frozen));
    table.on_endpoint_slice(&none, &none, reach(30, frozen));
    CHECK(endpoints_at(table, kClusterIp, 30) == 0);
    CHECK(table.find_rules(kClusterIp, second(10)).has_value() == is_frozen);
    if (is_frozen) CHECK(endpoints_at(table, kClusterIp, 10) == 1);
  }
}

TEST_CASE("the Service with a healthCheckNodePort") {
  ServiceTable table;
  doc::Value service = web();
  service.edit("spec").set("healthCheckNodePort", doc::Value{32000});
  table.on_service(nullptr, &service, reach(10));
  CHECK(table.has_health_port(32000));
  CHECK(table.find_by_health_port(32000, second(10)));
  CHECK_FALSE(table.find_by_health_port(32000, second(9)));
  const doc::Value plain = web();
  table.on_service(&service, &plain, reach(20));
  CHECK_FALSE(table.has_health_port(32000));
  CHECK_FALSE(table.find_by_health_port(32000, second(20)));
}

}  // namespace
}  // namespace rockpool::net::proxy
