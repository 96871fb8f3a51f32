// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/cluster.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/api/object.h"
#include "core/doc/json.h"

namespace rockpool {
namespace {

using namespace std::chrono_literals;
using namespace doc::literals;

constexpr std::string_view kWeb = R"(
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.k8s.io/e2e-test-images/agnhost:2.53
        args: [netexec, --http-port=8080]
        ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
---
apiVersion: v1
kind: Pod
metadata:
  name: client
spec:
  containers:
  - {name: client, image: registry.k8s.io/pause:3.10}
)";

std::vector<const doc::Value*> pods_of(Cluster& cluster, std::string_view app) {
  std::vector<const doc::Value*> pods;
  for (const auto& [key, pod] : cluster.informers().of(api::ResourceId::pods).objects()) {
    if (key.namespace_ == "default" && api::label(pod, "app") == app) pods.push_back(&pod);
  }
  return pods;
}

net::FetchResult fetch(Cluster& cluster, std::string url, std::string from) {
  FetchOptions options;
  options.url = std::move(url);
  options.from = std::move(from);
  auto result = cluster.fetch(options);
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().message));
  return std::move(*result);
}

std::string body(const net::FetchResult& result) {
  return result.ok() ? result.outcome->body
                     : "failed: " + net::curl_message(result.outcome.error());
}

TEST_CASE(
    "what is applied runs, and its Service reaches every Pod by name, address and node port") {
  Cluster cluster;
  const auto applied = cluster.apply(kWeb);
  REQUIRE_MESSAGE(applied.has_value(), (applied ? "" : applied.error().status.message));
  CHECK(applied->size() == 3);
  CHECK(applied->front().resource_name == "deployment.apps/web");
  CHECK(applied->front().result == "created");
  cluster.run_for(30s);

  std::set<std::string> names;
  for (const doc::Value* pod : pods_of(cluster, "web")) {
    CHECK((*pod)["status"_key]["phase"_key].as_string() == "Running");
    CHECK(api::is_condition_true(*pod, "Ready"));
    names.emplace(api::name(*pod));
  }
  REQUIRE(names.size() == 3);
  for (const auto& [url, from] : {std::pair{"http://web/hostname", "pod/default/client"},
                                  std::pair{"http://node-2:30080/hostname", "external"}}) {
    std::set<std::string> answers;
    for (int count = 0; count < 6; ++count) answers.insert(body(fetch(cluster, url, from)));
    CHECK(answers == names);
  }
  CHECK(cluster.apply(kWeb)->front().result == "unchanged");
}

TEST_CASE("a killed Pod is replaced, and its Service goes on without it") {
  Cluster cluster;
  REQUIRE(cluster.apply(kWeb));
  cluster.run_for(30s);
  const std::string victim{api::name(*pods_of(cluster, "web").front())};
  REQUIRE(cluster.fault({.kind = cluster::FaultKind::kill_now,
                         .target = "default/" + victim,
                         .container = {},
                         .peer = {}}));
  cluster.run_for(30s);
  const auto pods = pods_of(cluster, "web");
  CHECK(pods.size() == 3);
  for (const doc::Value* pod : pods) {
    CHECK(api::name(*pod) != victim);
    CHECK(api::is_condition_true(*pod, "Ready"));
  }
  for (int count = 0; count < 6; ++count) {
    const std::string answer = body(fetch(cluster, "http://web/hostname", "pod/default/client"));
    CHECK(std::ranges::any_of(pods,
                              [&](const doc::Value* pod) { return api::name(*pod) == answer; }));
  }
}

TEST_CASE("a snapshot comes back to the same moment and goes on the same way") {
  ClusterOptions options;
  options.seed = 42;
  Cluster cluster{options};
  REQUIRE(cluster.apply(kWeb));
  cluster.run_for(10s);
  fetch(cluster, "http://web/", "node/node-1");
  REQUIRE(cluster.fault(
      {.kind = cluster::FaultKind::stop, .target = "node-2", .container = {}, .peer = {}}));
  cluster.run_for(1min);
  REQUIRE(cluster.set_proxy_mode(net::proxy::ModeKind::ipvs, net::proxy::IpvsScheduler::lc));
  fetch(cluster, "http://web/", "node/node-1");
  const auto restored = Cluster::restore(cluster.snapshot());
  REQUIRE_MESSAGE(restored.has_value(), (restored ? "" : restored.error().message));
  CHECK((*restored)->digest() == cluster.digest());
  CHECK((*restored)->proxy_mode() == net::proxy::ModeKind::ipvs);
  cluster.run_for(10min);
  (*restored)->run_for(10min);
  CHECK((*restored)->digest() == cluster.digest());
}

TEST_CASE("a cluster that is not recorded does the same, and has no snapshot") {
  const auto digest = [](bool is_recorded) {
    Cluster cluster;
    if (!is_recorded) cluster.stop_recording();
    CHECK(cluster.apply(kWeb));
    cluster.run_for(10s);
    fetch(cluster, "http://web/", "node/node-1");
    CHECK(cluster.input_count() == 2);
    CHECK(cluster.snapshot().empty() != is_recorded);
    return cluster.digest();
  };
  CHECK(digest(true) == digest(false));
}

TEST_CASE("other seeds give other histories") {
  const auto digest = [](std::uint64_t seed) {
    ClusterOptions options;
    options.seed = seed;
    Cluster cluster{options};
    cluster.run_for(1min);
    return cluster.digest();
  };
  CHECK(digest(1) == digest(1));
  CHECK(digest(1) != digest(2));
}

TEST_CASE("a text with a mistake changes nothing and says where it is") {
  Cluster cluster;
  cluster.run_for(1min);
  const std::uint64_t before = cluster.digest();
  const auto applied = cluster.apply(
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fine\n---\n"
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: broken\nspec:\n  prots: []\n");
  REQUIRE_FALSE(applied.has_value());
  CHECK(applied.error().line == 11);
  CHECK(applied.error().status.message.find("unknown field \"spec.prots\"") != std::string::npos);
  CHECK(cluster.digest() == before);
}

}  // namespace
}  // namespace rockpool
