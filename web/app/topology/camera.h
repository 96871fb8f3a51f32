// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/geometry.h"

namespace rockpool::app {

/// What part of the topology is seen: a zoom and a place. It shows everything until the viewer
/// moves it, and glides to where it should be.
class Camera {
 public:
  static constexpr float kLeastZoom = 0.02f;
  static constexpr float kMostZoom = 3.0f;
  /// Shown whole, things are not made larger than this.
  static constexpr float kMostFitZoom = 1.35f;

  /// Follows the content of `bounds` in the pane `area`. A tall content fills the width and may
  /// reach below the pane.
  void frame(const Rect& bounds, const Rect& area, bool tall, float seconds, bool instant);
  void pan(Point screen_distance);
  /// Zooms so that what is at `screen_point` stays there.
  void zoom_at(Point screen_point, float factor);
  /// Shows everything again.
  void fit() { following_ = true; }

  float zoom() const { return zoom_; }
  /// Where the topology's origin is on the screen.
  Point origin() const { return origin_; }
  bool moving() const { return moving_; }
  bool following() const { return following_; }

 private:
  float zoom_ = 1;
  Point origin_;
  bool following_ = true;
  bool placed_ = false;
  bool moving_ = false;
};

}  // namespace rockpool::app
