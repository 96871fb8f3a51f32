// SPDX-License-Identifier: Apache-2.0
#include "web/app/platform/sandbox.h"

#include <emscripten/bind.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/doc/json.h"

namespace rockpool::app {
namespace {

SessionOptions read_session(const doc::Value& options) {
  SessionOptions session = newcomer_options();
  const std::string seed = options["seed"].to_string("1");
  std::from_chars(seed.data(), seed.data() + seed.size(), session.cluster.seed);
  session.cluster.nodes =
      static_cast<int>(std::clamp<std::int64_t>(options["nodes"].as_int(3), 0, kMaxNodes));
  if (auto families = net::parse_families(options["ipFamilies"].to_string()); !families.empty())
    session.cluster.ip_families = std::move(families);
  if (const std::string manifest = options["manifest"].to_string(); !manifest.empty())
    session.manifest = manifest;
  return session;
}

}  // namespace

Sandbox::Sandbox(const std::string& canvas, const std::string& text)
    : holder_{std::make_shared<web::ClusterHolder>()} {
  // The canvas itself came with the module: it may be where no selector reaches.
  static_cast<void>(canvas);
  const auto parsed = doc::parse_json(text);
  const doc::Value options = parsed ? *parsed : doc::Value{};
  const SessionOptions session = read_session(options);
  session_ = std::make_unique<ClusterSession>(holder_, session);
  window_ = std::make_unique<BrowserWindow>(*session_);
  if (!window_->problem().empty()) return;
  window_->app().set_editor_text(session.manifest);
  set_theme(options["dark"].as_bool(true));
  set_reduced_motion(options["reducedMotion"].as_bool());
  const double speed = options["speed"].as_double(1);
  if (speed > 0) {
    play(speed);
  } else {
    pause();
  }
}

std::shared_ptr<web::ClusterBinding> Sandbox::cluster() const {
  return std::make_shared<web::ClusterBinding>(holder_);
}

void Sandbox::resize(int width, int height, double density) {
  window_->resize(width, height, static_cast<float>(density));
}
void Sandbox::set_theme(bool dark) {
  window_->set_dark(dark);
}
void Sandbox::set_reduced_motion(bool reduced) {
  window_->set_reduced_motion(reduced);
}
void Sandbox::set_visible(bool visible) {
  window_->set_visible(visible);
}

void Sandbox::set_near(bool near) {
  window_->set_near(near);
}

void Sandbox::play(double speed) {
  window_->app().desk().playback.set_speed(speed);
  window_->app().desk().playback.play();
  window_->wake();
}

void Sandbox::pause() {
  window_->app().desk().playback.pause();
  window_->wake();
}

bool Sandbox::playing() const {
  return window_->app().desk().playback.playing();
}
std::string Sandbox::editor_text() const {
  return window_->app().editor_text();
}

void Sandbox::set_editor_text(const std::string& text) {
  window_->app().set_editor_text(text);
  window_->wake();
}

void Sandbox::refresh() {
  session_->refresh();
  // Whoever else holds the cluster may have changed it while the window slept.
  if (seen_changes_ == session_->world().changes && seen_time_ == session_->now()) return;
  seen_changes_ = session_->world().changes;
  seen_time_ = session_->now();
  window_->wake();
}

std::string Sandbox::outline() {
  refresh();
  return window_->app().outline();
}

std::string Sandbox::widgets() {
  refresh();
  std::vector<doc::Value> items;
  for (const WidgetMap::Entry& entry : window_->find_widgets()) {
    items.push_back(doc::Value::map({{"id", entry.id},
                                     {"x", static_cast<double>(entry.rect.x)},
                                     {"y", static_cast<double>(entry.rect.y)},
                                     {"width", static_cast<double>(entry.rect.w)},
                                     {"height", static_cast<double>(entry.rect.h)},
                                     {"text", entry.text}}));
  }
  return doc::to_json(doc::Value::array(std::move(items)));
}

EMSCRIPTEN_BINDINGS(rockpool_sandbox) {
  emscripten::class_<Sandbox>("Sandbox")
      .constructor<const std::string&, const std::string&>()
      .function("cluster", &Sandbox::cluster)
      .function("problem", &Sandbox::problem)
      .function("resize", &Sandbox::resize)
      .function("setTheme", &Sandbox::set_theme)
      .function("setReducedMotion", &Sandbox::set_reduced_motion)
      .function("setVisible", &Sandbox::set_visible)
      .function("setNear", &Sandbox::set_near)
      .function("play", &Sandbox::play)
      .function("pause", &Sandbox::pause)
      .function("playing", &Sandbox::playing)
      .function("editorText", &Sandbox::editor_text)
      .function("setEditorText", &Sandbox::set_editor_text)
      .function("outline", &Sandbox::outline)
      .function("widgets", &Sandbox::widgets);
}

}  // namespace rockpool::app
