// SPDX-License-Identifier: Apache-2.0
// What can be opened from Services, Pods and nodes, and how one leads to the other.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/web/app/fixture/headless.h"
#include "web/app/cluster_session.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kOrphan =
    "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: "
    "{app: wbe}, ports: [{port: 80, nodePort: 30080}]}}";

// A newcomer's cluster on a screen.
struct Screen {
  explicit Screen(float width = 1440, float height = 900)
      : session{std::make_shared<web::ClusterHolder>(), newcomer_options()},
        headless{session, width, height} {
    headless.run(0.1f);
  }
  Desk& desk() { return headless.app().desk(); }
  void open(const ObjectRef& object, int tab) {
    desk().select(object);
    desk().wanted_inspector_tab = tab;
    headless.run(0.1f);
  }
  std::string text(std::string_view widget) {
    const WidgetMap::Entry* entry = headless.find(widget);
    return entry == nullptr ? std::string{"(not there)"} : entry->text;
  }
  void pass(sim::Duration span) {
    session.run_for(span, [] { return true; });
    headless.run(1);
  }

  ClusterSession session;
  Headless headless;
};

TEST_CASE("from a Service to its endpoints, and on to their Pods and nodes") {
  Screen screen;
  screen.open({"Service", "default", "web"}, inspector_tab::kSummary);
  REQUIRE(screen.headless.click("inspector/endpoints"));
  CHECK(screen.text("endpoint/10.244.") == "ready serving ");
  REQUIRE(screen.headless.click("endpoint-pod/web-"));
  CHECK(screen.desk().selection.kind == "Pod");
  CHECK(screen.desk().selection.name.starts_with("web-"));
  screen.headless.run(0.1f);
  REQUIRE(screen.headless.click("related/Service/web"));
  CHECK(screen.desk().selection == ObjectRef{"Service", "default", "web"});
  screen.open({"Service", "default", "web"}, inspector_tab::kEndpoints);
  REQUIRE(screen.headless.click("endpoint-node/"));
  CHECK(screen.desk().selection.kind == "Node");
  screen.open({"Service", "default", "web"}, inspector_tab::kEndpoints);
  REQUIRE(screen.headless.click("slice/web-"));
  CHECK(screen.desk().selection.kind == "EndpointSlice");
  CHECK(screen.text("endpoint/10.244.") == "ready serving ");
}

TEST_CASE("a summary keeps names and values apart, however long they are") {
  const std::string longest(63, 'n');
  Screen screen{900, 600};
  REQUIRE(screen.session
              .apply("{apiVersion: v1, kind: Pod, metadata: {name: long}, spec: {containers: "
                     "[{name: " +
                     longest + ", image: 'nginx:1.27'}]}}")
              .ok);
  screen.open({"Pod", "default", "long"}, inspector_tab::kSummary);
  const WidgetMap::Entry* fact = screen.headless.find("fact/" + longest);
  REQUIRE(fact != nullptr);
  const Rect name = fact->rect;
  const WidgetMap::Entry* value = screen.headless.find("value/" + longest);
  REQUIRE(value != nullptr);
  CHECK(value->text == "nginx:1.27");
  CHECK_FALSE(value->rect.overlaps(name));
  CHECK(name.right() <= 900);
  CHECK(screen.text("value/Status") != "(not there)");
}

TEST_CASE("name look-ups open into what was asked along the search path") {
  Screen screen;
  screen.open({"Service", "default", "web"}, inspector_tab::kLookups);
  screen.headless.run(1);
  CHECK(screen.text("lookup/pod/default/client-") ==
        screen.session.world().services.get("default/web")->cluster_ip);
  REQUIRE(screen.headless.click("lookup-client/"));
  CHECK(screen.desk().selection.kind == "Pod");
  // The tab stays: the same look-up is the Pod's too.
  CHECK(screen.text("lookup/pod/default/client-") != "(not there)");
  REQUIRE(screen.headless.click("inspector/summary"));
  screen.headless.run(0.1f);
  REQUIRE(screen.headless.click("related/Node/"));
  CHECK(screen.desk().selection.kind == "Node");
}

