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

// Makes a Service behind the API server's back, as one that crashed may leave it.
void put_service(World& world, const std::string& name, std::int64_t node_port) {
  doc::Value service = world.get(services, "kubernetes");
  doc::Value& metadata = service.edit("metadata"_key);
  metadata.set("name"_key, name);
  metadata.set("uid"_key, "uid-" + name);
  metadata.erase("resourceVersion"_key);
  doc::Value& spec = service.edit("spec"_key);
  spec.set("type"_key, "NodePort");
  spec.edit("ports"_key).edit_at(0).set("nodePort"_key, node_port);
  REQUIRE(world.store.create(services, service));
}

TEST_CASE("Services' node ports are compared with those that are taken") {
  World world{"portallocator-repair-controller"};
  world.run(1s);
  put_service(world, "web", 30'007);
  put_service(world, "web-twin", 30'007);
  put_service(world, "wide", 40'000);
  world.run(181s);
  CHECK(world.events("PortNotAllocated") == Lines{"Port 30007 is not allocated; repairing"});
  CHECK(world.events("PortAlreadyAllocated") ==
        Lines{"Port 30007 was assigned to multiple services; please recreate service"});
  CHECK(world.events("PortOutOfRange") ==
        Lines{"Port 40000 is not within the port range 30000-32767; please recreate service"});
  // Taken is taken: nobody else gets it.
  const doc::Value port = doc::Value::object({{"port"_key, 80}, {"nodePort"_key, 30'007}});
  const auto refused = world.api.create(
      services, "default",
      doc::Value::object(
          {{"metadata"_key, doc::Value::object({{"name"_key, "late"}})},
           {"spec"_key, doc::Value::object({{"type"_key, "NodePort"},
                                            {"ports"_key, doc::Value::array({port})}})}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("provided port is already allocated") != std::string::npos);
}

TEST_CASE("a port that leaked can be had again after three rounds") {
  World world{"portallocator-repair-controller"};
  put_service(world, "web", 30'007);
  world.run(181s);
  // Without the API server's knowledge the port stays taken.
  REQUIRE(world.store.remove(services, "default", "web"));
  const auto can_have_port = [&] {
    const doc::Value port = doc::Value::object({{"port"_key, 80}, {"nodePort"_key, 30'007}});
    apiserver::CreateOptions options;
    options.dry_run = true;
    return world.api
        .create(services, "default",
                doc::Value::object(
                    {{"metadata"_key, doc::Value::object({{"name"_key, "late"}})},
                     {"spec"_key, doc::Value::object({{"type"_key, "NodePort"},
                                                      {"ports"_key, doc::Value::array({port})}})}}),
                options)
        .has_value();
  };
  world.run(360s);
  CHECK_FALSE(can_have_port());
  world.run(181s);
  CHECK(can_have_port());
}

}  // namespace
}  // namespace rockpool::controllers
