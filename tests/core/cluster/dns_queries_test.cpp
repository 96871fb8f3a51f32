// SPDX-License-Identifier: Apache-2.0
#include "core/cluster/dns_queries.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "core/cluster/cluster.h"
#include "core/net/dns/message.h"

namespace rockpool {
namespace {

using std::chrono_literals::operator""s;

constexpr std::string_view kApiName = "kubernetes.default.svc.cluster.local.";

std::optional<DnsResult> ask(Cluster& cluster, DnsTransport transport, std::string_view name) {
  std::optional<DnsResult> result;
  const std::string query = net::dns::encode_query(7, name, net::dns::RecordType::a);
  const auto started = cluster.start_dns_query(
      "node/node-1", transport, query, [&](const DnsResult& finished) { result = finished; });
  REQUIRE(started);
  cluster.run_for(6s);
  return result;
}

TEST_CASE("the cluster's DNS Service answers messages from outside, over either transport") {
  Cluster cluster;
  cluster.run_for(30s);
  for (const DnsTransport transport : {DnsTransport::udp, DnsTransport::tcp}) {
    const auto result = ask(cluster, transport, kApiName);
    REQUIRE(result);
    REQUIRE_MESSAGE(result->has_value(), net::go_message(result->error()));
    const auto message = net::dns::decode(**result);
    REQUIRE(message);
    CHECK(message->id == 7);
    REQUIRE(message->answers.size() == 1);
    CHECK(to_string(message->answers[0]) == std::string{kApiName} + " 30 IN A 10.96.0.1");
  }
}

TEST_CASE("a DNS query without anybody to answer it times out") {
  Cluster cluster{{.nodes = 1}};
  cluster.run_for(30s);
  cluster::Fault freeze;
  freeze.kind = cluster::FaultKind::freeze;
  freeze.target = "node-1";
  REQUIRE(cluster.fault(freeze));
  const auto scaled = cluster.request(apiserver::make_request(
      "PATCH", "/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale",
      R"({"spec":{"replicas":0}})", "application/merge-patch+json"));
  REQUIRE(scaled.status == 200);
  cluster.run_for(60s);
  const auto result = ask(cluster, DnsTransport::udp, kApiName);
  REQUIRE(result);
  CHECK_FALSE(result->has_value());
}

TEST_CASE("without a DNS Service, or with no message, a query is refused") {
  Cluster bare{{.dns = false}};
  const auto ignore = [](const DnsResult&) {};
  const auto none = bare.start_dns_query("node/node-1", DnsTransport::udp, "x", ignore);
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "services \"kube-dns\" not found");
  Cluster cluster;
  cluster.run_for(30s);
  CHECK_FALSE(cluster.start_dns_query("node/node-1", DnsTransport::udp, "", ignore));
  CHECK_FALSE(cluster.start_dns_query("node/node-9", DnsTransport::udp, "x", ignore));
}

TEST_CASE("queries replay") {
  Cluster cluster;
  cluster.run_for(30s);
  ask(cluster, DnsTransport::udp, kApiName);
  ask(cluster, DnsTransport::tcp, std::string{"\xff\0name", 6});
  const auto again = Cluster::restore(cluster.snapshot());
  REQUIRE_MESSAGE(again, again.error().message);
  CHECK((*again)->digest() == cluster.digest());
}

}  // namespace
}  // namespace rockpool
