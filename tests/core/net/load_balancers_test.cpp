// SPDX-License-Identifier: Apache-2.0
#include "core/net/load_balancers.h"

#include <doctest/doctest.h>

#include <set>

#include "core/net/proxy.h"
#include "tests/core/net/objects.h"
#include "tests/core/net/world.h"

namespace rockpool::net {
namespace {

using testing::EndpointSpec;
using testing::failure_of;
using testing::make_service;
using testing::make_slice;
using testing::NamedServer;
using testing::World;
using namespace std::chrono_literals;

using Names = std::vector<std::string>;

constexpr const char* kBalanced = "http://198.51.100.2/";
const IpAddress kAddress = IpAddress::v4(198, 51, 100, 2);

// A Service with a load balancer at 198.51.100.2, and one Pod on each node.
struct Cloud : World {
  explicit Cloud(const char* policy = "Cluster") : proxy{network, sim::Random{7}} {
    for (Node* node : {one, two}) {
      nodes.push_back(doc::Value{});
      nodes.back().edit("metadata").set("name", doc::Value{node->name()});
      balancers.on_node(nullptr, &nodes.back());
      const std::string name = "web-" + node->name();
      pods.push_back(add_pod(*node, name, 10));
      servers.push_back(std::make_unique<NamedServer>(name));
      listeners.push_back(pods.back()->listen(8080, *servers.back()).value());
      EndpointSpec endpoint{pods.back()->address().to_string(), name};
      endpoint.node = node->name();
      endpoints.push_back(endpoint);
    }
    service = make_service("web", "10.96.0.20", {{"http", 80, 30080}});
    service.edit("spec").set("externalTrafficPolicy", doc::Value{policy});
    if (std::string_view{policy} == "Local") {
      service.edit("spec").set("healthCheckNodePort", doc::Value{32000});
    }
    service.edit("status")
        .edit("loadBalancer")
        .edit("ingress")
        .push_back(doc::Value::map({{"ip", kAddress.to_string()}, {"ipMode", "VIP"}}));
    proxy.on_service(nullptr, &service);
    balancers.on_service(nullptr, &service);
    set_endpoints(endpoints);
    loop.run_for(5s);
  }

  void set_endpoints(const std::vector<EndpointSpec>& wanted) {
    const doc::Value before = slice;
    slice = make_slice("web", {{"http", 8080}}, wanted);
    proxy.on_endpoint_slice(before.is_null() ? nullptr : &before, &slice);
  }
  Names healthy() const { return balancers.healthy_nodes(kAddress); }
  std::set<std::string> answers(int requests) {
    std::set<std::string> found;
    for (int i = 0; i < requests; ++i) {
      const FetchResult result = fetch(outside, kBalanced);
      found.insert(result.ok() ? result.outcome->body
                               : std::string{failure_kind_name(failure_of(result))});
    }
    return found;
  }

