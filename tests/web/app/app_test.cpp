// SPDX-License-Identifier: Apache-2.0
#include "web/app/app.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/web/app/fixture/fixture_session.h"
#include "tests/web/app/fixture/headless.h"
#include "web/app/cluster_session.h"

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
  CHECK(told("pod/default/crash").contains("exit code 3"));
}
