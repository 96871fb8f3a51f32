// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/cluster_networks.h"

#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

#include "core/api/ip.h"
#include "core/cluster/cluster.h"

namespace rockpool {
namespace {

using namespace std::chrono_literals;
using Families = std::vector<net::Family>;
const Families kIpv4{net::Family::ipv4};
const Families kIpv6{net::Family::ipv6};
const Families kBoth{net::Family::ipv4, net::Family::ipv6};

ClusterOptions options(const std::string& service_cidr, const std::string& pod_cidr,
                       const Families& families = kIpv4, int nodes = 2) {
  ClusterOptions result;
  result.nodes = nodes;
  result.ip_families = families;
  result.service_cidr = service_cidr;
  result.pod_cidr = pod_cidr;
  return result;
}

// Why a cluster cannot have these networks; empty if it can.
std::string problem(const ClusterOptions& asked) {
  const auto checked = check_networks(asked);
  return checked ? "" : checked.error();
}

TEST_CASE("networks of the cluster's families are taken") {
  CHECK(problem(options("", "")) == "");
  CHECK(problem(options("10.0.0.0/16", "")) == "");
  CHECK(problem(options("", "10.0.0.0/8", kIpv4, 16'000)) ==
        "Pod CIDR: 10.0.0.0/8 overlaps the "
        "service CIDR 10.96.0.0/12");
  CHECK(problem(options("192.168.0.0/20", "10.0.0.0/8", kIpv4, 16'000)) == "");
  CHECK(problem(options("fd00:1::/108", "fd00:2::/48", kIpv6)) == "");
  CHECK(problem(options("10.0.0.0/28,fd00:1::/124", "10.1.0.0/16,fd00:2::/56", kBoth)) == "");
}

TEST_CASE("networks that are none, or of other families, are refused") {
  CHECK(problem(options("10.0.0.0", "")) ==
        "service CIDR: expected a network like 10.96.0.0/12, or two with a comma between them, not "
        "\"10.0.0.0\"");
  CHECK(problem(options("", "10.0.0.0/16,")).starts_with("Pod CIDR: expected a network"));
  CHECK(problem(options("fd00:1::/112", "")) ==
        "service CIDR: fd00:1::/112 is IPv6, but the cluster's IP families are IPv4");
  CHECK(problem(options("", "10.1.0.0/16", kBoth)) ==
        "Pod CIDR: 10.1.0.0/16 is IPv4, but the cluster's IP families are IPv4,IPv6");
  CHECK_FALSE(problem(options("fd00:1::/112,10.0.0.0/16", "", kBoth)).empty());
  CHECK_FALSE(problem(options("10.0.0.0/16,10.1.0.0/16", "", kBoth)).empty());
}

TEST_CASE("networks that are too large or too small are refused") {
  CHECK(problem(options("10.0.0.0/11", "")) ==
        "service CIDR: 10.0.0.0/11 is too large; for 32-bit addresses, the mask must be >= 12");
  CHECK(problem(options("fd00:1::/107", "", kIpv6)) ==
        "service CIDR: fd00:1::/107 is too large; for 128-bit addresses, the mask must be >= 108");
  CHECK(problem(options("10.0.0.0/29", "")) ==
        "service CIDR: 10.0.0.0/29 is too small; for 32-bit addresses, the mask must be <= 28");
  CHECK(problem(options("", "10.1.0.0/24", kIpv4, 2)) ==
        "Pod CIDR: 10.1.0.0/24 is too small for 2 nodes, each of which gets a /24");
  CHECK(problem(options("", "10.1.0.0/23", kIpv4, 2)) == "");
  CHECK(problem(options("", "10.1.0.0/25", kIpv4, 1)).find("too small") != std::string::npos);
  CHECK(problem(options("", "0.0.0.0/7", kIpv4)) ==
        "Pod CIDR: 0.0.0.0/7 is too large; nodes get a /24 of it, so the mask must be >= 8");
  CHECK(problem(options("", "fd00::/47", kIpv6)).find("too large") != std::string::npos);
}

TEST_CASE("networks that overlap are refused") {
  CHECK(problem(options("172.18.4.0/24", "")) ==
        "service CIDR: 172.18.4.0/24 overlaps the nodes' network 172.18.0.0/16");
  CHECK(problem(options("", "192.168.0.0/16")) ==
        "Pod CIDR: 192.168.0.0/16 overlaps the API server's address 192.168.49.2/32");
  CHECK(problem(options("10.1.0.0/16", "10.1.0.0/20")) ==
        "Pod CIDR: 10.1.0.0/20 overlaps the service CIDR 10.1.0.0/16");
  CHECK(problem(options("10.244.0.0/24", "")) ==
        "Pod CIDR: 10.244.0.0/16 overlaps the service CIDR 10.244.0.0/24");
}

const doc::Value& object_of(Cluster& cluster, api::ResourceId resource, const std::string& ns,
                            const std::string& name) {
  const doc::Value* const object = cluster.informers().of(resource).find({ns, name});
  REQUIRE(object != nullptr);
  return *object;
}

TEST_CASE("a cluster's own Services and its Pods are of the networks asked for") {
  using enum api::ResourceId;
  for (const auto& [asked, kubernetes, dns, pod_network] :
       {std::tuple{options("10.32.0.0/24", "10.200.0.0/16"), "10.32.0.1", "10.32.0.10",
                   "10.200.0.0/16"},
        std::tuple{options("fd00:1::/108,10.32.0.0/24", "fd00:2::/56,10.200.0.0/16",
                           {net::Family::ipv6, net::Family::ipv4}),
                   "fd00:1::1", "fd00:1::a", "fd00:2::/56"}}) {
    Cluster cluster{asked};
    REQUIRE(
        cluster.apply("{apiVersion: v1, kind: Pod, metadata: {name: client}, "
                      "spec: {containers: [{name: main, image: nginx}]}}"));
    cluster.run_for(60s);
    const doc::Value& api = object_of(cluster, services, "default", "kubernetes");
    CHECK(api["spec"]["clusterIP"].as_string() == kubernetes);
    const doc::Value& names = object_of(cluster, services, "kube-system", "kube-dns");
    CHECK(names["spec"]["clusterIP"].as_string() == dns);
    const doc::Value& node = object_of(cluster, nodes, {}, "node-1");
    const auto node_network = api::parse_cidr(node["spec"]["podCIDR"].as_string());
    REQUIRE(node_network);
    CHECK(api::parse_cidr(pod_network)->contains(node_network->address));
    int count = 0;
    for (const auto& [key, pod] : cluster.informers().of(pods).objects()) {
      ++count;
      const auto address = api::parse_ip(pod["status"]["podIP"].as_string());
      REQUIRE(address);
      CHECK(api::parse_cidr(pod_network)->contains(*address));
    }
    CHECK(count == 3);
    // A name is looked up at the DNS Service of that address.
    std::vector<net::IpAddress> found;
    REQUIRE(cluster.start_lookup("pod/default/client", "kubernetes.default.svc.cluster.local",
                                 [&](const LookupResult& result) {
                                   if (result) found = *result;
                                 }));
    cluster.run_for(10s);
    REQUIRE_FALSE(found.empty());
    CHECK(found.front().to_string() == kubernetes);
  }
}

TEST_CASE("a saved cluster keeps its networks") {
  Cluster cluster{options("10.32.0.0/24", "10.200.0.0/16")};
  cluster.run_for(5s);
  const auto restored = Cluster::restore(cluster.snapshot());
  REQUIRE(restored);
  CHECK((*restored)->digest() == cluster.digest());
  CHECK((*restored)->options().service_cidr == "10.32.0.0/24");
  CHECK((*restored)->options().pod_cidr == "10.200.0.0/16");
}

}  // namespace
}  // namespace rockpool