TEST_CASE("names are looked up by hand from a Pod, and the answer stands above the others") {
  for (const float width : {1440.0f, 390.0f}) {
    CAPTURE(width);
    Screen screen{width, 844};
    std::string client;
    screen.session.world().pods.each([&client](Slot, const PodItem& pod) {
      if (pod.app == "client") client = pod.name;
    });
    screen.open({"Pod", "default", client}, inspector_tab::kLookups);
    screen.desk().show(Panel::Inspect);
    if (width < 500) REQUIRE(screen.headless.click("tab/inspect"));
    REQUIRE(screen.headless.click("lookup-name"));
    screen.headless.io().AddInputCharactersUTF8("kube-dns.kube-system");
    screen.headless.run(0.1f);
    screen.headless.io().AddKeyEvent(ImGuiKey_Enter, true);
    screen.headless.frame();
    screen.headless.io().AddKeyEvent(ImGuiKey_Enter, false);
    screen.headless.run(0.1f);
    screen.pass(1s);
    CHECK(screen.text("lookup-answer").contains(" IN A 10.96.0.10\n"));
    // Another Pod's panel shows its own questions only.
    screen.open({"Node", "", "node-1"}, inspector_tab::kLookups);
    CHECK(screen.text("lookup-answer") == "(not there)");
    CHECK(screen.text("lookup-ask") != "(not there)");
    // A Service asks nothing.
    screen.open({"Service", "default", "web"}, inspector_tab::kLookups);
    CHECK(screen.text("lookup-ask") == "(not there)");
  }
}

TEST_CASE("a fresh cluster has the address families that were chosen") {
  using net::Family;
  struct Case {
    std::string id;
    std::vector<Family> families;
  };
  const Case cases[] = {{"reset/dual-ipv4", {Family::ipv4, Family::ipv6}},
                        {"reset/dual-ipv6", {Family::ipv6, Family::ipv4}},
                        {"reset/ipv6", {Family::ipv6}},
                        {"reset/ipv4", {Family::ipv4}}};
  Screen screen{390, 844};
  for (const Case& one : cases) {
    CAPTURE(one.id);
    REQUIRE(screen.session
                .apply("{apiVersion: v1, kind: Service, metadata: {name: extra}, spec: "
                       "{ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}}")
                .ok);
    screen.desk().select({"Service", "default", "extra"});
    screen.headless.run(0.1f);
    REQUIRE(screen.headless.click("reset"));
    screen.headless.run(0.1f);
    REQUIRE(screen.headless.click(one.id));
    screen.headless.run(0.2f);
    CHECK(screen.session.ip_families() == one.families);
    CHECK(screen.session.world().services.get("default/extra") == nullptr);
    CHECK(!screen.desk().selection);
    const bool is_v6 = one.families.front() == Family::ipv6;
    const ServiceItem* web = screen.session.world().services.get("default/web");
    REQUIRE(web != nullptr);
    CHECK(web->cluster_ip.contains(':') == is_v6);
    CHECK(web->ready.size() == 3);
    CHECK(screen.session.world().nodes.get("node-1")->ip.contains(':') == is_v6);
    // Every address is told, one line each.
    std::string pod;
    screen.session.world().pods.each([&pod](Slot, const PodItem& item) {
      if (item.app == "web") pod = item.name;
    });
    const bool dual = one.families.size() == 2;
    const auto lines_of = [&screen](const ObjectRef& object, std::string_view name) {
      for (const auto& [fact, value] : screen.session.facts(object)) {
        if (fact == name) return 1 + std::ranges::count(value, '\n');
      }
      return std::ptrdiff_t{0};
    };
    const std::string_view addresses = dual ? "Addresses" : "Address";
    CHECK(lines_of({"Pod", "default", pod}, addresses) == (dual ? 2 : 1));
    CHECK(lines_of({"Node", "", "node-2"}, addresses) == (dual ? 2 : 1));
    CHECK(lines_of({"Node", "", "node-2"}, dual ? "Pod ranges" : "Pod range") == (dual ? 2 : 1));
    CHECK(lines_of({"Service", "default", "web"}, "Cluster IP") == 1);
    // It lives: the client's requests arrive.
    const std::uint64_t before = screen.session.traffic().total();
    const std::uint64_t failed = screen.session.traffic().failures();
    screen.pass(5s);
    CHECK(screen.session.traffic().total() > before + 20);
    CHECK(screen.session.traffic().failures() == failed);
    // The menu knows what it is now.
    REQUIRE(screen.headless.click("reset"));
    screen.headless.run(0.1f);
    CHECK(screen.text(one.id).ends_with(" now"));
    screen.headless.io().AddKeyEvent(ImGuiKey_Escape, true);
    screen.headless.frame();
    screen.headless.io().AddKeyEvent(ImGuiKey_Escape, false);
    screen.headless.run(0.1f);
  }
}

