// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/dns_log.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLost =
    "{apiVersion: v1, kind: Pod, metadata: {name: lost}, spec: {containers: [{name: fortio, "
    "image: 'fortio/fortio:1.69.5', args: [load, -qps, '5', -t, '0', 'http://nowhere/']}]}}";

// Lets time pass until there is a look-up as wanted that concerns the object; it must come within a
// minute.
DnsLookup wait_for(ClusterSession& session, const ObjectRef& object, std::string_view name,
                   std::string_view code) {
  for (int step = 0; step < 600; ++step) {
    session.run_for(100ms, [] { return true; });
    for (DnsLookup& lookup : session.lookups(object)) {
      if (lookup.name == name && lookup.questions.back().code == code) return std::move(lookup);
    }
  }
  FAIL("no such look-up");
  return {};
}

TEST_CASE("a name of the cluster belongs to the Service before its svc") {
  CHECK(service_of_name("web.default.svc.cluster.local.") == "default/web");
  CHECK(service_of_name("db-0.db.shop.svc.cluster.local.") == "shop/db");
  CHECK(service_of_name("_http._tcp.web.default.svc.cluster.local.") == "default/web");
  CHECK(service_of_name("svc.cluster.local.") == "");
  CHECK(service_of_name("web.svc.cluster.local.") == "");
  CHECK(service_of_name("example.com.") == "");
}

TEST_CASE("a look-up is found at its Service, its Pod, its node and the DNS Service") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  const DnsLookup lookup = wait_for(session, {"Service", "default", "web"}, "web", "NOERROR");
  CHECK(lookup.found);
  CHECK(lookup.client.starts_with("pod/default/client-"));
  REQUIRE(lookup.questions.size() == 1);
  const DnsQuestion& question = lookup.questions[0];
  CHECK(question.name == "web.default.svc.cluster.local.");
  CHECK(question.type == "A");
  CHECK(question.server == "10.96.0.10");
  CHECK(question.pod.starts_with("kube-system/coredns-"));
  CHECK(question.code == "NOERROR");
  CHECK(question.data == session.world().services.get("default/web")->cluster_ip);
  CHECK(question.took > 0ns);
  CHECK(lookup.result == question.data);
  CHECK(lookup.services() == std::vector<std::string>{"default/web"});

  const auto is_listed_at = [&](const ObjectRef& object) {
    return std::ranges::any_of(session.lookups(object),
                               [&](const DnsLookup& one) { return one.is_like(lookup); });
  };
  const std::string client = lookup.client.substr(std::string_view{"pod/default/"}.size());
  CHECK(is_listed_at({"Pod", "default", client}));
  CHECK(is_listed_at({"Node", "", lookup.node}));
  CHECK(is_listed_at({"Service", "kube-system", "kube-dns"}));
  CHECK(!is_listed_at({"Service", "default", "kubernetes"}));
  CHECK(session.resolv_conf({"Pod", "default", client})
            .starts_with("search default.svc.cluster.local svc.cluster.local cluster.local"));
}

TEST_CASE("a name that is nowhere is asked for along the whole search path") {
  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  REQUIRE(session.apply(kLost).ok);
  const DnsLookup lookup = wait_for(session, {"Pod", "default", "lost"}, "nowhere", "NXDOMAIN");
  CHECK(!lookup.found);
  std::string asked;
  for (const DnsQuestion& question : lookup.questions) {
    asked += question.name + ' ' + question.code + '\n';
  }
  CHECK(asked ==
        "nowhere.default.svc.cluster.local. NXDOMAIN\nnowhere.svc.cluster.local. NXDOMAIN\n"
        "nowhere.cluster.local. NXDOMAIN\nnowhere. NXDOMAIN\n");
  // It might have been meant for a Service that is not there yet.
  CHECK(lookup.services() == std::vector<std::string>{"default/nowhere"});
}

TEST_CASE("look-ups that went the same way are counted, and the oldest are forgotten") {
  DnsLog log;
  const auto lookup = [](std::string name, std::string code, sim::Duration when) {
    DnsLookup one;
    one.client = "external";
    one.name = name;
    one.questions.push_back({.name = name + ".", .type = "A", .code = std::move(code)});
    one.started = sim::Time{when};
    return one;
  };
  log.add(lookup("a", "NOERROR", 1s));
  log.add(lookup("b", "NOERROR", 2s));
  log.add(lookup("a", "NOERROR", 3s));
  REQUIRE(log.lookups().size() == 2);
  CHECK(log.lookups().back().name == "a");
  CHECK(log.lookups().back().count == 2);
  CHECK(log.lookups().back().started == sim::Time{3s});
  log.add(lookup("a", "NXDOMAIN", 4s));
  CHECK(log.lookups().size() == 3);
  for (std::size_t number = 0; number < DnsLog::kMostLookups; ++number) {
    log.add(lookup("c" + std::to_string(number), "NOERROR", 5s));
  }
  CHECK(log.lookups().size() == DnsLog::kMostLookups);
  CHECK(log.lookups().front().name == "c0");
}

}  // namespace
}  // namespace rockpool::app
