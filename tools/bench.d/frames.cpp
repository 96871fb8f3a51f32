// SPDX-License-Identifier: Apache-2.0
//
// What a frame of the application costs on a real cluster under traffic, without the drawing of
// triangles, which the graphics card does: time passes, the world is followed, everything is laid
// out and turned into triangles.
#ifdef ROCKPOOL_HAS_WINDOW
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "tests/web/app/fixture/headless.h"
#include "web/app/cluster_session.h"
#include "web/app/examples.h"
#endif

#include "tools/bench.d/bench.h"

namespace rockpool::bench {

#ifdef ROCKPOOL_HAS_WINDOW
namespace {

// What a newcomer sees, with this many Pods behind its Service.
app::SessionOptions crowd(int pods) {
  constexpr int kPodsPerNode = 100;
  app::SessionOptions options = app::newcomer_options();
  options.cluster.nodes = pods / kPodsPerNode + 1;
  options.manifest.replace(options.manifest.find("replicas: 3"), 11,
                           fmt::format("replicas: {}", pods));
  return options;
}

// What is seen, and what happens meanwhile.
enum class Show {
  Everything,
  FewClose,  // zoomed in
  Churn,     // everything, and a Pod is replaced between every two frames
};

void zoom_in(app::Headless& headless) {
  if (const app::WidgetMap::Entry* node = headless.find("node/node-1")) {
    headless.point_at(node->rect.centre());
  }
  for (int step = 0; step < 8; ++step) {
    headless.io().AddMouseWheelEvent(0, 4);
    headless.frame();
  }
}

void kill_a_pod(app::Session& session, std::uint32_t slot) {
  const app::PodItem* pod = session.world().pods.get(slot);
  if (pod != nullptr) session.act(app::Action::KillNow, {"Pod", pod->ns, pod->name});
}

// The median frame at 60 frames a second.
double median_frame(int pods, Show show) {
  constexpr int kFrames = 301;
  app::ClusterSession session{std::make_shared<web::ClusterHolder>(), crowd(pods)};
  app::Headless headless{session};
  headless.run(2);
  if (show == Show::FewClose) zoom_in(headless);
  std::vector<double> times;
  for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
    if (show == Show::Churn) kill_a_pod(session, frame);
    times.push_back(milliseconds([&headless] { headless.frame(); }));
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace

std::vector<Benchmark> frame_benchmarks() {
  return {
      {"frame of the page, 1,000 Pods", "ms", 3, 0, 3,
       [] { return median_frame(1000, Show::Everything); }},
      {"frame of the page, 10,000 Pods", "ms", 8, 0, 3,
       [] { return median_frame(10'000, Show::Everything); }},
      {"frame of the page, 10,000 Pods, some seen close", "ms", 8, 0, 3,
       [] { return median_frame(10'000, Show::FewClose); }},
      {"frame of the page, 10,000 Pods, one replaced each frame", "ms", 8, 0, 3,
       [] { return median_frame(10'000, Show::Churn); }},
  };
}
#else
std::vector<Benchmark> frame_benchmarks() {
  return {};
}
#endif

}  // namespace rockpool::bench
