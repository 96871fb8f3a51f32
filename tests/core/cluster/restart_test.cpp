// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/cluster/cluster.h"
#include "core/doc/json.h"
#include "core/net/proxy.h"
#include "tests/core/conformance/world.h"

// What the faults that restart processes do.
namespace rockpool::conformance {
namespace {

using net::proxy::ModeKind;

constexpr ModeKind kKernelModes[] = {ModeKind::iptables, ModeKind::ipvs, ModeKind::nftables};
const std::string kRestartApi = R"({"restart":"component/kube-apiserver"})";
const std::string kServices = "/api/v1/namespaces/default/services";

// Two servers on other nodes than the client's, node-3.
std::string start(World& world, const std::string& fields = "") {
  for (const char* node : {"node-1", "node-2"}) {
    world.start_agnhost(std::string{"web-"} + node, "{app: web}", "[netexec, --http-port=80]", "[]",
                        std::string{"{nodeName: "} + node + "}");
  }
  world.start_agnhost("client", "{}", "[pause]", "[]", "{nodeName: node-3}");
  world.wait_ready({"web-node-1", "web-node-2", "client"});
  const doc::Value service = world.create(
      kServices,
      "{metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]" + fields + "}}");
  const std::string url = "http://" + text_at(service, {"spec", "clusterIP"});
  REQUIRE(
      world.wait_for([&] { return world.fetch(url + "/hostname", "client").starts_with("web"); }));
  return url;
}

// A fault in its document form.
api::Result<void> inject(World& world, const std::string& document) {
  const auto fault = cluster::Fault::parse(doc::parse_json(document).value());
  if (!fault) return std::unexpected{fault.error()};
  return world.cluster().fault(*fault);
}

void restart_proxy(World& world, std::string_view down) {
  REQUIRE(inject(world, fmt::format(R"({{"restart":"proxy/node-3","delay":"{}"}})", down)));
}

TEST_CASE("a kernel goes on by the rules and affinities that it has while its proxy is gone") {
  for (const ModeKind mode : kKernelModes) {
    CAPTURE(net::proxy::mode_kind_name(mode));
    World world{{.proxy_mode = mode}};
    const std::string url = start(world, ", sessionAffinity: ClientIP");
    const std::string chosen = world.fetch(url + "/hostname", "client");
    restart_proxy(world, "30s");
    CHECK(world.fetch_all(url + "/hostname", "client", 5) == std::set<std::string>{chosen});
    // What goes meanwhile is still in the rules.
    world.must("DELETE", "/api/v1/namespaces/default/pods/" + chosen + "?gracePeriodSeconds=0");
    world.cluster().run_for(10s);
    CHECK(world.fetch(url + "/hostname", "client").starts_with("failed: "));
    world.cluster().run_for(25s);
    CHECK(world.fetch(url + "/hostname", "client").starts_with("web-"));
  }
}

TEST_CASE("in userspace mode connections break with the process, and it forgets its clients") {
  World world{{.proxy_mode = ModeKind::userspace}};
  const std::string url = start(world, ", sessionAffinity: ClientIP");
  std::string outcome = "none";
  FetchOptions slow;
  slow.url = url + "/shell?cmd=sleep%208";
  slow.from = "pod/default/client";
  REQUIRE(world.cluster().start_fetch(slow, [&](const net::FetchResult& result) {
    outcome =
        result.ok() ? "answered" : std::string{net::failure_kind_name(result.outcome.error().kind)};
  }));
  world.cluster().run_for(1s);
  const net::Node* node = world.cluster().network().find_node("node-3");
  REQUIRE(node != nullptr);
  CHECK(world.cluster().proxy().affinities(*node).size() == 1);
  restart_proxy(world, "5s");
  world.cluster().run_for(100ms);
  CHECK(outcome == "connection_closed");
  CHECK(world.fetch(url + "/hostname", "client") == "failed: connection_refused");
  // Another node's process is not concerned.
  CHECK(world.fetch(url + "/hostname", "node/node-1").starts_with("web-"));
  CHECK(world.cluster().proxy().affinities(*node).empty());
  world.cluster().run_for(5s);
  CHECK(world.fetch(url + "/hostname", "client").starts_with("web-"));
}

TEST_CASE("a proxy that does not run answers no load balancer") {
  World world{{.proxy_mode = ModeKind::iptables}};
  start(world);
  const std::string address =
      world.cluster().network().find_node("node-3")->host().address().to_string();
  const std::string healthz = "http://" + address + ":10256/healthz";
  CHECK(world.fetch(healthz, "external").find("nodeEligible") != std::string::npos);
  restart_proxy(world, "5s");
  CHECK(world.fetch(healthz, "external") == "failed: connection_refused");
  world.cluster().run_for(6s);
  CHECK(world.fetch(healthz, "external").find("nodeEligible") != std::string::npos);
}

TEST_CASE("what makes no sense is refused while a process is gone") {
  World world;
  const auto message = [&](const std::string& fault) {
    const auto done = inject(world, fault);
    return done ? std::string{} : done.error().message;
  };
  restart_proxy(world, "5s");
  CHECK(message(R"({"restart":"proxy/node-3"})") ==
        "fault: the proxy of node-3 is being restarted already");
  CHECK(message(R"({"freeze":"proxy/node-3"})") == "fault: the proxy of node-3 does not run");
  CHECK(message(R"({"restart":"proxy/node-9"})").find("not found") != std::string::npos);
  REQUIRE(inject(world, kRestartApi));
  CHECK(message(kRestartApi) == "fault: the API server is being restarted already");
  CHECK(message(R"({"kill":"pod/default/web"})") == "fault: the API server does not run");
  CHECK_FALSE(world.cluster().apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"));
  world.cluster().run_for(6s);
  CHECK(message(R"({"freeze":"proxy/node-3"})").empty());
  CHECK(world.cluster().apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"));
}

TEST_CASE("while the API server is gone watches end, Pods go on, and afterwards all is caught up") {
  World world;
  world.apply(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'nginx:1.27'}]}
)");
  const std::string deployment = "/apis/apps/v1/namespaces/default/deployments/web";
  const auto ready = [&] { return world.get(deployment)["status"]["readyReplicas"].as_int(); };
  REQUIRE(world.wait_for([&] { return ready() == 2; }));
  const auto watch = world.cluster().request(
      apiserver::make_request("GET", "/api/v1/namespaces/default/pods?watch=true"));
  REQUIRE(watch.watch);
  bool ended = false;
  watch.watch->on_event([](const apiserver::WatchEvent&) {});
  watch.watch->on_close([&] { ended = true; });
  const std::string pod =
      text_at(world.get("/api/v1/namespaces/default/pods")["items"].at(0), {"metadata", "name"});
  REQUIRE(inject(world, R"({"restart":"component/kube-apiserver","delay":"30s"})"));
  CHECK(ended);
  const Answer refused = world.request("GET", deployment);
  CHECK(refused.status == 503);
  CHECK(text_at(refused.body, {"reason"}) == "ServiceUnavailable");
  // Its kubelet starts it again, and tells of it later.
  REQUIRE(inject(world, R"({"crash":"pod/default/)" + pod + R"("})"));
  world.cluster().run_for(20s);
  CHECK(world.request("GET", deployment).status == 503);
  world.cluster().run_for(11s);
  CHECK(world.wait_for([&] {
    return world.get("/api/v1/namespaces/default/pods/" + pod)["status"]["containerStatuses"]
               .at(0)["restartCount"]
               .as_int() == 1;
  }));
  world.patch(deployment, "{spec: {replicas: 4}}");
  CHECK(world.wait_for([&] { return ready() == 4; }));
  const doc::Value nodes = world.get("/api/v1/nodes");
  CHECK(nodes["items"].size() == 3);
  for (const doc::Value& node : nodes["items"].items()) {
    CHECK(api::is_condition_true(node, "Ready"));
    CHECK(node["spec"]["taints"].size() == 0);
  }
}

TEST_CASE("a history with restarts replays to the same moment") {
  World world;
  start(world);
  restart_proxy(world, "3s");
  REQUIRE(inject(world, kRestartApi));
  REQUIRE(inject(world, R"({"fill":"node/node-1","storage":"95Gi"})"));
  world.cluster().run_for(1s);
  const auto restored = Cluster::restore(world.cluster().snapshot());
  REQUIRE(restored.has_value());
  world.cluster().run_for(60s);
  (*restored)->run_for(60s);
  CHECK((*restored)->digest() == world.cluster().digest());
}

}  // namespace
}  // namespace rockpool::conformance
