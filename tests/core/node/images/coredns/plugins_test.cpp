// SPDX-License-Identifier: Apache-2.0
// What the plug-ins of a Corefile do to answers.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/core/node/images/coredns/coredns_world.h"

namespace rockpool::node::coredns {
namespace {

constexpr const char* kUpstream = "192.0.2.53";

TEST_CASE("kubernetes answers as its options say") {
  SUBCASE("by default Pods have no names and records live for 5 seconds") {
    CorednsWorld world{". {\n kubernetes cluster.local\n}\n"};
    CHECK(world.answers("web.default.svc.cluster.local.") ==
          "NOERROR; web.default.svc.cluster.local. 5 IN A 10.96.7.7");
    CHECK(world.answers("10-244-3-1.default.pod.cluster.local.") == "NXDOMAIN");
    CHECK(world.answers("7.7.96.10.in-addr.arpa.", RecordType::ptr) == "SERVFAIL");
  }
  SUBCASE("pods insecure, in namespaces that exist") {
    CorednsWorld world{
        ". {\n kubernetes cluster.local in-addr.arpa {\n pods insecure\n ttl 7\n"
        " }\n}\n"};
    CHECK(world.answers("10-1-1-1.default.pod.cluster.local.") ==
          "NOERROR; 10-1-1-1.default.pod.cluster.local. 7 IN A 10.1.1.1");
    CHECK(world.answers("10-1-1-1.nowhere.pod.cluster.local.") == "NXDOMAIN");
    CHECK(world.answers("fd00-10--7.default.pod.cluster.local.", RecordType::aaaa) ==
          "NOERROR; fd00-10--7.default.pod.cluster.local. 7 IN AAAA fd00:10::7");
    CHECK(world.answers("7.7.96.10.in-addr.arpa.", RecordType::ptr) ==
          "NOERROR; 7.7.96.10.in-addr.arpa. 7 IN PTR web.default.svc.cluster.local.");
  }
  SUBCASE("pods verified") {
    CorednsWorld world{". {\n kubernetes cluster.local {\n pods verified\n }\n}\n"};
    CHECK(world.answers("10-244-1-2.default.pod.cluster.local.") ==
          "NOERROR; 10-244-1-2.default.pod.cluster.local. 5 IN A 10.244.1.2");
    CHECK(world.answers("10-244-1-2.other.pod.cluster.local.") == "NXDOMAIN");
    CHECK(world.answers("10-244-1-3.default.pod.cluster.local.") == "NXDOMAIN");
    world.create_pod("q", "  containers: [{name: c, image: nginx}]\n");
    world.run(30s);
    CHECK(world.answers("10-244-1-3.default.pod.cluster.local.") ==
          "NOERROR; 10-244-1-3.default.pod.cluster.local. 5 IN A 10.244.1.3");
    world.remove("q", 0);
    world.run(5s);
    CHECK(world.answers("10-244-1-3.default.pod.cluster.local.") == "NXDOMAIN");
  }
  SUBCASE("endpoint_pod_names") {
    CorednsWorld world{". {\n kubernetes cluster.local {\n endpoint_pod_names\n }\n}\n"};
    CHECK(world.answers("db-0.db.default.svc.cluster.local.") ==
          "NOERROR; db-0.db.default.svc.cluster.local. 5 IN A 10.244.3.1");
    CHECK(world.answers("second.db.default.svc.cluster.local.") ==
          "NOERROR; second.db.default.svc.cluster.local. 5 IN A 10.244.3.2");
    CHECK(world.answers("10-244-3-1.db.default.svc.cluster.local.") == "NXDOMAIN");
  }
  SUBCASE("noendpoints, namespaces, labels, ignore empty_service") {
    CorednsWorld none{". {\n kubernetes cluster.local {\n noendpoints\n }\n}\n"};
    CHECK(none.answers("db.default.svc.cluster.local.") == "NXDOMAIN");
    CHECK(none.answers("web.default.svc.cluster.local.").starts_with("NOERROR; "));
    CorednsWorld other{". {\n kubernetes cluster.local {\n namespaces other\n }\n}\n"};
    CHECK(other.answers("web.default.svc.cluster.local.") == "NXDOMAIN");
    CHECK(other.answers("other.svc.cluster.local.") == "NOERROR");
    CorednsWorld labels{". {\n kubernetes cluster.local {\n labels app=x\n }\n}\n"};
    CHECK(labels.answers("web.default.svc.cluster.local.") == "NXDOMAIN");
    CorednsWorld full{". {\n kubernetes cluster.local {\n ignore empty_service\n }\n}\n"};
    CHECK(full.answers("web.default.svc.cluster.local.") == "NXDOMAIN");
    CHECK(full.answers("db.default.svc.cluster.local.").starts_with("NOERROR; "));
  }
  SUBCASE("fallthrough asks the next plug-in for the zones named, or for all") {
    CorednsWorld world{
        ". {\n kubernetes cluster.local in-addr.arpa {\n fallthrough in-addr.arpa\n }\n"
        " forward . 192.0.2.53\n}\n"};
    Upstream upstream{world.network, kUpstream};
    CHECK(world.answers("none.default.svc.cluster.local.") == "NXDOMAIN");
    CHECK(upstream.queries == 0);
    world.ask("1.1.1.1.in-addr.arpa.", RecordType::ptr);
    CHECK(upstream.queries == 1);
  }
}

TEST_CASE("forward asks the servers that it is told, and the file's") {
  SUBCASE("/etc/resolv.conf is the node's") {
    CorednsWorld world{". {\n forward . /etc/resolv.conf\n}\n"};
    Upstream upstream{world.network, "192.168.49.1"};
    const Message answer = world.ask("example.com.");
    CHECK(answer.recursion_available);
    CHECK_FALSE(answer.authoritative);
    REQUIRE(answer.answers.size() == 1);
    CHECK(to_string(answer.answers[0]) == "example.com. 60 IN A 198.51.100.7");
    CHECK(upstream.queries == 1);
  }
  SUBCASE("zones of its own, and exceptions") {
    CorednsWorld world{
        ". {\n errors\n forward example.org 192.0.2.53 {\n except b.example.org\n }\n}\n"};
    Upstream upstream{world.network, kUpstream};
    CHECK(world.answers("a.example.org.").starts_with("NOERROR; "));
    CHECK(world.answers("x.b.example.org.") == "SERVFAIL");
    CHECK(world.answers("example.com.") == "SERVFAIL");
    CHECK(upstream.queries == 1);
    CHECK(
        world.has_logged("[ERROR] plugin/errors: 2 example.com. A: plugin/forward: no next "
                         "plugin found\n"));
  }
  SUBCASE("in turn, at random, or the first that lives") {
    const auto share = [](const std::string& policy) {
      CorednsWorld world{". {\n forward . 192.0.2.53 192.0.2.54 {\n policy " + policy +
                         "\n }\n}\n"};
      Upstream one{world.network, kUpstream};
      Upstream two{world.network, "192.0.2.54"};
      for (int i = 0; i < 40; ++i) world.ask("n" + std::to_string(i) + ".example.com.");
      CHECK(one.queries + two.queries == 40);
      return one.queries;
    };
    CHECK(share("round_robin") == 20);
    CHECK(share("sequential") == 40);
    const int random = share("random");
    CHECK(random > 5);
    CHECK(random < 35);
  }
  SUBCASE("one that fails is passed over until it answers again") {
    CorednsWorld world{
        ". {\n errors\n forward . 192.0.2.53 192.0.2.54 {\n policy sequential\n }\n}\n"};
    Upstream one{world.network, kUpstream};
    Upstream two{world.network, "192.0.2.54"};
    one.close();
    CHECK(world.answers("a.example.com.").starts_with("NOERROR; "));
    CHECK(two.queries == 1);
    world.run(10s);
    CHECK(world.answers("b.example.com.").starts_with("NOERROR; "));
    CHECK(two.queries == 2);
    one.open();
    world.run(10s);
    CHECK(one.checks > 0);
    world.ask("c.example.com.");
    CHECK(one.queries == 1);
  }
  SUBCASE("nobody answers") {
    CorednsWorld world{". {\n errors\n forward . 192.0.2.53\n}\n"};
    Upstream upstream{world.network, kUpstream};
    upstream.is_silent = true;
    CHECK(world.answers("example.com.") == "SERVFAIL");
    CHECK(world.has_logged("[ERROR] plugin/errors: 2 example.com. A: read udp 10.244.1.2:"));
    CHECK(world.has_logged("->192.0.2.53:53: i/o timeout\n"));
  }
}

TEST_CASE("hosts answers from the Corefile and from a file that may change") {
  const std::string corefile =
      ". {\n hosts /etc/coredns/list example.org 10.in-addr.arpa {\n"
      " 10.0.0.1 a.example.org b.example.org\n fd00::1 a.example.org # six\n"
      " 10.0.0.9 a.example.com\n ttl 9\n fallthrough\n }\n forward . 192.0.2.53\n}\n";
  CorednsWorld world{corefile};
  Upstream upstream{world.network, kUpstream};
  CHECK(world.answers("A.example.org.") == "NOERROR; A.example.org. 9 IN A 10.0.0.1");
  CHECK(world.ask("a.example.org.").authoritative);
  CHECK(world.answers("a.example.org.", RecordType::aaaa) ==
        "NOERROR; a.example.org. 9 IN AAAA fd00::1");
  CHECK(world.answers("b.example.org.", RecordType::aaaa) == "NOERROR");
  CHECK(world.answers("1.0.0.10.in-addr.arpa.", RecordType::ptr) ==
        "NOERROR; 1.0.0.10.in-addr.arpa. 9 IN PTR a.example.org.; "
        "1.0.0.10.in-addr.arpa. 9 IN PTR b.example.org.");
  CHECK(upstream.queries == 0);
  // Not of its zones, or not known.
  CHECK(world.answers("a.example.com.") == "NOERROR; a.example.com. 60 IN A 198.51.100.7");
  CHECK(world.answers("c.example.org.") == "NOERROR; c.example.org. 60 IN A 198.51.100.7");
  CHECK(world.has_logged("[WARNING] plugin/hosts: File does not exist: /etc/coredns/list\n"));
  world.set_corefile(corefile, {{"list", "10.0.0.3 c.example.org\n"}});
  world.run(70s);
  CHECK(world.answers("c.example.org.") == "NOERROR; c.example.org. 9 IN A 10.0.0.3");

  CorednsWorld strict{". {\n hosts {\n 10.0.0.1 a.example.org\n no_reverse\n }\n}\n"};
  CHECK(strict.answers("b.example.org.") == "SERVFAIL");
  CHECK(strict.answers("1.0.0.10.in-addr.arpa.", RecordType::ptr) == "SERVFAIL");
  CHECK(strict.answers("p.") == "NOERROR; p. 3600 IN A 10.244.1.2");
}

TEST_CASE("rewrite changes questions, and answers back") {
  const auto answer = [](const std::string& rules, const std::string& name,
                         RecordType type = RecordType::a) {
    CorednsWorld world{". {\n" + rules + "\n kubernetes cluster.local\n}\n"};
    return world.answers(name, type);
  };
  const std::string web = "web.default.svc.cluster.local. 5 IN A 10.96.7.7";
  CHECK(answer("rewrite name w.org web.default.svc.cluster.local", "W.org.") ==
        "NOERROR; w.org. 5 IN A 10.96.7.7");
  CHECK(answer("rewrite name suffix .org .default.svc.cluster.local", "web.org.") ==
        "NOERROR; " + web);
  CHECK(answer("rewrite name suffix .org .default.svc.cluster.local answer auto", "web.org.") ==
        "NOERROR; web.org. 5 IN A 10.96.7.7");
  CHECK(answer("rewrite name prefix old- we", "old-b.default.svc.cluster.local.") ==
        "NOERROR; " + web);
  CHECK(answer("rewrite name substring .space. .default.svc.", "web.space.cluster.local.") ==
        "NOERROR; " + web);
  CHECK(answer("rewrite name regex (.*)\\.in\\.(.*)\\.test {1}.{2}.svc.cluster.local",
               "web.in.default.test.") == "NOERROR; " + web);
  CHECK(answer("rewrite stop {\n name regex (.*)\\.test {1}.default.svc.cluster.local\n"
               " answer name (.*)\\.default\\.svc\\.cluster\\.local {1}.test\n}",
               "web.test.") == "NOERROR; web.test. 5 IN A 10.96.7.7");
  CHECK(answer("rewrite type MX A", "web.default.svc.cluster.local.", RecordType::mx) ==
        "NOERROR; " + web);
  CHECK(answer("rewrite ttl suffix .local 30-60", "web.default.svc.cluster.local.") ==
        "NOERROR; web.default.svc.cluster.local. 30 IN A 10.96.7.7");
  CHECK(answer("rewrite rcode no.default.svc.cluster.local NXDOMAIN NOERROR",
               "no.default.svc.cluster.local.") == "NOERROR");
  // The first that applies is the last one, unless it says otherwise.
  const std::string second = "\nrewrite name b.org web.default.svc.cluster.local";
  CHECK(answer("rewrite name a.org b.org" + second, "a.org.") == "SERVFAIL");
  CHECK(answer("rewrite continue name a.org b.org" + second, "a.org.") ==
        "NOERROR; a.org. 5 IN A 10.96.7.7");
  CHECK(answer("rewrite name a.org a..b", "a.org.") == "SERVFAIL");
}

TEST_CASE("cache keeps answers and counts their time down") {
  CorednsWorld world{
      ". {\n prometheus :9153\n cache 30 {\n denial 100 20\n"
      " disable success never.org\n }\n forward . 192.0.2.53\n}\n"};
  Upstream upstream{world.network, kUpstream};
  CHECK(world.answers("a.example.com.") == "NOERROR; a.example.com. 30 IN A 198.51.100.7");
  world.run(10s);
  upstream.address = "198.51.100.8";
  CHECK(world.answers("a.example.com.") == "NOERROR; a.example.com. 20 IN A 198.51.100.7");
  CHECK(world.ask("a.example.com.").authoritative);
  CHECK(upstream.queries == 1);
  world.run(25s);
  CHECK(world.answers("a.example.com.") == "NOERROR; a.example.com. 30 IN A 198.51.100.8");
  CHECK(upstream.queries == 2);
  world.ask("x.never.org.");
  world.ask("x.never.org.");
  CHECK(upstream.queries == 4);
  upstream.code = ResponseCode::name_error;
  CHECK(world.ask("no.example.com.").authorities.at(0).ttl == 20);
  world.run(10s);
  CHECK(world.ask("no.example.com.").authorities.at(0).ttl == 10);
  CHECK(upstream.queries == 5);
  upstream.code = ResponseCode::server_failure;
  CHECK(world.answers("fails.example.com.") == "SERVFAIL");
  CHECK(world.answers("fails.example.com.") == "SERVFAIL");
  CHECK(upstream.queries == 6);
  world.run(6s);
  CHECK(world.answers("fails.example.com.") == "SERVFAIL");
  CHECK(upstream.queries == 7);
  const std::string metrics = world.get("http://10.244.1.2:9153/metrics");
  CHECK(metrics.find("coredns_cache_hits_total{server=\"dns://:53\",type=\"denial\"} 2\n") !=
        std::string::npos);
  CHECK(metrics.find("coredns_cache_hits_total{server=\"dns://:53\",type=\"success\"} 2\n") !=
        std::string::npos);
  CHECK(metrics.find("coredns_dns_responses_total{plugin=\"cache\",rcode=\"NXDOMAIN\",server="
                     "\"dns://:53\",view=\"\",zone=\".\"} 1\n") != std::string::npos);
}

TEST_CASE("cache may give out what has expired, and ask early for what is popular") {
  CorednsWorld world{". {\n cache 30 {\n serve_stale 10m\n }\n forward . 192.0.2.53\n}\n"};
  Upstream upstream{world.network, kUpstream};
  world.ask("a.example.com.");
  world.run(60s);
  upstream.address = "198.51.100.8";
  CHECK(world.answers("a.example.com.") == "NOERROR; a.example.com. 0 IN A 198.51.100.7");
  world.run(1s);
  CHECK(upstream.queries == 2);
  CHECK(world.answers("a.example.com.").ends_with(" IN A 198.51.100.8"));
  CHECK(upstream.queries == 2);
  world.run(11min);
  CHECK(world.answers("a.example.com.") == "NOERROR; a.example.com. 30 IN A 198.51.100.8");

  CorednsWorld early{". {\n cache 20 {\n prefetch 2 1m 50%\n }\n forward . 192.0.2.53\n}\n"};
  Upstream other{early.network, kUpstream};
  early.ask("a.example.com.");
  early.run(12s);
  early.ask("a.example.com.");
  CHECK(other.queries == 1);
  early.ask("a.example.com.");
  early.run(1s);
  CHECK(other.queries == 2);
}

TEST_CASE("errors are told one by one or in sum, and log tells of every query") {
  CorednsWorld world{
      ". {\n errors {\n consolidate 30s \"^concurrent .*\"\n"
      " consolidate 30s \".* i/o timeout$\" warning\n }\n log . {\n class denial error\n }\n"
      " kubernetes cluster.local\n forward . 192.0.2.53\n}\n"};
  Upstream upstream{world.network, kUpstream};
  upstream.is_silent = true;
  for (const char* name : {"a.example.com.", "b.example.com."}) world.ask(name);
  CHECK_FALSE(world.has_logged("plugin/errors"));
  world.run(30s);
  CHECK(
      world.has_logged("[WARNING] plugin/errors: 2 errors like '.* i/o timeout$' occurred in last "
                       "30s\n"));
  world.ask("web.default.svc.cluster.local.");
  world.ask("no.default.svc.cluster.local.");
  CHECK_FALSE(world.has_logged("web.default"));
  CHECK(
      world.has_logged(" - 7 \"A IN no.default.svc.cluster.local. udp 46 false 512\" NXDOMAIN "
                       "qr,aa,rd 139 0s\n"));
  CHECK(world.has_logged("[INFO] 192.168.49.3:"));
  CHECK(world.has_logged("\"A IN a.example.com. udp 31 false 512\" SERVFAIL qr,rd 31 6"));
}

TEST_CASE("several server blocks have their zones and ports") {
  CorednsWorld world{
      "example.org:1053 b.org {\n hosts {\n 10.0.0.1 a.example.org\n 10.0.0.2 a.b.org\n }\n}\n"
      ". {\n whoami\n}\n10.0.0.0/8 {\n forward . 192.0.2.53\n}\n"};
  Upstream upstream{world.network, kUpstream};
  CHECK(world.answers("a.example.org.", RecordType::a, 1053) ==
        "NOERROR; a.example.org. 3600 IN A 10.0.0.1");
  CHECK(world.answers("a.b.org.") == "NOERROR; a.b.org. 3600 IN A 10.0.0.2");
  CHECK(world.answers("a.b.org.", RecordType::a, 1053) == "REFUSED");
  const Message who = world.ask("a.example.org.");
  REQUIRE(who.additionals.size() == 2);
  CHECK(to_string(who.additionals[0]) == "a.example.org. 0 IN A 192.168.49.3");
  CHECK(who.additionals[1].name == "_udp.a.example.org.");
  world.ask("1.2.3.10.in-addr.arpa.", RecordType::ptr);
  CHECK(upstream.queries == 1);
  CHECK(
      world.log_text().starts_with(".:53\n10.in-addr.arpa.:53\nb.org.:53\nexample.org.:1053\n"
                                   "CoreDNS-1.12.0\nlinux/amd64, go1.23.3, 51e11f1\n"));
}

TEST_CASE("loadbalance puts addresses in changing order, and minimal leaves out the rest") {
  const std::string kubernetes = " kubernetes cluster.local\n}\n";
  const auto times_first = [](CorednsWorld& world) {
    int count = 0;
    for (int i = 0; i < 150; ++i) {
      const Message answer = world.ask("db.default.svc.cluster.local.");
      count += std::get<net::IpAddress>(answer.answers.at(0).data) ==
                       *net::IpAddress::parse("10.244.3.1")
                   ? 1
                   : 0;
    }
    return count;
  };
  CorednsWorld fixed{". {\n minimal\n" + kubernetes};
  CHECK(times_first(fixed) == 150);
  CHECK(fixed.ask("_sql._tcp.db.default.svc.cluster.local.", RecordType::srv).additionals.empty());
  CorednsWorld mixed{". {\n loadbalance round_robin\n" + kubernetes};
  const int first = times_first(mixed);
  CHECK(first > 25);
  CHECK(first < 75);
}

TEST_CASE("loop finds out that CoreDNS asks itself") {
  CorednsWorld world{". {\n loop\n forward . 127.0.0.1\n}\n", false};
  CHECK(world.container("p").restart_count() > 0);
  CHECK(world.container("p").last_state().terminated()["exitCode"].as_int() == 1);
  CHECK(world.has_logged("[FATAL] plugin/loop: Loop (127.0.0.1:"));
  CHECK(
      world.has_logged(" -> :53) detected for zone \".\", see "
                       "https://coredns.io/plugins/loop#troubleshooting. Query: \"HINFO "));
  CorednsWorld fine{". {\n loop\n forward . 192.0.2.53\n}\n"};
  CHECK(fine.container("p").restart_count() == 0);
}

TEST_CASE("health and ready listen where they are told, and health delays the end") {
  CorednsWorld world{". {\n health :9000 {\n lameduck 3s\n }\n ready :9001\n whoami\n}\n"};
  CHECK(world.get("http://10.244.1.2:9000/health") == "200 OK");
  CHECK(world.get("http://10.244.1.2:9001/ready") == "200 OK");
  CHECK(world.get("http://10.244.1.2:8080/health") == "connection_refused");
  world.remove("p", 30);
  world.run(2s);
  CHECK(world.exists("p"));
  CHECK(world.ask("a.").is_response);
  CHECK(
      world.has_logged("[INFO] SIGTERM: Shutting down servers then terminating\n"
                       "[INFO] plugin/health: Going into lameduck mode for 3s\n"));
  world.run(3s);
  CHECK_FALSE(world.exists("p"));
}

TEST_CASE("a changed ConfigMap takes effect without a restart, if it is good") {
  const std::string before =
      ". {\n reload\n hosts {\n 10.0.0.1 a.org\n fallthrough\n }\n whoami\n}\n";
  CorednsWorld world{before};
  CHECK(world.answers("a.org.") == "NOERROR; a.org. 3600 IN A 10.0.0.1");
  CHECK(world.has_logged("[INFO] plugin/reload: Running configuration SHA512 = "));
  world.set_corefile(". {\n reload\n hosts {\n 10.0.0.2 a.org\n }\n}\n. :1053 {\n whoami\n}\n");
  // The kubelet renews the volume after a while, and the file is looked at after another.
  world.run(30s);
  CHECK(world.answers("a.org.") == "NOERROR; a.org. 3600 IN A 10.0.0.1");
  world.run(75s);
  CHECK(
      world.has_logged("[ERROR] Restart failed: cannot serve dns://.:53 - it is already defined\n"
                       "[ERROR] plugin/reload: Corefile changed but reload failed: starting with "
                       "listener file descriptors: cannot serve dns://.:53 - it is already "
                       "defined\n"));
  CHECK(world.answers("a.org.") == "NOERROR; a.org. 3600 IN A 10.0.0.1");
  world.set_corefile(". {\n reload\n hosts {\n 10.0.0.2 a.org\n }\n}\n.:1053 {\n whoami\n}\n");
  world.run(110s);
  CHECK(world.answers("a.org.") == "NOERROR; a.org. 3600 IN A 10.0.0.2");
  CHECK(world.answers("b.org.", RecordType::a, 1053) == "NOERROR");
  CHECK(world.has_logged("[INFO] Reloading complete\n"));
  // A file that cannot even be taken apart is only warned of; an unknown directive is an error.
  world.set_corefile(". {\n cache {\n");
  world.run(110s);
  CHECK(
      world.has_logged("[WARNING] plugin/reload: Corefile parse failed: "
                       "/etc/coredns/Corefile:2 - Error during parsing: Unexpected EOF\n"));
  world.set_corefile(". {\n banana\n}\n");
  world.run(110s);
  CHECK(
      world.has_logged("[ERROR] plugin/reload: Corefile changed but reload failed: starting with "
                       "listener file descriptors: /etc/coredns/Corefile:2 - Error during "
                       "parsing: Unknown directive 'banana'\n"));
  CHECK(world.answers("a.org.") == "NOERROR; a.org. 3600 IN A 10.0.0.2");
  CHECK(world.container("p").restart_count() == 0);
}

TEST_CASE("without a Corefile CoreDNS says who asks") {
  NodeWorld world;
  world.create_pod("p", "  containers: [{name: c, image: 'coredns/coredns:1.12.0'}]\n");
  world.run(20s);
  CHECK(world.log("p", "c") == ".:53\nCoreDNS-1.12.0\nlinux/amd64, go1.23.3, 51e11f1\n");
}

TEST_CASE("acl decides who may ask for what, and any answers those who ask for everything") {
  CorednsWorld world{
      ". {\n debug\n multisocket 2\n cancel 3s\n timeouts {\n  read 5\n }\n any\n"
      " acl example.org {\n  block net 10.244.0.0/16\n  filter type AAAA TXT\n"
      "  block type SRV net *\n  allow\n }\n"
      " acl {\n  block type PTR\n  allow net *\n }\n"
      " hosts {\n  192.0.2.1 example.org\n  192.0.2.2 example.com\n }\n}\n"};
  CHECK(world.answers("example.org.") == "NOERROR; example.org. 3600 IN A 192.0.2.1");
  CHECK(world.answers("example.org.", RecordType::txt) == "NOERROR");
  CHECK(world.answers("example.org.", RecordType::srv) == "REFUSED");
  CHECK(world.answers("example.com.") == "NOERROR; example.com. 3600 IN A 192.0.2.2");
  // Only the second rule is about this name.
  CHECK(world.answers("example.com.", RecordType::srv) != "REFUSED");
  CHECK(world.answers("2.2.0.192.in-addr.arpa.", RecordType::ptr) == "REFUSED");
  const Message everything = world.ask("example.org.", RecordType::any);
  REQUIRE(everything.answers.size() == 1);
  CHECK(everything.answers[0].ttl == 8482);
  CHECK(std::get<net::dns::RawData>(everything.answers[0].data).bytes ==
        "\rANY obsoleted\fSee RFC 8482");
}

TEST_CASE("the zone's name servers are the Services behind which the server stands") {
  CorednsWorld world{". {\n kubernetes cluster.local\n}\n"};
  const auto servers = [&] {
    const Message message = world.ask("cluster.local.", RecordType::ns);
    std::vector<std::string> lines;
    for (const net::dns::Record& record : message.answers) lines.push_back(to_string(record));
    for (const net::dns::Record& record : message.additionals) {
      if (record.type != RecordType::opt) lines.push_back(to_string(record));
    }
    std::ranges::sort(lines);
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
  };
  CHECK(servers() ==
        "cluster.local. 5 IN NS ns.dns.cluster.local.\nns.dns.cluster.local. 5 IN A 10.244.1.2\n");
  world.create(
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: IPv4\n"
      "metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}\n"
      "ports: [{name: http, port: 53}]\nendpoints: [{addresses: [10.244.1.2]}]\n");
  world.run(1s);
  CHECK(servers() ==
        "cluster.local. 5 IN NS web.default.svc.cluster.local.\n"
        "web.default.svc.cluster.local. 5 IN A 10.96.7.7\n");
  world.create(
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: IPv4\n"
      "metadata: {name: db-2, labels: {kubernetes.io/service-name: db}}\n"
      "ports: [{name: sql, port: 53}]\nendpoints: [{addresses: [10.244.1.2], hostname: dns}]\n");
  world.run(1s);
  CHECK(servers().find("NS dns.db.default.svc.cluster.local.\n") != std::string::npos);
  CHECK(servers().find("NS web.default.svc.cluster.local.\n") != std::string::npos);
}

}  // namespace
}  // namespace rockpool::node::coredns
