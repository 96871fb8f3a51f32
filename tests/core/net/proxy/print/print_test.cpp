// SPDX-License-Identifier: Apache-2.0
// The rule sets of a node with one Service of each kind. The names of chains and the rules are
// those that kube-proxy's own tests expect for the same Services (TestOverallIPTablesRules and
// TestOverallNFTablesRules).
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/net/proxy.h"
#include "core/net/proxy/print/rule_set.h"
#include "tests/core/net/objects.h"

namespace rockpool::net::proxy {
namespace {

using testing::EndpointSpec;
using testing::make_slice;

const IpAddress kNode = IpAddress::v4(192, 168, 0, 2);

struct Spec {
  std::string name;
  std::string cluster_ip;
  int node_port = 0;
  std::string external_ip = {};
  std::string balancer_ip = {};
  bool is_external_local = false;
  bool has_affinity = false;
  std::string source_range = {};
  std::vector<EndpointSpec> endpoints = {};
};

doc::Value make_service(const Spec& spec) {
  doc::Value service =
      testing::make_service(spec.name, spec.cluster_ip, {{"p80", 80, spec.node_port}});
  doc::Value& fields = service.edit("spec");
  if (!spec.external_ip.empty()) {
    fields.edit("externalIPs").push_back(doc::Value{spec.external_ip});
  }
  if (spec.is_external_local) {
    fields.set("externalTrafficPolicy", doc::Value{"Local"});
    fields.set("healthCheckNodePort", doc::Value{30000});
  }
  if (spec.has_affinity) {
    fields.set("sessionAffinity", doc::Value{"ClientIP"});
    fields.edit("sessionAffinityConfig").edit("clientIP").set("timeoutSeconds", doc::Value{10800});
  }
  if (!spec.source_range.empty()) {
    fields.edit("loadBalancerSourceRanges").push_back(doc::Value{spec.source_range});
  }
  if (!spec.balancer_ip.empty()) {
    service.edit("status")
        .edit("loadBalancer")
        .edit("ingress")
        .push_back(doc::Value::map({{"ip", spec.balancer_ip}}));
  }
  return service;
}

EndpointSpec endpoint(const std::string& address, const std::string& node = "elsewhere") {
  EndpointSpec spec{address, "pod"};
  spec.node = node;
  return spec;
}

std::vector<Spec> specs() {
  return {
      {"svc1", "172.30.0.41", 0, "", "", false, false, "", {endpoint("10.180.0.1")}},
      {"svc2",
       "172.30.0.42",
       3001,
       "192.168.99.22",
       "1.2.3.4",
       true,
       false,
       "",
       {endpoint("10.180.0.2")}},
      {"svc3", "172.30.0.43", 3003, "", "", false, false, "", {endpoint("10.180.0.3")}},
      {"svc4",
       "172.30.0.44",
       0,
       "192.168.99.33",
       "",
       false,
       false,
       "",
       {endpoint("10.180.0.4"), endpoint("10.180.0.5", "test-node")}},
      {"svc5",
       "172.30.0.45",
       3002,
       "",
       "5.6.7.8",
       false,
       true,
       "203.0.113.0/25",
       {endpoint("10.180.0.3")}},
      {"svc6", "172.30.0.46", 0, "", "", false, false, "", {}},
      {"svc7",
       "172.30.0.47",
       3004,
       "",
       "",
       true,
       false,
       "",
       {endpoint("10.180.0.6"), endpoint("10.180.0.7", "test-node"), endpoint("10.180.0.8")}},
  };
}

// The Services of kube-proxy's tests are in the namespaces ns1, ns2 and so on.
void set_namespace(doc::Value& object, const std::string& name) {
  object.edit("metadata").set("namespace", doc::Value{"ns" + name.substr(3)});
}

std::string print(ModeKind mode, std::vector<ClientAffinity> affinities = {},
                  std::vector<TrackedConnection> connections = {}) {
  sim::Loop loop;
  Network network{loop, sim::Random{1}};
  ProxyOptions options;
  options.propagation_delay = options.propagation_spread = sim::Duration{0};
  ServiceProxy proxy{network, sim::Random{2}, options};
  const Node& node = *network.add_node("test-node", {kNode});
  for (const Spec& spec : specs()) {
    doc::Value service = make_service(spec);
    set_namespace(service, spec.name);
    proxy.on_service(nullptr, &service);
    doc::Value slice = make_slice(spec.name, {{"p80", 80}}, spec.endpoints);
    set_namespace(slice, spec.name);
    proxy.on_endpoint_slice(nullptr, &slice);
  }
  RuleSet set;
  set.mode = mode;
  set.node = "test-node";
  set.node_addresses = {kNode};
  set.cluster_cidrs = {*Cidr::parse("10.0.0.0/8")};
  set.service_cidrs = {*Cidr::parse("172.30.0.0/16")};
  set.rules = proxy.rules(node);
  set.affinities = std::move(affinities);
  set.connections = std::move(connections);
  for (ClientAffinity& affinity : set.affinities) affinity.port = set.rules[4].id;
  return print_rules(set);
}

std::string read_golden(const std::string& name) {
  std::ifstream file{std::string{ROCKPOOL_GOLDEN} + '/' + name, std::ios::binary};
  REQUIRE_MESSAGE(file.good(), name);
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The first line in which a text differs from what is kept under that name; empty if none does.
std::string difference(const std::string& found, const std::string& name) {
  const std::string expected = read_golden(name);
  std::size_t start = 0;
  for (std::size_t i = 0; i < found.size() && i < expected.size(); ++i) {
    if (found[i] != expected[i]) break;
    if (found[i] == '\n') start = i + 1;
  }
  if (found == expected) return {};
  const auto line = [&](const std::string& text) {
    return text.substr(start, text.find('\n', start) - start);
  };
  return "found: " + line(found) + "\nexpected: " + line(expected);
}

TEST_CASE("the iptables mode's rules are those of kube-proxy") {
  CHECK(difference(print(ModeKind::iptables), "iptables.txt") == "");
}

TEST_CASE("the nftables mode's rules are those of kube-proxy") {
  ClientAffinity known;
  known.client = IpAddress::v4(10, 1, 2, 3);
  known.endpoint = *SocketAddress::parse("10.180.0.3:80");
  known.remaining = std::chrono::seconds{10'790};
  CHECK(difference(print(ModeKind::nftables, {known}), "nftables.txt") == "");
}

TEST_CASE("the ipvs mode's virtual servers count their connections") {
  const SocketAddress service = *SocketAddress::parse("172.30.0.44:80");
  const auto connection = [&](const char* endpoint, std::string_view state) {
    TrackedConnection tracked;
    tracked.state = state;
    tracked.source = tracked.reply_destination = *SocketAddress::parse("10.1.2.3:40000");
    tracked.destination = service;
    tracked.reply_source = *SocketAddress::parse(endpoint);
    return tracked;
  };
  const std::string text =
      print(ModeKind::ipvs, {},
            {connection("10.180.0.4:80", "ESTABLISHED"), connection("10.180.0.4:80", "ESTABLISHED"),
             connection("10.180.0.5:80", "TIME_WAIT"), connection("10.180.0.9:80", "ESTABLISHED"),
             connection("10.180.0.8:80", "TIME_WAIT")});
  CHECK(difference(text, "ipvs.txt") == "");
}

TEST_CASE("the userspace mode leads to the ports of its process") {
  CHECK(difference(print(ModeKind::userspace), "userspace.txt") == "");
}

TEST_CASE("a node with both families has a rule set for each") {
  RuleSet set;
  set.mode = ModeKind::iptables;
  set.node_addresses = {kNode, IpAddress::v6(0x20010db8'00000000, 2)};
  Rule& rule = set.rules.emplace_back();
  rule.id.family = Family::ipv6;
  rule.service = "ns1/svc1";
  rule.port_name = "p80";
  const SocketAddress endpoint = *SocketAddress::parse("[fd00::7]:8080");
  rule.frontends = {{FrontendKind::cluster_ip, *SocketAddress::parse("[fd00:10:96::1]:80")}};
  rule.endpoints.emplace_back().address = endpoint;
  rule.eligible.cluster = {endpoint};
  rule.eligible.has_any = true;
  const std::string iptables = print_rules(set);
  const std::size_t second = iptables.find("# Generated by ip6tables-save");
  REQUIRE(second != std::string::npos);
  CHECK(iptables.find("fd00") > second);
  CHECK(iptables.find("-d fd00:10:96::1/128 -p tcp") != std::string::npos);
  CHECK(iptables.find("-j DNAT --to-destination [fd00::7]:8080") != std::string::npos);
  set.mode = ModeKind::nftables;
  const std::string nftables = print_rules(set);
  CHECK(nftables.find("table ip6 kube-proxy {") != std::string::npos);
  CHECK(nftables.find("__fd00..7/8080 {") != std::string::npos);
  set.mode = ModeKind::ipvs;
  CHECK(print_rules(set).find("TCP  [fd00:10:96::1]:80 rr\n  -> [fd00::7]:8080 ") !=
        std::string::npos);
}

}  // namespace
}  // namespace rockpool::net::proxy
