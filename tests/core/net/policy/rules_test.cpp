// SPDX-License-Identifier: Apache-2.0
#include "core/net/policy/rules.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "core/doc/yaml.h"

namespace rockpool::net::policy {
namespace {

doc::Value yaml(std::string_view text) {
  const auto documents = doc::parse_yaml(text);
  REQUIRE(documents);
  return documents->front().value;
}

Rules rules(const std::string& spec) {
  return Rules{yaml("{metadata: {name: p, namespace: shop}, spec: {" + spec + "}}")};
}

Peer peer(std::string_view address, std::string_view space = {}, std::string_view labels = "{}",
          std::string_view namespace_labels = "{}") {
  return {*IpAddress::parse(address), space, yaml(labels), yaml(namespace_labels)};
}

constexpr Target kWeb{Protocol::tcp, 80, nullptr};

TEST_CASE("policyTypes say what is isolated, podSelector whom") {
  const Rules both =
      rules("podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]");
  CHECK(both.name() == "shop/p");
  CHECK(both.isolates(Direction::ingress));
  CHECK(both.isolates(Direction::egress));
  CHECK(both.selects(yaml("{app: web, tier: front}")));
  CHECK_FALSE(both.selects(yaml("{app: db}")));
  CHECK_FALSE(both.selects({}));
  const Rules egress = rules("podSelector: {}, policyTypes: [Egress]");
  CHECK_FALSE(egress.isolates(Direction::ingress));
  CHECK(egress.selects({}));
}

TEST_CASE("rules of a direction that is not isolated count for nothing") {
  const Rules ingress = rules("policyTypes: [Ingress], ingress: [{}], egress: [{}]");
  CHECK(ingress.allows(Direction::ingress, peer("1.2.3.4"), kWeb));
  CHECK_FALSE(ingress.allows(Direction::egress, peer("1.2.3.4"), kWeb));
}

TEST_CASE("no rule allows nothing, an empty rule allows everything") {
  CHECK_FALSE(rules("policyTypes: [Ingress], ingress: []")
                  .allows(Direction::ingress, peer("10.0.0.1", "shop"), kWeb));
  CHECK(rules("policyTypes: [Ingress], ingress: [{}]")
            .allows(Direction::ingress, peer("10.0.0.1", "other"), kWeb));
}

TEST_CASE("a peer is a Pod by its labels, its namespace's, or both") {
  const auto allows = [](const std::string& from, const Peer& who) {
    return rules("policyTypes: [Ingress], ingress: [{from: [" + from + "]}]")
        .allows(Direction::ingress, who, kWeb);
  };
  const Peer local = peer("10.0.0.1", "shop", "{app: cart}", "{team: a}");
  const Peer foreign = peer("10.0.0.2", "bank", "{app: cart}", "{team: b}");
  const Peer outside = peer("203.0.113.7");
  const std::string pods = "{podSelector: {matchLabels: {app: cart}}}";
  CHECK(allows(pods, local));
  CHECK_FALSE(allows(pods, foreign));
  const std::string spaces = "{namespaceSelector: {matchLabels: {team: b}}}";
  CHECK_FALSE(allows(spaces, local));
  CHECK(allows(spaces, foreign));
  const std::string both =
      "{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: x}}}";
  CHECK_FALSE(allows(both, foreign));
  // Two peers are alternatives.
  CHECK(allows(pods + ", " + spaces, local));
  CHECK(allows(pods + ", " + spaces, foreign));
  // Empty selectors select every Pod, and nothing that is none.
  CHECK(allows("{namespaceSelector: {}}", foreign));
  CHECK_FALSE(allows("{podSelector: {}}", foreign));
  CHECK_FALSE(allows("{namespaceSelector: {}}", outside));
}

TEST_CASE("an ipBlock goes by the address alone") {
  const Rules block = rules(
      "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, "
      "10.2.0.0/16]}}]}]");
  CHECK(block.allows(Direction::egress, peer("10.3.0.1"), kWeb));
  CHECK(block.allows(Direction::egress, peer("10.0.0.9", "shop", "{a: b}"), kWeb));
  CHECK_FALSE(block.allows(Direction::egress, peer("10.2.255.255"), kWeb));
  CHECK_FALSE(block.allows(Direction::egress, peer("11.0.0.1"), kWeb));
  CHECK_FALSE(block.allows(Direction::egress, peer("fd00::1"), kWeb));
  // One that cannot be read opens nothing.
  CHECK_FALSE(rules("policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: x}}]}]")
                  .allows(Direction::egress, peer("10.3.0.1"), kWeb));
}

TEST_CASE("ports: numbers, ranges, names, protocols") {
  const doc::Value pod = yaml(
      "{spec: {containers: [{ports: [{name: http, containerPort: 8080}, "
      "{name: dns, containerPort: 53, protocol: UDP}]}], "
      "initContainers: [{restartPolicy: Always, ports: [{name: side, containerPort: 9000}]}, "
      "{ports: [{name: setup, containerPort: 9001}]}]}}");
  const auto allows = [&](const std::string& ports, Protocol protocol, std::uint16_t port) {
    return rules("policyTypes: [Ingress], ingress: [{ports: [" + ports + "]}]")
        .allows(Direction::ingress, peer("10.0.0.1"), {protocol, port, &pod});
  };
  CHECK(allows("{port: 80}", Protocol::tcp, 80));
  CHECK_FALSE(allows("{port: 80}", Protocol::tcp, 81));
  CHECK_FALSE(allows("{port: 80}", Protocol::udp, 80));
  CHECK(allows("{port: 80, protocol: SCTP}", Protocol::sctp, 80));
  CHECK_FALSE(allows("{port: 80, protocol: SCTP}", Protocol::tcp, 80));
  CHECK_FALSE(allows("{port: 80}", Protocol::sctp, 80));
  CHECK(allows("{protocol: UDP}", Protocol::udp, 4000));
  CHECK_FALSE(allows("{protocol: UDP}", Protocol::tcp, 4000));
  CHECK(allows("{port: 8000, endPort: 8005}", Protocol::tcp, 8000));
  CHECK(allows("{port: 8000, endPort: 8005}", Protocol::tcp, 8005));
  CHECK_FALSE(allows("{port: 8000, endPort: 8005}", Protocol::tcp, 8006));
  CHECK_FALSE(allows("{port: 8000, endPort: 8005}", Protocol::tcp, 7999));
  CHECK(allows("{port: http}", Protocol::tcp, 8080));
  CHECK_FALSE(allows("{port: http}", Protocol::tcp, 80));
  CHECK(allows("{port: dns, protocol: UDP}", Protocol::udp, 53));
  CHECK_FALSE(allows("{port: dns}", Protocol::tcp, 53));
  CHECK(allows("{port: side}", Protocol::tcp, 9000));
  CHECK_FALSE(allows("{port: setup}", Protocol::tcp, 9001));
  CHECK(allows("{port: 1}, {port: 2}", Protocol::tcp, 2));
  // A name means nothing where the receiver is no Pod.
  const Rules named = rules("policyTypes: [Egress], egress: [{ports: [{port: http}]}]");
  CHECK(named.names_ports());
  CHECK_FALSE(named.allows(Direction::egress, peer("203.0.113.7"), kWeb));
}

}  // namespace
}  // namespace rockpool::net::policy
