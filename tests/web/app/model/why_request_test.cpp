// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/why_request.h"

#include <doctest/doctest.h>

namespace rockpool::app {
namespace {

struct Pool {
  Pool() {
    world.nodes.put("node-1", {.name = "node-1", .ip = "192.168.49.3"});
    add_pod("default", "client", Health::Ready);
    add_pod("default", "web-1", Health::Ready);
    add_pod("default", "lost", Health::Waiting);
    add_pod("kube-system", "coredns-1", Health::Ready);
    add_service("default", "web", "NodePort", "10.96.41.7", "80:30080/TCP");
    add_service("shop", "db", "ClusterIP", "10.96.41.8", "5432/TCP");
    add_service("default", "kubernetes", "ClusterIP", "10.96.0.1", "443/TCP");
    world.services.get(world.services.find("default/web"))->ready = {
        world.pods.find("default/web-1")};
  }
  void add_pod(const char* ns, const char* name, Health health) {
    PodItem pod{.ns = ns, .name = name, .health = health};
    if (health == Health::Ready) pod.ip = "10.244.0.9";
    world.pods.put(key_of_object(ns, name), std::move(pod));
  }
  void add_service(const char* ns, const char* name, const char* type, const char* ip,
                   const char* ports) {
    world.services.put(key_of_object(ns, name),
                       {.ns = ns, .name = name, .type = type, .cluster_ip = ip, .ports = ports});
  }
  void add_request(const char* from, const char* url, bool ok, const char* service) {
    RequestSeen request;
    request.from = from;
    request.url = url;
    request.ok = ok;
    request.service_key = service;
    traffic.add(std::move(request));
  }
  WhyRequest likely(const char* kind, const char* ns, const char* name) {
    return likely_request(world, traffic, {kind, ns, name});
  }

  World world;
  Traffic traffic;
};

TEST_CASE(
    "a Service is reached by its name from Pods, by address from nodes, by port from outside") {
  const Pool pool;
  const ServiceItem& web = *pool.world.services.get("default/web");
  const ServiceItem& db = *pool.world.services.get("shop/db");
  CHECK(url_of_service(pool.world, web, "pod/default/client") == "http://web/");
  CHECK(url_of_service(pool.world, db, "pod/default/client") == "http://db.shop:5432/");
  CHECK(url_of_service(pool.world, web, "node/node-1") == "http://10.96.41.7/");
  CHECK(url_of_service(pool.world, web, "external") == "http://node-1:30080/");
  CHECK(url_of_service(pool.world, db, "external") == "");
}

TEST_CASE("who may ask, and for what: one's own first") {
  const Pool pool;
  CHECK(request_clients(pool.world) ==
        std::vector<std::string>{"pod/default/client", "pod/default/web-1",
                                 "pod/kube-system/coredns-1", "node/node-1", "external"});
  CHECK(request_urls(pool.world, "pod/default/client") ==
        std::vector<std::string>{"http://web/", "http://db.shop:5432/", "http://kubernetes:443/"});
  CHECK(request_urls(pool.world, "external") == std::vector<std::string>{"http://node-1:30080/"});
}

TEST_CASE("without any request, one that could be made is the likely one") {
  Pool pool;
  CHECK(pool.likely("Service", "default", "web") ==
        WhyRequest{"pod/default/client", "http://web/"});
  CHECK(pool.likely("Pod", "default", "web-1") == WhyRequest{"pod/default/web-1", "http://web/"});
  CHECK(pool.likely("Node", "", "node-1") == WhyRequest{"node/node-1", "http://10.96.41.7/"});
  CHECK(pool.likely("Outside", "", "") == WhyRequest{"external", "http://node-1:30080/"});
}

TEST_CASE("the last request that failed is the likely one, else the last") {
  Pool pool;
  pool.add_request("pod/default/client", "http://web/", true, "default/web");
  pool.add_request("external", "http://node-1:30080/", true, "default/web");
  CHECK(pool.likely("Service", "default", "web") == WhyRequest{"external", "http://node-1:30080/"});
  pool.add_request("pod/default/client", "http://web:81/", false, "default/web");
  pool.add_request("pod/default/client", "http://web/", true, "default/web");
  CHECK(pool.likely("Service", "default", "web") ==
        WhyRequest{"pod/default/client", "http://web:81/"});
  CHECK(pool.likely("Pod", "default", "client") ==
        WhyRequest{"pod/default/client", "http://web:81/"});
}

}  // namespace
}  // namespace rockpool::app
