// SPDX-License-Identifier: Apache-2.0
#include "web/app/app.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "tests/web/app/fixture/fixture_session.h"
#include "tests/web/app/fixture/headless.h"
#include "web/app/cluster_session.h"
#include "web/app/topology/layout.h"

using namespace rockpool::app;

TEST_CASE("a paused application comes to rest, whatever it shows") {
  for (const Scene scene : {Scene::Calm, Scene::Failing, Scene::Empty}) {
    FixtureSession session{scene};
    Headless headless{session};
    headless.run(2);
    CHECK(headless.app().idle_for() < 1);
    headless.app().desk().playback.pause();
    headless.run(2);
    CHECK(std::isinf(headless.app().idle_for()));
  }
}

TEST_CASE("a paused cluster comes to rest with the pointer over anything") {
  ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), newcomer_options()};
  Headless headless{session};
  headless.run(2);
  headless.app().desk().playback.pause();
  headless.run(2);
  CHECK(std::isinf(headless.app().idle_for()));
  for (const char* widget : {"pod/default/web", "service/default/web", "editor", "play"}) {
    const WidgetMap::Entry* entry = headless.find(widget);
    REQUIRE(entry != nullptr);
    headless.point_at(entry->rect.centre());
    headless.run(1);
    CHECK_MESSAGE(std::isinf(headless.app().idle_for()), widget);
  }
}

TEST_CASE(
    "a map without anything of one's own says what to do, and so does a filter without a match") {
  SessionOptions options;
  options.manifest.clear();
  ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), options};
  Headless headless{session};
  headless.run(0.1f);
  REQUIRE(headless.find("advice") != nullptr);
  CHECK(headless.find("advice")->text == "Nothing of yours runs here yet");
  REQUIRE(session
              .apply("{apiVersion: v1, kind: Service, metadata: {name: web}, "
                     "spec: {ports: [{port: 80}]}}")
              .ok);
  headless.run(0.1f);
  CHECK(headless.find("advice") == nullptr);
  headless.app().desk().filter = "nosuch";
  headless.run(0.1f);
  REQUIRE(headless.find("advice") != nullptr);
  CHECK(headless.find("advice")->text == "Nothing matches \u201Cnosuch\u201D");
}

TEST_CASE("an empty map opens the examples, on a screen of any size") {
  for (const Rect& screen : {Rect{0, 0, 1440, 900}, Rect{0, 0, 900, 600}, Rect{0, 0, 390, 844}}) {
    SessionOptions options;
    options.manifest.clear();
    ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), options};
    Headless headless{session, screen.w, screen.h};
    headless.run(0.1f);
    REQUIRE(headless.click("advice/examples"));
    headless.run(0.1f);
    REQUIRE(headless.find("example/") != nullptr);
    REQUIRE(headless.click("example/"));
    CHECK(headless.app().editor_text().contains("kind: Service"));
  }
}

TEST_CASE("a message covers no word of the legend below the map") {
  for (const Rect& screen : {Rect{0, 0, 900, 600}, Rect{0, 0, 390, 844}}) {
    ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), newcomer_options()};
    Headless headless{session, screen.w, screen.h};
    headless.run(0.1f);
    headless.app().desk().say("A fresh cluster: Dual stack, IPv4 first.");
    headless.run(0.1f);
    const WidgetMap::Entry* map = headless.find("topology");
    REQUIRE(map != nullptr);
    const float legend = map->rect.bottom() - topology::kLegend;
    const WidgetMap::Entry* toast = headless.find("toast");
    REQUIRE(toast != nullptr);
    CHECK(toast->rect.bottom() <= legend);
    CHECK(toast->rect.x >= 0);
    CHECK(toast->rect.right() <= screen.w);
  }
}