TEST_CASE("the proxies are switched while requests go on") {
  for (const char* mode : {"iptables", "ipvs lc", "nftables", "userspace"}) {
    Screen screen;
    const std::uint64_t before = screen.session.traffic().total();
    const std::uint64_t failed = screen.session.traffic().failures();
    REQUIRE(screen.headless.click("proxy-mode"));
    screen.headless.run(0.1f);
    REQUIRE(screen.headless.click(std::string{"proxy-mode/"} + mode));
    CHECK(proxy_mode_text(screen.session.proxy_mode()) == mode);
    CHECK(screen.text("proxy-mode") == std::string{"proxy: "} + mode);
    screen.pass(5s);
    CHECK(screen.session.traffic().total() > before);
    CHECK(screen.session.traffic().failures() == failed);
  }
}

TEST_CASE("a node's rules lead to Services and Pods, and are there as its tool prints them") {
  Screen screen;
  screen.open({"Node", "", "node-1"}, inspector_tab::kProxy);
  CHECK(screen.text("rule/default/web/") == "3");
  REQUIRE(screen.headless.click("node-proxy/iptables-save"));
  screen.headless.run(0.4f);
  CHECK(screen.session.node_proxy("node-1", NodeProxyPart::Text).text.contains("default/web"));
  REQUIRE(screen.headless.find("proxy-text") != nullptr);
  REQUIRE(screen.headless.click("node-proxy/Rules"));
  screen.headless.run(0.4f);
  REQUIRE(screen.headless.click("rule-pod/web-"));
  CHECK(screen.desk().selection.kind == "Pod");
}

TEST_CASE("the client's node tracks its connections and remembers whom it stays with") {
  Screen screen;
  REQUIRE(
      screen.session
          .apply("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: "
                 "web}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 80}]}}")
          .ok);
  screen.pass(5s);
  std::string client;
  screen.session.world().pods.each([&client](Slot, const PodItem& pod) {
    if (pod.app == "client") client = key_of_object(pod.ns, pod.name);
  });
  const PodItem* pod = screen.session.world().pods.get(client);
  REQUIRE(pod != nullptr);
  screen.open({"Node", "", pod->node}, inspector_tab::kProxy);
  REQUIRE(screen.headless.click("node-proxy/Tracked"));
  screen.headless.run(0.4f);
  CHECK(screen.headless.find("tracked/TCP/" + pod->ip + ":") != nullptr);
  REQUIRE(screen.headless.click("node-proxy/Affinity"));
  screen.headless.run(0.4f);
  CHECK(screen.text("affinity").starts_with(pod->ip + " 10.244."));
  REQUIRE(screen.headless.click("affinity-pod"));
  CHECK(screen.desk().selection.kind == "Pod");
}

TEST_CASE("a failed request is one click away from what is wrong with it") {
  for (const float width : {1440.0f, 900.0f, 390.0f}) {
    CAPTURE(width);
    Screen screen{width, width < 500 ? 844.0f : 600.0f};
    REQUIRE(screen.session.apply(kOrphan).ok);
    screen.pass(5s);
    screen.desk().show(Panel::Traffic);
    screen.headless.run(0.1f);
    REQUIRE(screen.headless.click("failure/pod/default/client-"));
    screen.headless.run(0.1f);
    CHECK(screen.desk().why.from.starts_with("pod/default/client-"));
    CHECK(screen.desk().why.url == "http://web/");
    REQUIRE(screen.desk().why.failed != nullptr);
    CHECK(screen.text("why-then/verdict").starts_with("selects_nothing: "));
    CHECK(screen.text("why/same") == "The same is wrong now.");
    // What is mended shows without being asked again, beside what was wrong.
    REQUIRE(screen.session
                .apply("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: "
                       "{selector: {app: web}, ports: [{port: 80}]}}")
                .ok);
    screen.pass(5s);
    CHECK(screen.text("why-then/verdict").starts_with("selects_nothing: "));
    CHECK(screen.text("why/same") == "(not there)");
    CHECK(screen.text("why/verdict").starts_with("none: "));
    CHECK(screen.text("why/finding/0") != "(not there)");
    // Who asks for something else does not mean that request.
    screen.desk().why.url = "http://web:81/";
    screen.headless.run(1);
    CHECK(screen.desk().why.failed == nullptr);
    CHECK(screen.text("why/verdict").starts_with("no_such_port: "));
  }
}

