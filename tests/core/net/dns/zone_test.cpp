// SPDX-License-Identifier: Apache-2.0
#include "core/net/dns/zone.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/sim/random.h"
#include "tests/core/net/dns/zone_server.h"
#include "tests/core/net/objects.h"

namespace rockpool::net::dns {
namespace {

using testing::make_service;
using testing::make_slice;

constexpr const char* kSoa =
    "cluster.local. 30 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. ";

struct ZoneWorld {
  ZoneWorld() {
    testing::add_default_namespace(zone);
    add_service(make_service("web", "10.96.0.20", {{"http", 80}, {"metrics", 9090}}));
    add_service(make_service("db", "None", {{"sql", 5432}}));
    add_service(make_service("empty", "None", {{"sql", 5432}}));
    add_service(make_service("portless", "None", {}));
    add_slice(make_slice("web", {{"http", 8080}}, {{"10.244.0.10", "web-0"}}));
    add_slice(make_slice("db", {{"sql", 5432}},
                         {{"10.244.0.5", "db-0", true, true, false, "db-0"},
                          {"10.244.1.6", "db-1", true, true, false, "db-1"},
                          {"10.244.1.7", "db-x"},
                          {"10.244.1.8", "db-2", false, false, false, "db-2"}}));
    add_slice(make_slice("portless", {}, {{"10.244.0.7", "p-0", true, true, false, "p-0"}}));
    doc::Value alias = make_service("alias", "", {});
    alias.edit("spec").set("type", doc::Value{"ExternalName"});
    alias.edit("spec").set("externalName", doc::Value{"Example.com"});
    add_service(alias);
    alias.edit("metadata").set("name", doc::Value{"inner"});
    alias.edit("spec").set("externalName", doc::Value{"web.default.svc.cluster.local"});
    add_service(alias);
  }
  void add_service(const doc::Value& service) { zone.index().on_service(nullptr, &service); }
  void add_slice(const doc::Value& slice) { zone.index().on_endpoint_slice(nullptr, &slice); }

  Message ask(const std::string& name, RecordType type = RecordType::a) {
    Message query;
    query.id = 9;
    query.recursion_desired = true;
    query.questions.push_back({name, type});
    return testing::answer(zone, query);
  }
  // "NOERROR: record; record", the records in order of their text.
  std::string answers(const std::string& name, RecordType type = RecordType::a) {
    return print(ask(name, type), &Message::answers);
  }
  static std::string print(const Message& message, std::vector<Record> Message::* section) {
    std::vector<std::string> lines;
    for (const Record& record : message.*section) lines.push_back(to_string(record));
    std::ranges::sort(lines);
    std::string text = response_code_name(message.code);
    for (const std::string& line : lines) text += "; " + line;
    return text;
  }

