// SPDX-License-Identifier: Apache-2.0
#include "web/app/model/request_watcher.h"

#include <doctest/doctest.h>

#include <functional>

#include "web/app/cluster_session.h"
#include "web/app/topology/flight_words.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

// A cluster of its own, and the requests that it sees after its start.
struct Watched {
  explicit Watched(std::string_view extra = {})
      : session{std::make_shared<web::ClusterHolder>(), newcomer_options()} {
    if (!extra.empty()) REQUIRE(session.apply(extra).ok);
    session.on_request([this](const RequestSeen& request) { seen.push_back(request); });
  }
  // The first request as wanted within a minute.
  RequestSeen first(const std::function<bool(const RequestSeen&)>& is_wanted) {
    for (int second = 0; second < 600; ++second) {
      session.run_for(100ms, [] { return true; });
      for (const RequestSeen& request : seen) {
        if (!request.stops.empty() && is_wanted(request)) return request;
      }
      seen.clear();
    }
    FAIL("no such request");
    return {};
  }
  // Its stops, one per line.
  std::string way(const RequestSeen& request) const {
    std::string result;
    for (const Stop& stop : request.stops) {
      std::string text = stop_words(stop, session.world());
      // The random end of names says nothing.
      if (text.starts_with("Pod ")) text = text.substr(0, text.find('-', text.find('/')));
      result += (stop.dns ? "look-up: " : "") + text + '\n';
    }
    return result;
  }

  ClusterSession session;
  std::vector<RequestSeen> seen;
};

TEST_CASE("a request goes to the DNS Service, a DNS Pod, back, the Service, the proxy, a Pod") {
  Watched watched;
  const RequestSeen request = watched.first([](const RequestSeen& r) { return r.ok; });
  CHECK(watched.way(request) ==
        "Pod default/client\nlook-up: Service kube-system/kube-dns\n"
        "look-up: Pod kube-system/coredns\nlook-up: Pod default/client\n"
        "Service default/web\nthe proxy of node-3\nPod default/web\n");
  CHECK(request.url == "http://web/");
  CHECK(request.result == "200 OK");
}

TEST_CASE("without endpoints it is refused by the node's proxy") {
  Watched watched{
      "{apiVersion: v1, kind: Service, metadata: {name: web}, "
      "spec: {type: NodePort, selector: {app: nobody}, ports: [{port: 80, nodePort: 30080}]}}"};
  const RequestSeen request = watched.first([](const RequestSeen& r) { return !r.ok; });
  CHECK(request.result.find("refused") != std::string::npos);
  CHECK(watched.way(request).ends_with("Service default/web\nthe proxy of node-3\n"));
}

TEST_CASE("an unknown name ends at the DNS Pod that says so") {
  Watched watched{
      "{apiVersion: v1, kind: Pod, metadata: {name: lost}, spec: {containers: [{name: fortio, "
      "image: 'fortio/fortio:1.69.5', args: [load, -qps, '5', -t, '0', 'http://nowhere/']}]}}"};
  const RequestSeen request = watched.first(
      [](const RequestSeen& r) { return r.client.find("lost") != std::string::npos; });
  CHECK(!request.ok);
  CHECK(request.result == "no such host");
  CHECK(watched.way(request) ==
        "Pod default/lost\nlook-up: Service kube-system/kube-dns\n"
        "look-up: Pod kube-system/coredns\n");
}

TEST_CASE("what a NetworkPolicy drops ends at the Pod that may not have it, and says so") {
  Watched watched{
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny}, "
      "spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}}"};
  const RequestSeen request = watched.first([](const RequestSeen& r) { return !r.ok; });
  CHECK(request.result == "dropped by a NetworkPolicy");
  CHECK(request.dropped.starts_with("ingress of default/web-"));
  CHECK(request.dropped.ends_with(" is not allowed by default/deny"));
  CHECK(watched.way(request).ends_with("the proxy of node-3\nPod default/web\n"));
  Flights flights;
  flights.add(request);
  REQUIRE(flights.flights().size() == 1);
  CHECK(flights.flights().front().dropped);
}

TEST_CASE("what may not leave its Pod stays there") {
  Watched watched{
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: keep}, "
      "spec: {podSelector: {matchLabels: {app: client}}, policyTypes: [Egress]}}"};
  const RequestSeen request = watched.first([](const RequestSeen& r) { return !r.ok; });
  CHECK(request.dropped.starts_with("egress of default/client-"));
  CHECK(watched.way(request).starts_with("Pod default/client\n"));
  Flights flights;
  flights.add(request);
  CHECK(flights.flights().size() == 1);
}

TEST_CASE("what load balancers ask nodes is no traffic") {
  Watched watched{
      "{apiVersion: v1, kind: Service, metadata: {name: lb}, "
      "spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}}"};
  watched.first([](const RequestSeen& r) { return r.ok; });
  watched.session.run_for(10s, [] { return true; });
  REQUIRE(!watched.seen.empty());
  for (const RequestSeen& request : watched.seen)
    CHECK(request.client.starts_with("default/client"));
}

TEST_CASE("who points at a request learns what it is, where it is and how it has gone") {
  Watched watched;
  const World& world = watched.session.world();
  Flights flights;
  flights.add(watched.first([](const RequestSeen& r) { return r.ok; }));
  const auto text = [&] {
    std::string all;
    for (const std::string& line : flight_words(flights.flights().front(), world))
      all += line + '\n';
    return all;
  };
  const auto has = [&](std::string_view part) { return text().find(part) != std::string::npos; };
  CHECK(has("GET http://web/\nFrom Pod default/client-"));
  CHECK(has("to Service default/web\n"));
  CHECK(has("The name is being looked up at Service kube-system/kube-dns"));
  CHECK(!has("200 OK"));
  const auto fly_until = [&](std::string_view part) {
    for (int frame = 0; frame < 200 && !has(part); ++frame) flights.advance(0.02f, false);
    return has(part);
  };
  CHECK(fly_until("was chosen"));
  CHECK(fly_until("On its way to Service default/web"));
  CHECK(has("Its name was found by Pod kube-system/coredns-"));
  CHECK(fly_until("The proxy of node-3 has chosen Pod default/web-"));
  CHECK(fly_until("Being answered by Pod default/web-"));
  CHECK(!has("200 OK"));
  CHECK(fly_until("The answer is on its way back: 200 OK"));
  CHECK(has(" ms of the cluster's time"));
}

}  // namespace
}  // namespace rockpool::app
