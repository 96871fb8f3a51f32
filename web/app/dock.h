// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/desk.h"
#include "web/app/geometry.h"
#include "web/app/theme.h"

namespace rockpool::app {

/// How the window's panels lie side by side; chosen by its size.
enum class DockMode {
  Wide,    ///< editor | topology over traffic and events | inspector
  Medium,  ///< topology | one panel with tabs
  Narrow,  ///< one panel, tabs at the bottom
};

/// What the viewer dragged the panels to, in logical pixels.
struct DockSizes {
  float editor = 372;
  float inspector = 348;
  float bottom = 224;
  float side = 372;
};

/// Where each panel is; empty rectangles are not shown.
struct Dock {
  DockMode mode = DockMode::Wide;
  Rect top_bar;
  Rect topology;
  Rect editor;
  Rect inspector;
  Rect bottom;  ///< traffic and events, in tabs
  Rect side;    ///< medium: all but the topology, in tabs
  Rect tabs;    ///< narrow: the bar at the bottom
  Rect editor_splitter;
  Rect inspector_splitter;
  Rect bottom_splitter;
  Rect side_splitter;
};

DockMode dock_mode(float width, float height);
/// Divides the window. `inspecting` says whether the inspector has something to show.
Dock make_dock(float width, float height, const DockSizes& sizes, bool inspecting);

}  // namespace rockpool::app
