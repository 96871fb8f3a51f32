// SPDX-License-Identifier: Apache-2.0
#include "web/app/playback.h"

#include <doctest/doctest.h>

#include "web/app/dock.h"
#include "web/app/format.h"
#include "web/app/widgets/chart.h"

namespace rockpool::app {
namespace {

using namespace std::chrono_literals;

TEST_CASE(
    "speed turns the viewer's time into the cluster's; a pause stops it; long gaps are not made up "
    "for") {
  Playback playback;
  CHECK(playback.due(0.1) == 100ms);
  playback.set_speed(10);
  CHECK(playback.due(0.1) == 1s);
  CHECK(playback.due(3600) == 2500ms);
  playback.pause();
  CHECK(playback.due(0.1) == 0s);
}

TEST_CASE("the slider's places lead back to their speeds, and stay in range") {
  for (const double speed : Playback::kMarks) {
    CHECK(Playback::speed_at(Playback::position_of(speed)) == doctest::Approx(speed).epsilon(0.01));
  }
  CHECK(Playback::speed_at(-1) == Playback::kSlowest);
  CHECK(Playback::speed_at(2) == Playback::kFastest);
}

TEST_CASE("stepping the speed goes through the marks and stops at the ends") {
  Playback playback;
  playback.step_speed(1);
  CHECK(playback.speed() == 3);
  for (int count = 0; count < 9; ++count) playback.step_speed(1);
  CHECK(playback.speed() == 100);
  for (int count = 0; count < 9; ++count) playback.step_speed(-1);
  CHECK(playback.speed() == doctest::Approx(0.1));
}

TEST_CASE("texts") {
  CHECK(age_text(45s) == "45s");
  CHECK(age_text(192s) == "3m12s");
  CHECK(age_text(25min) == "25m");
  CHECK(age_text(5h + 3min) == "5h3m");
  CHECK(clock_text(12345ms) == "00:12.3");
  CHECK(clock_text(3723s) == "01:02:03");
  CHECK(percent_text(0.99999) == "99.9 %");
  CHECK(percent_text(1) == "100 %");
  CHECK(percent_text(0.00001) == "0.1 %");
  CHECK(speed_text(0.1) == "0.1\u00D7");
  CHECK(speed_text(1) == "1\u00D7");
  CHECK(latency_text(0.0015) == "1.5 ms");
}

TEST_CASE("a chart's scale ends at a round number that holds everything") {
  CHECK(nice_ceiling(0) == 1);
  CHECK(nice_ceiling(8) == 10);
  CHECK(nice_ceiling(10) == 10);
  CHECK(nice_ceiling(11) == 20);
  CHECK(nice_ceiling(230) == 500);
}

TEST_CASE("panels fill the window without overlapping, at every size") {
  for (const auto& [width, height] :
       {std::pair{390.0f, 844.0f}, {900.0f, 600.0f}, {1440.0f, 900.0f}, {3840.0f, 2160.0f}}) {
    const Dock dock = make_dock(width, height, {}, true);
    CHECK(dock.topology.w >= 360);
    CHECK(dock.topology.h >= 240);
    if (dock.mode == DockMode::Narrow) continue;
    float area = 0;
    for (const Rect& rect : {dock.top_bar, dock.topology, dock.editor, dock.inspector, dock.bottom,
                             dock.side, dock.editor_splitter, dock.inspector_splitter,
                             dock.bottom_splitter, dock.side_splitter}) {
      area += rect.w * rect.h;
    }
    CHECK(area == doctest::Approx(width * height));
  }
}

}  // namespace
}  // namespace rockpool::app
