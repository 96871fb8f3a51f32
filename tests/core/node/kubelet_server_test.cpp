// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "core/doc/json.h"
#include "tests/core/conformance/world.h"

// What kubelets answer by way of nodes/…/proxy.
namespace rockpool::conformance {
namespace {

apiserver::Response ask(World& world, const std::string& target, std::string_view method = "GET") {
  return world.cluster().request_and_wait(
      apiserver::make_request(method, "/api/v1/nodes/" + target));
}

doc::Value ask_json(World& world, const std::string& target) {
  const apiserver::Response response = ask(world, target);
  REQUIRE(response.status == 200);
  CHECK(response.headers.get("Content-Type") == "application/json");
  return doc::parse_json(response.body).value();
}

void start_web(World& world) {
  world.apply(R"(
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: node-1
  containers:
  - {name: web, image: 'busybox:1.36', command: [sh, -c, 'echo hello; echo world; sleep 10000']}
)");
  world.wait_ready({"web"});
}

TEST_CASE("a node's log folder holds its kubelet's log and those of its containers") {
  World world;
  start_web(world);
  const std::string uid =
      text_at(world.get("/api/v1/namespaces/default/pods/web"), {"metadata", "uid"});
  const std::string logs = "node-1/proxy/logs/";
  CHECK(ask(world, logs + "pods/").body.find("<a href=\"default_web_" + uid + "/\">") !=
        std::string::npos);
  const apiserver::Response log = ask(world, logs + "pods/default_web_" + uid + "/web/0.log");
  CHECK(log.status == 200);
  CHECK(log.body.find("Z stdout F hello\n") != std::string::npos);
  CHECK(log.body.ends_with("Z stdout F world\n"));
  const std::string id =
      text_at(world.get("/api/v1/namespaces/default/pods/web")["status"]["containerStatuses"].at(0),
              {"containerID"})
          .substr(std::string_view{"containerd://"}.size());
  CHECK(ask(world, logs + "containers/web_default_web-" + id + ".log").body == log.body);
  // Only on its own node.
  CHECK(ask(world, "node-2/proxy/logs/pods/default_web_" + uid + "/web/0.log").status == 404);
  // A folder without its slash leads to the one with it.
  CHECK(ask(world, logs + "pods").headers.get("Location") == "pods/");
  CHECK(ask(world, logs + "syslog").body == "404 page not found\n");
}

TEST_CASE("a kubelet writes down which Pods come and go") {
  World world;
  start_web(world);
  world.must("DELETE", "/api/v1/namespaces/default/pods/web?gracePeriodSeconds=1");
  world.cluster().run_for(5s);
  const std::string log = ask(world, "node-1/proxy/logs/kubelet.log").body;
  const std::size_t starting = log.find("] \"Starting kubelet main sync loop\"\n");
  const std::size_t added = log.find("] \"SyncLoop ADD\" source=\"api\" pods=[\"default/web\"]\n");
  const std::size_t deleted =
      log.find("] \"SyncLoop DELETE\" source=\"api\" pods=[\"default/web\"]\n");
  const std::size_t removed =
      log.find("] \"SyncLoop REMOVE\" source=\"api\" pods=[\"default/web\"]\n");
  REQUIRE(removed != std::string::npos);
  CHECK(starting < added);
  CHECK(added < deleted);
  CHECK(deleted < removed);
  CHECK(log.starts_with("I0101 00:00:"));
  CHECK(ask(world, "node-2/proxy/logs/kubelet.log").body.find("default/web") == std::string::npos);
}

TEST_CASE("a kubelet tells how it is, what it runs and what that uses") {
  World world;
  start_web(world);
  world.exec("web", {"dd", "if=/dev/zero", "of=/data", "bs=1M", "count=3"});
  CHECK(ask(world, "node-1/proxy/healthz").body == "ok");
  const doc::Value pods = ask_json(world, "node-1/proxy/pods");
  CHECK(text_at(pods, {"kind"}) == "PodList");
  bool found = false;
  for (const doc::Value& pod : pods["items"].items()) {
    found |= text_at(pod, {"metadata", "name"}) == "web";
    CHECK(text_at(pod, {"spec", "nodeName"}) == "node-1");
  }
  CHECK(found);
  const doc::Value running = ask_json(world, "node-1/proxy/runningpods/");
  CHECK(running["items"].size() == pods["items"].size());
  world.cluster().run_for(20s);
  const doc::Value summary = ask_json(world, "node-1/proxy/stats/summary");
  CHECK(text_at(summary, {"node", "nodeName"}) == "node-1");
  CHECK(summary["node"]["memory"]["workingSetBytes"].as_int() > 0);
  CHECK(summary["node"]["fs"]["capacityBytes"].as_int() == std::int64_t{100} << 30);
  std::int64_t layer = 0;
  for (const doc::Value& pod : summary["pods"].items()) {
    if (text_at(pod, {"podRef", "name"}) != "web") continue;
    layer = pod["containers"].at(0)["rootfs"]["usedBytes"].as_int();
    CHECK(pod["ephemeral-storage"]["usedBytes"].as_int() > layer);
  }
  CHECK(layer == 3 << 20);
  const doc::Value configuration = ask_json(world, "node-1/proxy/configz");
  CHECK(text_at(configuration, {"kubeletconfig", "evictionHard", "nodefs.available"}) == "10%");
  CHECK(configuration["kubeletconfig"]["maxPods"].as_int() == 110);
  CHECK(ask(world, "node-1/proxy/metrics").body.find("kubelet_node_name{node=\"node-1\"} 1\n") !=
        std::string::npos);
  CHECK(ask(world, "node-1/proxy/containerLogs/default/web/web?tailLines=1").body == "world\n");
  CHECK(ask(world, "node-1/proxy/containerLogs/default/web/other").status == 400);
  CHECK(ask(world, "node-1/proxy/containerLogs/default/none/web").status == 404);
}

TEST_CASE("a kubelet refuses what it does not serve, and one that is away answers nothing") {
  World world;
  CHECK(ask(world, "node-1/proxy/nothing").body == "404: Page Not Found");
  CHECK(ask(world, "node-1/proxy/pods", "POST").body == "405: Method Not Allowed");
  CHECK(ask(world, "http:node-1:10250/proxy/pods").status == 400);
  CHECK(ask(world, "node-9/proxy/pods").status == 404);
  const auto stop = cluster::Fault::parse(doc::parse_json(R"({"stop":"node/node-1"})").value());
  REQUIRE(world.cluster().fault(stop.value()));
  const apiserver::Response away = ask(world, "node-1/proxy/pods");
  CHECK(away.status == 503);
  CHECK(away.body.find("error trying to reach service: dial tcp ") != std::string::npos);
}

}  // namespace
}  // namespace rockpool::conformance