TEST_CASE("the chart of the only Service is seen as a whole below the requests that failed") {
  Screen screen;
  REQUIRE(screen.session.apply(kOrphan).ok);
  screen.pass(5s);
  REQUIRE(screen.headless.find("failure/") != nullptr);
  const WidgetMap::Entry* chart = screen.headless.find("chart/default/web");
  REQUIRE(chart != nullptr);
  CHECK(chart->rect.bottom() <= 900);
  CHECK(chart->rect.h > 60);
}

TEST_CASE("a failure on the map is clicked to see why that request failed, or asked for by a key") {
  Screen screen;
  REQUIRE(screen.session.apply(kOrphan).ok);
  // The mark comes when the flight has ended.
  for (int waited = 0; waited < 40 && screen.headless.find("why/Pod ") == nullptr &&
                       screen.headless.find("why/Service ") == nullptr &&
                       screen.headless.find("why/the proxy of ") == nullptr;
       ++waited) {
    screen.pass(500ms);
    screen.headless.run(0.3f);
  }
  // Its words hide no Service.
  const std::vector<WidgetMap::Entry> widgets = screen.headless.app().find_widgets();
  for (const WidgetMap::Entry& words : widgets) {
    if (!words.id.starts_with("why/")) continue;
    for (const WidgetMap::Entry& card : widgets) {
      if (card.id.starts_with("service/")) CHECK_FALSE(words.rect.overlaps(card.rect));
    }
  }
  const bool clicked = screen.headless.click("why/the proxy of ") ||
                       screen.headless.click("why/Service ") || screen.headless.click("why/Pod ");
  REQUIRE(clicked);
  screen.headless.run(0.1f);
  REQUIRE(screen.desk().why.failed != nullptr);
  CHECK(screen.desk().why.failed->url == "http://web/");
  REQUIRE(screen.desk().why.failed->then);
  CHECK(screen.desk().why.failed->then->cause == cluster::Cause::selects_nothing);
  screen.desk().why = {};
  ask_why_last_failed(screen.desk());
  REQUIRE(screen.desk().why.failed != nullptr);
  CHECK(screen.desk().why.failed->url == "http://web/");
}

TEST_CASE("Services and Pods ask why with the fields filled in; the fields can be chosen") {
  Screen screen;
  screen.open({"Service", "default", "web"}, inspector_tab::kSummary);
  REQUIRE(screen.headless.click("inspector/why"));
  screen.headless.run(0.1f);
  CHECK(screen.text("why/verdict").starts_with("none: "));
  REQUIRE(screen.headless.click("why-from/choose"));
  screen.headless.run(0.1f);
  REQUIRE(screen.headless.click("why-from/node/node-2"));
  CHECK(screen.desk().why.from == "node/node-2");
  screen.desk().why.url = "http://web:81/";
  screen.headless.run(1);
  CHECK(screen.text("why/verdict").starts_with("name_not_found: "));
  screen.desk().why.from = "pod/default/nobody";
  screen.headless.run(1);
  CHECK(screen.text("why/verdict") == "(not there)");
}

TEST_CASE("objects of every kind are listed, and open where they are pressed") {
  for (const float width : {1440.0f, 900.0f, 390.0f}) {
    CAPTURE(width);
    Screen screen{width, 844};
    screen.desk().show(Panel::Objects);
    screen.headless.run(0.1f);
    REQUIRE(screen.headless.click("object/Deployment/default/web"));
    CHECK(screen.desk().selection == ObjectRef{"Deployment", "default", "web"});
    screen.desk().show(Panel::Objects);
    screen.headless.run(0.1f);
    REQUIRE(screen.headless.click("objects/Deployment"));
    CHECK(screen.headless.find("object/Deployment/default/web") == nullptr);
  }
}

}  // namespace
}  // namespace rockpool::app
