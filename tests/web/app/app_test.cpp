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
