// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "core/apiserver/pod_streams.h"
#include "tests/core/apiserver/fixture.h"

namespace rockpool::apiserver {
namespace {

struct RecordingTransport : ProxyTransport {
  std::shared_ptr<PendingResponse> send(const ProxyTarget& target,
                                        const Request& request) override {
    asked = target;
    method = request.method;
    pending = std::make_shared<PendingResponse>();
    return pending;
  }
  std::optional<ProxyTarget> asked;
  std::string method;
  std::shared_ptr<PendingResponse> pending;
};

// A Pod with an address and a Service with two endpoints.
void furnish(Cluster& cluster) {
  cluster.expect(201, "POST", kPods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n",
      "containers":[{"name":"a","image":"x","ports":[{"containerPort":8080}]}]}})");
  cluster.expect(201, "POST", kPods, pod_manifest("fresh"));
  Value pod = *cluster.server.get(api::ResourceId::pods, "default", "p");
  pod.edit("status").set("podIP", "10.244.1.5");
  REQUIRE(cluster.server.update_status(api::ResourceId::pods, pod).has_value());
  cluster.expect(201, "POST", kServices, R"({"metadata":{"name":"s"},"spec":{"ports":[
      {"name":"http","port":80},{"name":"admin","port":81}]}})");
  cluster.expect(201, "POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
                 R"({"metadata":{"name":"s-1","labels":{"kubernetes.io/service-name":"s"}},
      "addressType":"IPv4","ports":[{"name":"http","port":8080}],"endpoints":[
      {"addresses":["10.244.1.5"]},{"addresses":["10.244.2.5"]},
      {"addresses":["10.244.3.5"],"conditions":{"ready":false}}]})");
}

TEST_CASE("a proxied request goes to the place that its path names") {
  Cluster cluster;
  RecordingTransport transport;
  cluster.server.set_proxy_transport(&transport);
  furnish(cluster);
  const std::string pods{kPods};
  const Response response = cluster.send("POST", pods + "/p/proxy/a%20b/?x=1&y=%26", "body");
  REQUIRE(response.pending);
  CHECK(transport.method == "POST");
  CHECK(transport.asked->scheme == "http");
  CHECK(transport.asked->addresses == std::vector<std::string>{"10.244.1.5"});
  CHECK(transport.asked->port == 8080);
  CHECK(transport.asked->target == "/a%20b/?x=1&y=%26");
  std::optional<Response> answer;
  response.pending->on_ready([&](Response ready) { answer = std::move(ready); });
  CHECK_FALSE(answer);
  Response tea;
  tea.status = 418;
  transport.pending->set(std::move(tea));
  REQUIRE(answer);
  CHECK(answer->status == 418);
  cluster.send("GET", pods + "/https:p:9443/proxy/");
  CHECK(transport.asked->scheme == "https");
  CHECK(transport.asked->port == 9443);
  CHECK(transport.asked->target == "/");
  for (const char* place : {"s:http", "s:80", "http:s:http"}) {
    cluster.send("GET", std::string{kServices} + "/" + place + "/proxy/hostname");
    CHECK(transport.asked->addresses == std::vector<std::string>{"10.244.1.5", "10.244.2.5"});
    CHECK(transport.asked->port == 8080);
    CHECK(transport.asked->target == "/hostname");
  }
}

TEST_CASE("a path that ends with proxy leads to the one with a slash") {
  Cluster cluster;
  furnish(cluster);
  const Response response = cluster.send("GET", std::string{kPods} + "/p/proxy?a=b");
  CHECK(response.status == 301);
  CHECK(response.headers.get("Location") == "/api/v1/namespaces/default/pods/p/proxy/?a=b");
}

TEST_CASE("a place that cannot be reached is refused in upstream's words") {
  Cluster cluster;
  RecordingTransport transport;
  cluster.server.set_proxy_transport(&transport);
  furnish(cluster);
  const std::string pods{kPods};
  const std::string services{kServices};
  CHECK(cluster.refusal(404, "GET", pods + "/q/proxy/") == "pods \"q\" not found");
  CHECK(cluster.refusal(400, "GET", pods + "/fresh/proxy/") == "address not allowed");
  CHECK(cluster.refusal(400, "GET", pods + "/ftp:p:1/proxy/") == "invalid pod request \"ftp:p:1\"");
  CHECK(cluster.refusal(503, "GET", services + "/s:82/proxy/") ==
        "no service port 82 found for service \"s\"");
  CHECK(cluster.refusal(503, "GET", services + "/s:81/proxy/") ==
        "no endpoints available for service \"s\"");
  CHECK(cluster.refusal(503, "GET", services + "/s/proxy/") ==
        "no endpoints available for service \"s\"");
  CHECK_FALSE(transport.asked);
}

}  // namespace
}  // namespace rockpool::apiserver