  ServiceProxy proxy;
  LoadBalancers balancers{network};
  std::vector<doc::Value> nodes;
  std::vector<Ref<Host>> pods;
  std::vector<std::unique_ptr<NamedServer>> servers;
  std::vector<Listener> listeners;
  std::vector<EndpointSpec> endpoints;
  doc::Value service;
  doc::Value slice;
};

TEST_CASE("the outside reaches the Service through all healthy nodes") {
  Cloud cloud;
  CHECK(cloud.healthy() == Names{"node-1", "node-2"});
  CHECK(cloud.answers(10) == std::set<std::string>{"web-node-1", "web-node-2"});
  std::set<IpAddress> proxies;
  for (int i = 0; i < 10; ++i) {
    cloud.fetch(cloud.outside, kBalanced);
    proxies.insert(cloud.servers[0]->last_peer.ip);
  }
  CHECK(proxies.contains(cloud.one->host().address()));
  CHECK(proxies.contains(cloud.two->host().address()));
}

TEST_CASE("a node that is down is left out after a few questions, and taken in again") {
  Cloud cloud;
  cloud.network.set_node_up(*cloud.two, false);
  cloud.loop.run_for(10s);
  CHECK(cloud.healthy() == Names{"node-1"});
  cloud.set_endpoints({cloud.endpoints[0]});
  cloud.loop.run_for(1s);
  CHECK(cloud.answers(10) == std::set<std::string>{"web-node-1"});
  cloud.network.set_node_up(*cloud.two, true);
  cloud.loop.run_for(5s);
  CHECK(cloud.healthy() == Names{"node-1", "node-2"});
}

TEST_CASE("under the policy Local only nodes with endpoints get traffic") {
  Cloud cloud{"Local"};
  CHECK(cloud.healthy() == Names{"node-1", "node-2"});
  const FetchResult health = cloud.fetch(cloud.outside, "http://192.168.0.1:32000/healthz");
  REQUIRE(health.ok());
  CHECK(health.outcome->status == 200);
  CHECK(health.outcome->headers.get("X-Load-Balancing-Endpoint-Weight") == "1");
  CHECK(health.outcome->body ==
        "{\n\t\"service\": {\n\t\t\"namespace\": \"default\",\n\t\t\"name\": \"web\"\n\t},\n"
        "\t\"localEndpoints\": 1,\n\t\"serviceProxyHealthy\": true\n}");
  // A terminating endpoint still serves, but its node asks for nothing new.
  cloud.endpoints[1].ready = false;
  cloud.endpoints[1].terminating = true;
  cloud.set_endpoints(cloud.endpoints);
  cloud.loop.run_for(1s);
  CHECK(cloud.fetch(cloud.outside, "http://192.168.0.2:32000/").outcome->status == 503);
  cloud.loop.run_for(10s);
  CHECK(cloud.healthy() == Names{"node-1"});
  CHECK(cloud.answers(10) == std::set<std::string>{"web-node-1"});
}

TEST_CASE("without a healthy node, and without the Service, there is silence") {
  Cloud cloud{"Local"};
  cloud.set_endpoints({});
  cloud.loop.run_for(10s);
  CHECK(cloud.healthy().empty());
  CHECK(cloud.answers(1) == std::set<std::string>{"connection_timed_out"});
  cloud.set_endpoints(cloud.endpoints);
  cloud.loop.run_for(10s);
  CHECK(cloud.answers(4) == std::set<std::string>{"web-node-1", "web-node-2"});
  cloud.balancers.on_service(&cloud.service, nullptr);
  cloud.proxy.on_service(&cloud.service, nullptr);
  cloud.loop.run_for(1s);
  CHECK(cloud.answers(1) == std::set<std::string>{"connection_timed_out"});
  CHECK(failure_of(cloud.fetch(cloud.outside, "http://192.168.0.1:32000/")) ==
        FailureKind::connection_refused);
}

TEST_CASE("a node is asked in the family in which packets would be sent to it") {
  const IpAddress second = *IpAddress::parse("2001:db8:198:51::2");
  Cloud cloud;
  const doc::Value before = cloud.service;
  cloud.service.edit("status")
      .edit("loadBalancer")
      .edit("ingress")
      .push_back(doc::Value::map({{"ip", second.to_string()}, {"ipMode", "VIP"}}));
  cloud.balancers.on_service(&before, &cloud.service);
  cloud.loop.run_for(5s);
  // The nodes have addresses of IPv4 alone.
  CHECK(cloud.healthy() == Names{"node-1", "node-2"});
  CHECK(cloud.balancers.healthy_nodes(second).empty());
  Node* const both = cloud.network.add_node(
      "node-3", {IpAddress::v4(192, 168, 0, 3), *IpAddress::parse("fd00:192:168::3")});
  doc::Value object;
  object.edit("metadata").set("name", doc::Value{both->name()});
  cloud.balancers.on_node(nullptr, &object);
  cloud.loop.run_for(5s);
  CHECK(cloud.healthy() == Names{"node-1", "node-2", "node-3"});
  CHECK(cloud.balancers.healthy_nodes(second) == Names{"node-3"});
  // Without its second address a load balancer no longer asks for it.
  const doc::Value with_both = cloud.service;
  cloud.balancers.on_service(&with_both, &before);
  cloud.loop.run_for(5s);
  CHECK(cloud.healthy() == Names{"node-1", "node-2", "node-3"});
  CHECK(cloud.balancers.healthy_nodes(second).empty());
}

TEST_CASE("nodes may be excluded by a label") {
  Cloud cloud;
  doc::Value excluded = cloud.nodes[0];
  excluded.edit("metadata")
      .edit("labels")
      .set("node.kubernetes.io/exclude-from-external-load-balancers", doc::Value{""});
  cloud.balancers.on_node(&cloud.nodes[0], &excluded);
  CHECK(cloud.healthy() == Names{"node-2"});
  cloud.balancers.on_node(&excluded, &cloud.nodes[0]);
  cloud.loop.run_for(3s);
  CHECK(cloud.healthy() == Names{"node-1", "node-2"});
}

TEST_CASE("a proxy says that it is healthy") {
  World world;
  ServiceProxy proxy{world.network, sim::Random{7}};
  const FetchResult result = world.fetch(world.outside, "http://192.168.0.1:10256/healthz");
  REQUIRE(result.ok());
  CHECK(result.outcome->status == 200);
  CHECK(result.outcome->body.find("\"nodeEligible\": true") != std::string::npos);
}

}  // namespace
}  // namespace rockpool::net
