// SPDX-License-Identifier: Apache-2.0
#include "core/node/resolver_config.h"

#include <doctest/doctest.h>
#include <array>

#include "core/doc/yaml.h"

namespace rockpool::node {
namespace {

net::dns::ResolverConfig make(const std::string& spec) {
  const doc::Value pod =
      doc::parse_yaml("{metadata: {name: p, namespace: ns}, spec: {" + spec + "}}")
          .value()[0]
          .value;
  return make_resolver_config(api::Pod{pod}, {}, std::array{net::IpAddress::v4(10, 244, 1, 5)});
}

TEST_CASE("dnsPolicy decides about resolv.conf") {
  CHECK(make("").resolv_conf() ==
        "search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\n"
        "options ndots:5\n");
  CHECK(make("dnsPolicy: Default").nameservers == std::vector{net::IpAddress::v4(192, 168, 49, 1)});
  CHECK(make("dnsPolicy: ClusterFirst, hostNetwork: true").search.empty());
  CHECK(make("dnsPolicy: ClusterFirstWithHostNet, hostNetwork: true").search.size() == 3);
  const net::dns::ResolverConfig own = make(
      "dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [my.org], options: [{name: "
      "ndots, value: '2'}, {name: attempts, value: '3'}]}");
  CHECK(own.nameservers == std::vector{net::IpAddress::v4(1, 1, 1, 1)});
  CHECK(own.search == std::vector<std::string>{"my.org"});
  CHECK(own.ndots == 2);
  CHECK(own.attempts == 3);
  const net::dns::ResolverConfig both =
      make("dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3], searches: [cluster.local, x]}");
  CHECK(both.nameservers.size() == 3);
  CHECK(both.search.size() == 4);
}

TEST_CASE("options without effect are listed too, each once") {
  const net::dns::ResolverConfig config = make(
      "dnsConfig: {options: [{name: ndots, value: '2'}, {name: edns0}, {name: max-inflight, value: "
      "'1'}, {name: max-inflight, value: '2'}]}");
  CHECK(config.resolv_conf() ==
        "search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\n"
        "options ndots:2 edns0 max-inflight:2\n");
}

TEST_CASE("a Pod knows its own names") {
  const net::dns::ResolverConfig config =
      make("hostname: db-0, subdomain: db, hostAliases: [{ip: 1.2.3.4, hostnames: [foo, bar]}]");
  std::string text;
  for (const auto& [name, address] : config.hosts) text += name + "=" + address.to_string() + " ";
  CHECK(text ==
        "localhost=127.0.0.1 db-0.db.ns.svc.cluster.local=10.244.1.5 db-0=10.244.1.5 foo=1.2.3.4 "
        "bar=1.2.3.4 ");
}

}  // namespace
}  // namespace rockpool::node
