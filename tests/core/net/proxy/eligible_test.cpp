// SPDX-License-Identifier: Apache-2.0
#include "core/net/proxy/eligible.h"

#include <doctest/doctest.h>

#include "core/net/proxy/rules.h"
#include "tests/core/net/objects.h"

namespace rockpool::net::proxy {
namespace {

using testing::EndpointSpec;
using testing::make_service;
using testing::make_slice;

using Names = std::vector<std::string>;

const Place kHere{.node = "node-1", .zone = "a"};
const Place kThere{.node = "node-2", .zone = "b"};

Ref<const PortRules> rules_of(const doc::Value& service,
                              const std::vector<EndpointSpec>& endpoints) {
  return Ref<const PortRules>{new PortRules{{1, 0, Family::ipv4},
                                            std::make_shared<const std::string>("default/web"),
                                            service,
                                            {make_slice("web", {{"http", 8080}}, endpoints)}}};
}

doc::Value web(const char* policy = nullptr) {
  doc::Value service = make_service("web", "10.96.0.20", {{"http", 80, 30080}});
  if (policy != nullptr) service.edit("spec").set("internalTrafficPolicy", doc::Value{policy});
  return service;
}

Names names(const PortRules& rules, const std::vector<SocketAddress>& addresses) {
  Names names;
  for (const SocketAddress& address : addresses) {
    const std::string& pod = rules.find(address)->pod;
    names.push_back(pod.substr(pod.find('/') + 1));
  }
  return names;
}

Names cluster(const Ref<const PortRules>& rules, const Place& place = kHere) {
  return names(*rules, rules->eligible(place).cluster);
}

Names local(const Ref<const PortRules>& rules, const Place& place = kHere) {
  return names(*rules, rules->eligible(place).local);
}

EndpointSpec endpoint(const std::string& pod, const std::string& node) {
  EndpointSpec spec{"10.244.0." + std::to_string(10 + pod.back() - 'a'), pod};
  spec.node = node;
  return spec;
}

EndpointSpec hinted(const std::string& pod, const std::string& node, const Names& zones) {
  EndpointSpec spec = endpoint(pod, node);
  spec.zone_hints = zones;
  return spec;
}

EndpointSpec leaving(EndpointSpec spec, bool serving = true) {
  spec.ready = false;
  spec.serving = serving;
  spec.terminating = true;
  return spec;
}

EndpointSpec unready(EndpointSpec spec) {
  spec.ready = spec.serving = false;
  return spec;
}

TEST_CASE("without policies and hints all places have the same endpoints") {
  const auto rules = rules_of(
      web(), {endpoint("a", "node-1"), endpoint("b", "node-2"), unready(endpoint("c", "node-1"))});
  CHECK(cluster(rules) == Names{"a", "b"});
  CHECK(&rules->eligible(kHere) == &rules->eligible(kThere));
  CHECK(local(rules).empty());
}

TEST_CASE("under the policy Local only endpoints of the node count") {
  const auto rules = rules_of(web("Local"), {endpoint("a", "node-1"), endpoint("b", "node-2")});
  CHECK(local(rules, kHere) == Names{"a"});
  CHECK(local(rules, kThere) == Names{"b"});
  CHECK(local(rules, {.node = "node-3", .zone = {}}).empty());
  CHECK(rules->eligible({.node = "node-3", .zone = {}}).has_any);
}

TEST_CASE("terminating endpoints serve where no ready one is left") {
  const auto rules =
      rules_of(web("Local"), {leaving(endpoint("a", "node-1")),
                              leaving(endpoint("b", "node-1"), false), endpoint("c", "node-2")});
  // Elsewhere there is a ready one, so the cluster's choice is that.
  CHECK(cluster(rules) == Names{"c"});
  CHECK(local(rules) == Names{"a"});
  const auto last =
      rules_of(web(), {leaving(endpoint("a", "node-1")), leaving(endpoint("b", "node-2"), false)});
  CHECK(cluster(last) == Names{"a"});
  const auto none = rules_of(web(), {leaving(endpoint("b", "node-2"), false)});
  CHECK(cluster(none).empty());
  CHECK_FALSE(none->eligible(kHere).has_any);
}

TEST_CASE("hints count if every ready endpoint has them and one is for here") {
  const auto rules = rules_of(web(), {hinted("a", "node-1", {"a"}), hinted("b", "node-2", {"b"}),
                                      hinted("c", "node-3", {"a", "b"})});
  CHECK(cluster(rules, kHere) == Names{"a", "c"});
  CHECK(cluster(rules, kThere) == Names{"b", "c"});
  CHECK(cluster(rules, {.node = "node-4", .zone = "c"}) == Names{"a", "b", "c"});
  CHECK(cluster(rules, {.node = "node-4", .zone = {}}) == Names{"a", "b", "c"});
  const auto half = rules_of(web(), {hinted("a", "node-1", {"a"}), endpoint("b", "node-2")});
  CHECK(cluster(half) == Names{"a", "b"});
  // One that is not ready needs no hint.
  const auto enough = rules_of(web(), {hinted("a", "node-1", {"a"}), hinted("b", "node-2", {"b"}),
                                       unready(endpoint("c", "node-1"))});
  CHECK(cluster(enough) == Names{"a"});
}

TEST_CASE("hints for nodes come before those for zones") {
  EndpointSpec one = hinted("a", "node-1", {"a"});
  one.node_hints = {"node-1"};
  EndpointSpec two = hinted("b", "node-9", {"a"});
  two.node_hints = {"node-9"};
  const auto rules = rules_of(web(), {one, two});
  CHECK(cluster(rules, kHere) == Names{"a"});
  CHECK(cluster(rules, {.node = "node-3", .zone = "a"}) == Names{"a", "b"});
}

TEST_CASE("the policy Local does not heed hints") {
  const auto rules =
      rules_of(web("Local"), {hinted("a", "node-1", {"b"}), hinted("b", "node-2", {"a"})});
  CHECK(local(rules) == Names{"a"});
  CHECK(cluster(rules) == Names{"b"});
}

}  // namespace
}  // namespace rockpool::net::proxy