TEST_CASE("who points at a Service without endpoints, or at a Pod that fails, is told why") {
  ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), newcomer_options()};
  REQUIRE(session
              .apply("{apiVersion: v1, kind: Service, metadata: {name: orphan}, spec: {selector: "
                     "{app: nobody}, ports: [{port: 80}]}}\n---\n"
                     "{apiVersion: v1, kind: Pod, metadata: {name: crash}, spec: {containers: "
                     "[{name: main, image: 'busybox:1.36', command: [sh, -c, 'exit 3']}]}}")
              .ok);
  session.run_for(std::chrono::seconds{20}, [] { return true; });
  Headless headless{session};
  headless.app().desk().playback.pause();
  headless.run(3);
  const auto told = [&headless](std::string_view widget) {
    const WidgetMap::Entry* entry = headless.find(widget);
    REQUIRE(entry != nullptr);
    headless.point_at(entry->rect.centre());
    const WidgetMap::Entry* tooltip = headless.find("tooltip");
    return tooltip == nullptr ? std::string{} : tooltip->text;
  };
  CHECK(told("service/default/orphan").contains("Its selector matches no Pod"));
  CHECK(told("service/default/web").ends_with("Sends requests to 3 ready Pods."));
  CHECK(told("pod/default/crash").contains("exit code 3"));
}

TEST_CASE("a click that comes within one slow frame, from anywhere, selects what it pressed") {
  ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), newcomer_options()};
  Headless headless{session};
  headless.run(1);
  headless.app().desk().playback.pause();
  headless.run(1);
  for (const char* from : {"editor", "play", "filter", "service/kube-system/kube-dns"}) {
    headless.app().desk().selection = {};
    const WidgetMap::Entry* start = headless.find(from);
    REQUIRE(start != nullptr);
    headless.point_at(start->rect.centre());
    const WidgetMap::Entry* service = headless.find("service/default/web");
    REQUIRE(service != nullptr);
    const Point at = service->rect.centre();
    headless.io().AddMousePosEvent(at.x, at.y);
    headless.io().AddMouseButtonEvent(ImGuiMouseButton_Left, true);
    headless.io().AddMouseButtonEvent(ImGuiMouseButton_Left, false);
    for (int slow = 0; slow < 3; ++slow) headless.frame(1);
    const ObjectRef web{"Service", "default", "web"};
    CHECK_MESSAGE(headless.app().desk().selection == web, from);
  }
}

TEST_CASE("what was pressed is selected though it moves before the button is released") {
  ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), newcomer_options()};
  Headless headless{session};
  headless.run(1);
  const WidgetMap::Entry* service = headless.find("service/default/web");
  REQUIRE(service != nullptr);
  const Rect before = service->rect;
  headless.point_at(before.centre());
  headless.io().AddMouseButtonEvent(ImGuiMouseButton_Left, true);
  headless.frame();
  std::string more;
  for (int index = 0; index < 12; ++index) {
    more += fmt::format(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: s{}}}, spec: {{ports: [{{port: "
        "80}}]}}}}\n",
        index);
  }
  REQUIRE(session.apply(more).ok);
  headless.frame(1);
  headless.run(1);
  service = headless.find("service/default/web");
  REQUIRE(service != nullptr);
  REQUIRE_FALSE(service->rect.contains(before.centre()));
  headless.io().AddMouseButtonEvent(ImGuiMouseButton_Left, false);
  headless.frame();
  headless.frame();
  const ObjectRef web{"Service", "default", "web"};
  CHECK(headless.app().desk().selection == web);
}

TEST_CASE("the proxies' mode can be switched from a window of any width") {
  for (const float width : {390.0f, 800.0f, 1440.0f}) {
    ClusterSession session{std::make_shared<rockpool::web::ClusterHolder>(), newcomer_options()};
    Headless headless{session, width, 844};
    headless.run(0.2f);
    REQUIRE(headless.click("proxy-mode"));
    headless.run(0.1f);
    REQUIRE(headless.click("proxy-mode/nftables"));
    CHECK(proxy_mode_text(session.proxy_mode()) == "nftables");
  }
}
