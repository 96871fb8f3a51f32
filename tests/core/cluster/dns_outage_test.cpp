// SPDX-License-Identifier: Apache-2.0
// The cluster's DNS Pods: without them names do not resolve, with them again they do; and what they
// say while endpoints change.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "core/cluster/cluster.h"
#include "core/net/dns/message.h"

namespace rockpool {
namespace {

using namespace std::chrono_literals;

struct DnsCluster {
  DnsCluster() { cluster.run_for(30s); }

  apiserver::Response request(std::string_view method, std::string_view path,
                              const std::string& body = {}) {
    const bool is_patch = method == "PATCH";
    return cluster.request(apiserver::make_request(
        method, path, body, is_patch ? "application/merge-patch+json" : "application/json"));
  }
  // What a process on the node finds: addresses, or the kind of failure.
  std::string look_up(const std::string& name) {
    std::optional<LookupResult> result;
    const auto started = cluster.start_lookup("pod/default/client", name,
                                              [&](const LookupResult& found) { result = found; });
    REQUIRE(started);
    for (int waited = 0; !result && waited < 600; ++waited) cluster.run_for(100ms);
    REQUIRE(result);
    if (!*result) return std::string{net::failure_kind_name(result->error().kind)};
    std::vector<std::string> addresses;
    for (const net::IpAddress& address : **result) addresses.push_back(address.to_string());
    std::ranges::sort(addresses);
    return fmt::format("{}", fmt::join(addresses, " "));
  }
  void start_client() {
    REQUIRE(request("POST", "/api/v1/namespaces/default/pods",
                    R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"client"},"spec":)"
                    R"({"containers":[{"name":"c","image":"nginx"}]}})")
                .status == 201);
    cluster.run_for(30s);
  }
  void scale_dns(int replicas) {
    REQUIRE(request("PATCH", "/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale",
                    fmt::format(R"({{"spec":{{"replicas":{}}}}})", replicas))
                .status == 200);
  }

  Cluster cluster;
};

TEST_CASE("names resolve again when the DNS Pods are back") {
  DnsCluster world;
  world.start_client();
  CHECK(world.look_up("kubernetes.default") == "10.96.0.1");
  CHECK(world.look_up("example.com") == "203.0.113.80");
  CHECK(world.look_up("nothing.example.com") == "no_such_host");
  world.scale_dns(0);
  world.cluster.run_for(60s);
  // Their Service has no endpoints, so that the node refuses for it.
  CHECK(world.look_up("kubernetes.default") == "dns_failed");
  CHECK(world.look_up("example.com") == "dns_failed");
  world.scale_dns(2);
  world.cluster.run_for(60s);
  CHECK(world.look_up("kubernetes.default") == "10.96.0.1");
}

TEST_CASE("killed DNS Pods are replaced") {
  DnsCluster world;
  world.start_client();
  REQUIRE(
      world
          .request("DELETE", "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns")
          .status == 200);
  world.cluster.run_for(60s);
  CHECK(world.look_up("kubernetes.default") == "10.96.0.1");
}

TEST_CASE("a headless Service has the right addresses while its endpoints change 1,000 times") {
  DnsCluster world;
  world.start_client();
  const std::string slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  REQUIRE(world
              .request("POST", "/api/v1/namespaces/default/services",
                       R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"db"},"spec":)"
                       R"({"clusterIP":"None","ports":[{"name":"sql","port":5432}]}})")
              .status == 201);
  const auto addresses = [](int number) {
    std::vector<std::string> list;
    for (int i = 0; i < number % 4; ++i) {
      list.push_back(fmt::format("10.9.{}.{}", number % 200, i + 1));
    }
    return list;
  };
  const auto slice = [&](int number) {
    std::string endpoints;
    for (const std::string& address : addresses(number)) {
      endpoints +=
          fmt::format(R"({}{{"addresses":["{}"]}})", endpoints.empty() ? "" : ",", address);
    }
    return fmt::format(
        R"({{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4",)"
        R"("metadata":{{"name":"db-1","labels":{{"kubernetes.io/service-name":"db"}}}},)"
        R"("endpoints":[{}],"ports":[{{"name":"sql","port":5432}}]}})",
        endpoints);
  };
  REQUIRE(world.request("POST", slices, slice(1)).status == 201);
  for (int number = 1; number <= 1000; ++number) {
    REQUIRE(world.request("PUT", slices + "/db-1", slice(number)).status == 200);
    const std::string expected = fmt::format("{}", fmt::join(addresses(number), " "));
    const std::string found = world.look_up("db.default.svc.cluster.local.");
    const std::string wanted = expected.empty() ? "no_such_host" : expected;
    REQUIRE(found == wanted);
  }
}

}  // namespace
}  // namespace rockpool
