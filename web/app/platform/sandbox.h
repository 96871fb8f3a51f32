// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "web/app/cluster_session.h"
#include "web/app/platform/browser_window.h"
#include "web/js/binding.h"

namespace rockpool::app {

/// The application as <rockpool-sandbox> sees it: a cluster and its picture on a canvas.
/// web/js/rockpool-sandbox.js says what it calls.
class Sandbox {
 public:
  /// `options`: `{"seed": "1", "nodes": 3, "manifest": "…", "dark": true, "reducedMotion": false,
  /// "speed": 1}`.
  Sandbox(const std::string& canvas, const std::string& options);

  std::shared_ptr<web::ClusterBinding> cluster() const;
  /// Why there is no picture; empty if there is one.
  std::string problem() const { return window_->problem(); }

  void resize(int width, int height, double density);
  void set_theme(bool dark);
  void set_reduced_motion(bool reduced);
  void set_visible(bool visible);
  void set_near(bool near);
  void play(double speed);
  void pause();
  bool playing() const;
  /// The editor's text; setting it can be undone.
  std::string editor_text() const;
  void set_editor_text(const std::string& text);

  std::string outline();
  /// `[{"id", "x", "y", "width", "height", "text"}]`
  std::string widgets();

 private:
  void refresh();

  std::uint64_t seen_changes_ = 0;
  sim::Time seen_time_{};
  std::shared_ptr<web::ClusterHolder> holder_;
  std::unique_ptr<ClusterSession> session_;
  std::unique_ptr<BrowserWindow> window_;
};

}  // namespace rockpool::app
