// SPDX-License-Identifier: Apache-2.0
#include "core/apiserver/node_port_repair.h"

#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

struct World {
  // What one round says, one problem a line.
  std::string round(const std::vector<Value>& services) {
    std::string text;
    for (const NodePortProblem& problem : repair.run(ports, services)) {
      text += fmt::format("{} {}: {}\n", problem.service["metadata"_key]["name"_key].as_string(),
                          problem.reason, problem.message);
    }
    return text;
  }

  NodePortAllocator ports{30'000, 30'099, sim::Random{1}};
  NodePortRepair repair;
};

Value service(const std::string& name, const std::string& ports, int health = 0) {
  return json(fmt::format(
      R"({{"metadata":{{"name":"{}"}},"spec":{{"healthCheckNodePort":{},"ports":[{}]}}}})", name,
      health, ports));
}

TEST_CASE("a port that a Service has but that is not taken is taken") {
  World world;
  const std::vector<Value> services{
      service("web", R"({"protocol":"TCP","nodePort":30007})", 30'008)};
  CHECK(world.round(services) ==
        "web PortNotAllocated: Port 30007 is not allocated; repairing\n"
        "web PortNotAllocated: Port 30008 is not allocated; repairing\n");
  CHECK(world.ports.is_allocated(30'007));
  CHECK(world.ports.is_allocated(30'008));
  CHECK(world.round(services).empty());
}

TEST_CASE("a port of no Service is given back in the third round") {
  World world;
  REQUIRE(world.ports.allocate(30'007));
  CHECK(world.round({}).empty());
  CHECK(world.round({}).empty());
  CHECK(world.ports.is_allocated(30'007));
  CHECK(world.round({}).empty());
  CHECK_FALSE(world.ports.is_allocated(30'007));
}

TEST_CASE("a port whose Service turns up has not leaked, and may leak anew") {
  World world;
  REQUIRE(world.ports.allocate(30'007));
  world.round({});
  world.round({});
  CHECK(world.round({service("late", R"({"protocol":"TCP","nodePort":30007})")}).empty());
  world.round({});
  world.round({});
  CHECK(world.ports.is_allocated(30'007));
  world.round({});
  CHECK_FALSE(world.ports.is_allocated(30'007));
}

TEST_CASE("the second Service of a port is told, and one beyond the range") {
  World world;
  const std::string port = R"({"protocol":"TCP","nodePort":30007})";
  REQUIRE(world.ports.allocate(30'007));
  CHECK(world.round({service("a", port), service("b", port),
                     service("c", R"({"protocol":"TCP","nodePort":31000})")}) ==
        "b PortAlreadyAllocated: Port 30007 was assigned to multiple services; please recreate "
        "service\n"
        "c PortOutOfRange: Port 31000 is not within the port range 30000-30099; please recreate "
        "service\n");
}

TEST_CASE("protocols share a port, but no protocol has it twice") {
  World world;
  REQUIRE(world.ports.allocate(30'007));
  const std::string tcp = R"({"protocol":"TCP","nodePort":30007})";
  const std::string udp = R"({"protocol":"UDP","nodePort":30007})";
  CHECK(world.round({service("dns", tcp + "," + udp)}).empty());
  CHECK_FALSE(world.round({service("dns", tcp + "," + tcp)}).empty());
  CHECK_FALSE(world.round({service("dns", tcp, 30'007)}).empty());
  CHECK(world.round({service("dns", udp, 30'007)}).empty());
}

}  // namespace
}  // namespace rockpool::apiserver
