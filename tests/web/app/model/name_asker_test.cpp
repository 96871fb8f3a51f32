// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/name_asker.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

// A newcomer's cluster, and who asks there.
struct Caller {
  Caller() {
    session.world().pods.each([this](Slot, const PodItem& pod) {
      if (pod.app == "client") client = {"Pod", pod.ns, pod.name};
    });
  }

  // What comes back for a question; the answer must come within a minute.
  std::string ask(std::string_view question) {
    const Outcome outcome = session.ask_name(client, question);
    if (!outcome.ok) return outcome.message;
    const NameAnswer* const answer = session.name_answer(client);
    REQUIRE(answer != nullptr);
    CHECK(answer->asked == question);
    for (int step = 0; step < 600 && answer->waiting; ++step)
      session.run_for(100ms, [] { return true; });
    CHECK_FALSE(answer->waiting);
    return answer->text;
  }

  ClusterSession session{std::make_shared<web::ClusterHolder>(), newcomer_options()};
  ObjectRef client;
};

TEST_CASE("a name is asked for along the search path until there is a record") {
  Caller caller;
  const std::string ip = caller.session.world().services.get("default/web")->cluster_ip;
  const std::string found = caller.ask("web");
  CHECK(found.starts_with(";web.default.svc.cluster.local. IN A\n;; NOERROR, "));
  CHECK(found.ends_with("\nweb.default.svc.cluster.local. 30 IN A " + ip + "\n"));
  const std::string second = caller.ask("kube-dns.kube-system");
  CHECK(second.starts_with(";kube-dns.kube-system.default.svc.cluster.local. IN A\n;; NXDOMAIN, "));
  CHECK(second.ends_with("\nkube-dns.kube-system.svc.cluster.local. 30 IN A 10.96.0.10\n"));
  const std::string nowhere = caller.ask("nowhere");
  for (const char* name : {"nowhere.default.svc.cluster.local.", "nowhere.svc.cluster.local.",
                           "nowhere.cluster.local.", "nowhere."}) {
    CHECK(nowhere.contains(fmt::format(";{} IN A\n;; NXDOMAIN, ", name)));
  }
}

TEST_CASE("the type of record is the second word") {
  Caller caller;
  const std::string ports = caller.ask("  _http._tcp.web   srv ");
  CHECK(ports.starts_with(";_http._tcp.web.default.svc.cluster.local. IN SRV\n;; "));
  CHECK(caller.ask("web AAAA")
            .starts_with(";web.default.svc.cluster.local. IN AAAA\n;; NOERROR, no such record, "));
  CHECK(caller.ask("10.0.96.10.in-addr.arpa. PTR")
            .ends_with(" IN PTR kube-dns.kube-system.svc.cluster.local.\n"));
}

TEST_CASE("what cannot be asked is said, and what was asked before stays") {
  Caller caller;
  const std::string before = caller.ask("web");
  CHECK(caller.ask("web NOSUCH") == "NOSUCH is no type of record.");
  CHECK(caller.ask(" ") == "There is no name to ask for.");
  CHECK(caller.ask("web A IN").starts_with("A question is a name"));
  CHECK(caller.ask(std::string(70, 'a')) == std::string(70, 'a') + " is no name.");
  REQUIRE(caller.session.name_answer(caller.client) != nullptr);
  CHECK(caller.session.name_answer(caller.client)->text == before);
  CHECK(caller.session.name_answer({"Node", "", "node-1"}) == nullptr);
  CHECK_FALSE(caller.session.ask_name({"Pod", "default", "nobody"}, "web").ok);
  CHECK_FALSE(caller.session.ask_name({"Service", "default", "web"}, "web").ok);
}

TEST_CASE("an answer that does not fit into a datagram comes over TCP, as a whole") {
  Caller caller;
  constexpr int kEndpoints = 60;
  std::string slice =
      "{apiVersion: v1, kind: Service, metadata: {name: many}, spec: {clusterIP: None, ports: "
      "[{port: 80}]}}\n---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: "
      "{name: many, labels: {kubernetes.io/service-name: many}}, addressType: IPv4, ports: "
      "[{port: 80, name: ''}], endpoints: [";
  for (int number = 1; number <= kEndpoints; ++number)
    slice += fmt::format("{{addresses: ['192.168.7.{}']}},", number);
  slice.back() = ']';
  REQUIRE(caller.session.apply(slice + "}").ok);
  caller.session.run_for(10s, [] { return true; });
  const std::string text = caller.ask("many");
  for (int number = 1; number <= kEndpoints; ++number)
    CHECK(text.contains(fmt::format(" A 192.168.7.{}\n", number)));
}

TEST_CASE("a node asks the cluster's DNS too; nobody answers where there is none") {
  Caller caller;
  caller.client = {"Node", "", "node-2"};
  CHECK(caller.ask("web.default.svc.cluster.local").contains(" IN A 10."));
  REQUIRE(caller.session.act(Action::Delete, {"Service", "kube-system", "kube-dns"}).ok);
  CHECK_FALSE(caller.session.ask_name(caller.client, "web").ok);
}

TEST_CASE("what is asked by hand is part of the history") {
  const auto holder = std::make_shared<web::ClusterHolder>();
  ClusterSession session{holder, newcomer_options()};
  REQUIRE(session.ask_name({"Node", "", "node-1"}, "web.default").ok);
  session.run_for(5s, [] { return true; });
  const auto again = Cluster::restore(holder->cluster->snapshot());
  REQUIRE(again);
  CHECK((*again)->digest() == holder->cluster->digest());
}

}  // namespace
}  // namespace rockpool::app
