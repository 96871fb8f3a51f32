// SPDX-License-Identifier: Apache-2.0
// What Pods in their node's network know about names: their dnsPolicy says so, not the node.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/cluster.h"
#include "core/cluster/why/why.h"

namespace rockpool {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kWeb = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers: [{name: c, image: nginx:1.27}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
)";

struct HostNetwork {
  HostNetwork() {
    cluster.run_for(30s);
    REQUIRE(cluster.apply(kWeb));
    cluster.run_for(30s);
  }
  // Starts a Pod on the node's network that runs a script, and waits.
  void run(std::string_view name, std::string_view fields, std::string_view script) {
    const std::string text = fmt::format(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {}}}, spec: {{hostNetwork: true, "
        "hostAliases: [{{ip: 10.1.2.3, hostnames: [alias]}}], {}, containers: [{{name: c, image: "
        "'busybox:1.36', command: [sh, -c, \"{}; sleep 3600\"]}}]}}}}",
        name, fields, script);
    REQUIRE(cluster.apply(text));
    cluster.run_for(60s);
  }
  std::string log(std::string_view name) {
    const apiserver::Response response = cluster.request(apiserver::make_request(
        "GET", fmt::format("/api/v1/namespaces/default/pods/{}/log", name), "", ""));
    REQUIRE(response.status == 200);
    return response.body;
  }
  static FetchOptions request(const std::string& pod, const std::string& url) {
    FetchOptions options;
    options.url = url;
    options.from = "pod/default/" + pod;
    options.timeout = 30s;
    return options;
  }
  cluster::Cause why(const std::string& pod, const std::string& url) {
    const auto explanation = cluster.explain(request(pod, url));
    REQUIRE(explanation);
    return explanation->cause;
  }
  int status(const std::string& pod, const std::string& url) {
    const auto result = cluster.fetch(request(pod, url));
    REQUIRE(result);
    return result->ok() ? result->outcome->status : 0;
  }

  Cluster cluster;
};

TEST_CASE("ClusterFirstWithHostNet asks the cluster's DNS from the node's network") {
  HostNetwork world;
  world.run("on-host", "dnsPolicy: ClusterFirstWithHostNet",
            "cat /etc/resolv.conf; wget -qO- http://web | head -n 4 | tail -n 1; "
            "tail -n 1 /etc/hosts");
  CHECK(world.log("on-host") ==
        "search default.svc.cluster.local svc.cluster.local cluster.local\n"
        "nameserver 10.96.0.10\n"
        "options ndots:5\n"
        "<title>Welcome to nginx!</title>\n"
        "10.1.2.3\talias\n");
  CHECK(world.status("on-host", "http://web/") == 200);
  CHECK(world.why("on-host", "http://web/") == cluster::Cause::none);
  CHECK(world.why("on-host", "http://wev/") == cluster::Cause::name_not_found);
}

TEST_CASE("other policies on the node's network ask the node's name server") {
  HostNetwork world;
  world.run("plain", "dnsPolicy: ClusterFirst",
            "cat /etc/resolv.conf; wget -qO- http://web; wget -qO- http://example.com >/dev/null "
            "&& echo outside");
  CHECK(world.log("plain") == "nameserver 192.168.49.1\nwget: bad address 'web'\noutside\n");
  CHECK(world.status("plain", "http://web/") == 0);
  CHECK(world.why("plain", "http://web/") == cluster::Cause::name_not_found);
}

TEST_CASE("dnsPolicy None on the node's network takes what dnsConfig says") {
  HostNetwork world;
  world.run("none",
            "dnsPolicy: None, dnsConfig: {nameservers: [10.96.0.10], searches: "
            "[svc.cluster.local]}",
            "wget -qO- http://web.default >/dev/null && echo found");
  CHECK(world.log("none") == "found\n");
  CHECK(world.status("none", "http://web.default/") == 200);
}

TEST_CASE("two Pods of one node's network keep names apart") {
  HostNetwork world;
  world.run("inside", "nodeName: node-1, dnsPolicy: ClusterFirstWithHostNet", "true");
  world.run("outside", "nodeName: node-1, dnsPolicy: Default", "true");
  CHECK(world.status("inside", "http://web/") == 200);
  CHECK(world.status("outside", "http://web/") == 0);
  std::optional<LookupResult> found;
  REQUIRE(world.cluster.start_lookup("pod/default/inside", "web",
                                     [&](const LookupResult& result) { found = result; }));
  world.cluster.run_for(5s);
  REQUIRE(found);
  CHECK(found->has_value());
}

}  // namespace
}  // namespace rockpool
