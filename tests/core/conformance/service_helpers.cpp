// SPDX-License-Identifier: Apache-2.0
#include "tests/core/conformance/service_helpers.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace rockpool::conformance {

std::set<std::string> start_servers(World& world, const std::string& app, int count) {
  world.apply(fmt::format(R"(
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: {0}}}
spec:
  replicas: {1}
  selector: {{matchLabels: {{name: {0}}}}}
  template:
    metadata: {{labels: {{name: {0}}}}}
    spec:
      containers:
      - {{name: {0}, image: '{2}', args: [serve-hostname], ports: [{{containerPort: 9376}}]}}
)",
                          app, count, kAgnhost));
  std::set<std::string> names;
  const std::string selected = "/api/v1/namespaces/default/pods?labelSelector=name%3D" + app;
  REQUIRE(world.wait_for([&] {
    const doc::Value pods = world.get(selected);
    return pods["items"].size() == static_cast<std::size_t>(count);
  }));
  const doc::Value pods = world.get(selected);
  for (const doc::Value& pod : pods["items"].items()) {
    names.insert(text_at(pod, {"metadata", "name"}));
  }
  world.wait_ready({names.begin(), names.end()});
  return names;
}

void start_client(World& world) {
  world.start_agnhost("execpod", "{}", "[pause]");
  world.wait_ready({"execpod"});
}

std::vector<std::string> node_addresses(World& world) {
  std::vector<std::string> addresses;
  const doc::Value nodes = world.get("/api/v1/nodes");
  for (const doc::Value& node : nodes["items"].items()) {
    for (const doc::Value& address : node["status"]["addresses"].items()) {
      const std::string type = address["type"].to_string();
      if (type == "InternalIP" || type == "ExternalIP") {
        addresses.push_back(address["address"].to_string());
      }
    }
  }
  return addresses;
}

std::int64_t node_port(const doc::Value& service) {
  return service["spec"]["ports"].at(0)["nodePort"].as_int();
}

}  // namespace rockpool::conformance
