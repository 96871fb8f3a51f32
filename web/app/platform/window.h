// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "web/app/app.h"

namespace rockpool::app {

/// How the desktop window starts.
struct WindowOptions {
  int width = 1440;
  int height = 900;
  /// Device pixels per logical pixel; 0 asks the system.
  float density = 0;
  /// SDL2 does not tell whether the system is dark: `Auto` is light.
  ThemeChoice theme = ThemeChoice::Auto;
  bool reduced_motion = false;
  /// Not empty: writes a picture of the window into this PNG file, and ends.
  std::string screenshot;
  /// Seconds of the viewer's time before that picture. They pass as fast as they can be drawn.
  double screenshot_after = 4;
  /// Called before each frame with the seconds since the start.
  std::function<void(App&, double)> before_frame;
};

/// Shows `session` in a window until it is closed. Returns the program's exit status; problems go
/// to the standard error stream.
int run_window(Session& session, const WindowOptions& options);

}  // namespace rockpool::app