  ClusterZone zone;
};

TEST_CASE("a cluster IP has an A record") {
  ZoneWorld world;
  const Message response = world.ask("web.default.svc.cluster.local.");
  CHECK(ZoneWorld::print(response, &Message::answers) ==
        "NOERROR; web.default.svc.cluster.local. 30 IN A 10.96.0.20");
  CHECK(response.id == 9);
  CHECK(response.is_response);
  CHECK(response.authoritative);
  CHECK(response.recursion_desired);
  CHECK_FALSE(response.recursion_available);
  CHECK(response.authorities.empty());
}

TEST_CASE("names compare without regard to case and come back as asked") {
  ZoneWorld world;
  CHECK(world.answers("WEB.Default.svc.CLUSTER.local.") ==
        "NOERROR; WEB.Default.svc.CLUSTER.local. 30 IN A 10.96.0.20");
}

TEST_CASE("SRV lists a Service's ports") {
  ZoneWorld world;
  CHECK(world.answers("_http._tcp.web.default.svc.cluster.local.", RecordType::srv) ==
        "NOERROR; _http._tcp.web.default.svc.cluster.local. 30 IN SRV 0 100 80 "
        "web.default.svc.cluster.local.");
  const Message all = world.ask("web.default.svc.cluster.local.", RecordType::srv);
  CHECK(ZoneWorld::print(all, &Message::answers) ==
        "NOERROR; "
        "web.default.svc.cluster.local. 30 IN SRV 0 50 80 web.default.svc.cluster.local.; "
        "web.default.svc.cluster.local. 30 IN SRV 0 50 9090 web.default.svc.cluster.local.");
  CHECK(ZoneWorld::print(all, &Message::additionals) ==
        "NOERROR; web.default.svc.cluster.local. 30 IN A 10.96.0.20");
  CHECK(world.answers("_http._udp.web.default.svc.cluster.local.", RecordType::srv) == "NXDOMAIN");
  CHECK(world.answers("_ftp._tcp.web.default.svc.cluster.local.", RecordType::srv) == "NXDOMAIN");
}

TEST_CASE("a headless Service has its ready endpoints") {
  ZoneWorld world;
  CHECK(world.answers("db.default.svc.cluster.local.") ==
        "NOERROR; db.default.svc.cluster.local. 30 IN A 10.244.0.5; "
        "db.default.svc.cluster.local. 30 IN A 10.244.1.6; "
        "db.default.svc.cluster.local. 30 IN A 10.244.1.7");
  CHECK(world.answers("db-1.db.default.svc.cluster.local.") ==
        "NOERROR; db-1.db.default.svc.cluster.local. 30 IN A 10.244.1.6");
  CHECK(world.answers("10-244-1-7.db.default.svc.cluster.local.") ==
        "NOERROR; 10-244-1-7.db.default.svc.cluster.local. 30 IN A 10.244.1.7");
  CHECK(world.answers("db-2.db.default.svc.cluster.local.") == "NXDOMAIN");
  CHECK(world.answers("empty.default.svc.cluster.local.") == "NXDOMAIN");
  // Endpoints of other Services have names too.
  CHECK(world.answers("10-244-0-10.web.default.svc.cluster.local.") ==
        "NOERROR; 10-244-0-10.web.default.svc.cluster.local. 30 IN A 10.244.0.10");
}

TEST_CASE("SRV of a headless Service names its endpoints") {
  ZoneWorld world;
  const Message response = world.ask("_sql._tcp.db.default.svc.cluster.local.", RecordType::srv);
  CHECK(ZoneWorld::print(response, &Message::answers) ==
        "NOERROR; _sql._tcp.db.default.svc.cluster.local. 30 IN SRV 0 33 5432 "
        "10-244-1-7.db.default.svc.cluster.local.; "
        "_sql._tcp.db.default.svc.cluster.local. 30 IN SRV 0 33 5432 "
        "db-0.db.default.svc.cluster.local.; "
        "_sql._tcp.db.default.svc.cluster.local. 30 IN SRV 0 33 5432 "
        "db-1.db.default.svc.cluster.local.");
  CHECK(response.additionals.size() == 3);
}

TEST_CASE("a headless Service may have no ports") {
  ZoneWorld world;
  CHECK(world.answers("portless.default.svc.cluster.local.") ==
        "NOERROR; portless.default.svc.cluster.local. 30 IN A 10.244.0.7");
  CHECK(world.answers("portless.default.svc.cluster.local.", RecordType::srv) == "NOERROR");
}

TEST_CASE("what does not exist and what has no such record differ") {
  ZoneWorld world;
  const auto expect = [&world](const std::string& name, RecordType type, ResponseCode code) {
    const Message response = world.ask(name, type);
    CAPTURE(name);
    CHECK(response.code == code);
    CHECK(response.answers.empty());
    REQUIRE(response.authorities.size() == 1);
    CHECK(to_string(response.authorities[0]).starts_with(kSoa));
  };
  expect("nope.default.svc.cluster.local.", RecordType::a, ResponseCode::name_error);
  expect("web.nope.svc.cluster.local.", RecordType::a, ResponseCode::name_error);
  expect("web.default.svc.cluster.local.", RecordType::aaaa, ResponseCode::no_error);
  expect("web.default.svc.cluster.local.", RecordType::mx, ResponseCode::no_error);
  expect("nope.default.svc.cluster.local.", RecordType::mx, ResponseCode::name_error);
  expect("default.svc.cluster.local.", RecordType::a, ResponseCode::no_error);
  expect("svc.cluster.local.", RecordType::a, ResponseCode::no_error);
  expect("cluster.local.", RecordType::a, ResponseCode::no_error);
  expect("foo.cluster.local.", RecordType::a, ResponseCode::name_error);
  expect("a.b.c.web.default.svc.cluster.local.", RecordType::a, ResponseCode::name_error);
  // What search paths make of outside names.
  expect("example.com.default.svc.cluster.local.", RecordType::a, ResponseCode::name_error);
}

TEST_CASE("an ExternalName is an alias") {
  ZoneWorld world;
  CHECK(world.answers("alias.default.svc.cluster.local.") ==
        "NOERROR; alias.default.svc.cluster.local. 30 IN CNAME example.com.");
  CHECK(world.zone.look_up({"alias.default.svc.cluster.local."}, "cluster.local.").unresolved ==
        "example.com.");
  CHECK(world.answers("inner.default.svc.cluster.local.") ==
        "NOERROR; inner.default.svc.cluster.local. 30 IN CNAME web.default.svc.cluster.local.; "
        "web.default.svc.cluster.local. 30 IN A 10.96.0.20");
  // Without an address there is no use for the alias.
  CHECK(world.answers("inner.default.svc.cluster.local.", RecordType::aaaa) == "NOERROR");
  CHECK(world.answers("inner.default.svc.cluster.local.", RecordType::cname) ==
        "NOERROR; inner.default.svc.cluster.local. 30 IN CNAME web.default.svc.cluster.local.");
}

TEST_CASE("the zone describes itself") {
  ZoneWorld world;
  CHECK(world.answers("dns-version.cluster.local.", RecordType::txt) ==
        "NOERROR; dns-version.cluster.local. 28800 IN TXT \"1.1.0\"");
  CHECK(world.answers("cluster.local.", RecordType::soa)
            .starts_with(std::string{"NOERROR; "} + kSoa));
  CHECK(world.answers("cluster.local.", RecordType::ns) ==
        "NOERROR; cluster.local. 30 IN NS ns.dns.cluster.local.");
  CHECK(world.answers("20.0.96.10.in-addr.arpa.", RecordType::ptr) ==
        "NOERROR; 20.0.96.10.in-addr.arpa. 30 IN PTR web.default.svc.cluster.local.");
  CHECK(world.answers("21.0.96.10.in-addr.arpa.", RecordType::ptr) == "NXDOMAIN");
  CHECK(world.answers("10-244-1-7.default.pod.cluster.local.") ==
        "NOERROR; 10-244-1-7.default.pod.cluster.local. 30 IN A 10.244.1.7");
  CHECK(world.answers("300-1-1-1.default.pod.cluster.local.") == "NXDOMAIN");
}

TEST_CASE("an endpoint's address has PTR records for each of its names, as long as it is ready") {
  ZoneWorld world;
  const auto ask = [&](std::string_view reversed) {
    return world.answers(std::string{reversed} + ".in-addr.arpa.", RecordType::ptr);
  };
  const std::string record = "; 5.0.244.10.in-addr.arpa. 30 IN PTR ";
  const std::string name = record + "db-0.db.default.svc.cluster.local.";
  CHECK(ask("5.0.244.10") == "NOERROR" + name);
  CHECK(ask("7.1.244.10") ==
        "NOERROR; 7.1.244.10.in-addr.arpa. 30 IN PTR 10-244-1-7.db.default.svc.cluster.local.");
  CHECK(ask("8.1.244.10") == "NXDOMAIN");
  const doc::Value other = make_slice("web", {{"http", 80}}, {{"10.244.0.5", "db-0"}}, "web-two");
  world.add_slice(other);
  CHECK(ask("5.0.244.10") ==
        "NOERROR" + record + "10-244-0-5.web.default.svc.cluster.local." + name);
  // Another endpoint before it changes its place, not its name.
  const doc::Value shifted =
      make_slice("web", {{"http", 80}}, {{"10.244.0.4", "a"}, {"10.244.0.5", "db-0"}}, "web-two");
  world.zone.index().on_endpoint_slice(&other, &shifted);
  CHECK(ask("5.0.244.10") ==
        "NOERROR" + record + "10-244-0-5.web.default.svc.cluster.local." + name);
  world.zone.index().on_endpoint_slice(&shifted, nullptr);
  CHECK(ask("5.0.244.10") == "NOERROR" + name);
  CHECK(ask("4.0.244.10") == "NXDOMAIN");
}

TEST_CASE("PTR records follow a slice however its endpoints come, go, move and change") {
  std::vector<testing::EndpointSpec> specs;
  for (int i = 1; i <= 8; ++i) {
    specs.push_back({"10.244.9." + std::to_string(i), "pod-" + std::to_string(i)});
  }
  doc::Value slice = make_slice("web", {{"http", 8080}}, specs);
  // Versions share the endpoints that stay, as those that a controller writes do.
  std::vector<doc::Value> endpoints;
  for (const doc::Value& endpoint : slice["endpoints"].items()) endpoints.push_back(endpoint);
  std::vector<doc::Value> unready = endpoints;
  for (doc::Value& endpoint : unready) endpoint.edit("conditions").set("ready", false);

  ClusterZone followed;
  followed.index().on_endpoint_slice(nullptr, &slice);
  sim::Random random{7};
  for (int step = 0; step < 300; ++step) {
    const doc::Value before = slice;
    std::vector<doc::Value> list;
    for (const doc::Value& endpoint : before["endpoints"].items()) list.push_back(endpoint);
    const auto pick = static_cast<std::size_t>(random.below(endpoints.size()));
    const auto place = list.begin() + static_cast<std::ptrdiff_t>(random.below(list.size() + 1));
    switch (random.below(4)) {
      case 0:
        list.insert(place, endpoints[pick]);
        break;
      case 1:
        list.insert(place, unready[pick]);
        break;
      case 2:
        if (place != list.end()) list.erase(place);
        break;
      default:
        if (place != list.end()) *place = unready[pick];
        std::rotate(list.begin(), place, list.end());
    }
    if (list.size() > 10) list.resize(4);
    slice.set("endpoints", doc::Value::array(list));
    followed.index().on_endpoint_slice(&before, &slice);

    ClusterZone fresh;
    fresh.index().on_endpoint_slice(nullptr, &slice);
    for (int i = 1; i <= 8; ++i) {
      Message query;
      query.questions.push_back({std::to_string(i) + ".9.244.10.in-addr.arpa.", RecordType::ptr});
      CAPTURE(step);
      CHECK(ZoneWorld::print(testing::answer(followed, query), &Message::answers) ==
            ZoneWorld::print(testing::answer(fresh, query), &Message::answers));
    }
  }
}

TEST_CASE("the zone follows changes") {
  ZoneWorld world;
  const doc::Value before = make_service("web", "10.96.0.20", {{"http", 80}});
  const doc::Value after = make_service("web", "10.96.0.21", {{"http", 80}});
  world.zone.index().on_service(&before, &after);
  CHECK(world.answers("web.default.svc.cluster.local.") ==
        "NOERROR; web.default.svc.cluster.local. 30 IN A 10.96.0.21");
  CHECK(world.answers("20.0.96.10.in-addr.arpa.", RecordType::ptr) == "NXDOMAIN");
  world.zone.index().on_service(&after, nullptr);
  CHECK(world.answers("web.default.svc.cluster.local.") == "NXDOMAIN");
  const doc::Value old_slice = make_slice("db", {{"sql", 5432}}, {{"10.244.0.5", "db-0"}});
  const doc::Value new_slice = make_slice("db", {{"sql", 5432}}, {{"10.244.0.9", "db-9"}});
  world.zone.index().on_endpoint_slice(&old_slice, &new_slice);
  CHECK(world.answers("db.default.svc.cluster.local.") ==
        "NOERROR; db.default.svc.cluster.local. 30 IN A 10.244.0.9");
  world.zone.index().on_endpoint_slice(&new_slice, nullptr);
  CHECK(world.answers("db.default.svc.cluster.local.") == "NXDOMAIN");
}

TEST_CASE("bytes in, bytes out") {
  ZoneWorld world;
  const std::string query = encode_query(5, "web.default.svc.cluster.local.", RecordType::a);
  const auto response = decode(testing::respond(world.zone, query, Transport::udp));
  REQUIRE(response);
  CHECK(response->id == 5);
  CHECK(response->answers.size() == 1);
  CHECK(testing::respond(world.zone, "short", Transport::udp).empty());
  std::string answer = query;
  answer[2] = static_cast<char>(0x80);
  CHECK(testing::respond(world.zone, answer, Transport::udp).empty());
  const auto refused = decode(testing::respond(world.zone, query.substr(0, 20), Transport::udp));
  REQUIRE(refused);
  CHECK(refused->code == ResponseCode::format_error);
  CHECK(refused->id == 5);
  std::string notify = query;
  notify[2] = 0x28;
  CHECK(decode(testing::respond(world.zone, notify, Transport::udp))->code ==
        ResponseCode::not_implemented);
}

TEST_CASE("long answers are truncated over UDP only") {
  ZoneWorld world;
  std::vector<testing::EndpointSpec> endpoints;
  for (int i = 1; i <= 60; ++i) {
    endpoints.push_back({"10.244.3." + std::to_string(i), "big-" + std::to_string(i)});
  }
  world.add_service(make_service("big", "None", {{"http", 80}}));
  world.add_slice(make_slice("big", {{"http", 80}}, endpoints));
  const std::string query = encode_query(5, "big.default.svc.cluster.local.", RecordType::a);
  const std::string short_answer = testing::respond(world.zone, query, Transport::udp);
  CHECK(short_answer.size() <= kMaxPlainUdpSize);
  CHECK(decode(short_answer)->truncated);
  const auto whole = decode(testing::respond(world.zone, query, Transport::tcp));
  CHECK_FALSE(whole->truncated);
  CHECK(whole->answers.size() == 60);
}

}  // namespace
}  // namespace rockpool::net::dns
