// SPDX-License-Identifier: Apache-2.0
#include "web/app/dock.h"

namespace rockpool::app {
namespace {

constexpr float kWideFrom = 1160;
constexpr float kMediumFrom = 720;
constexpr float kSplitter = 1;
constexpr float kTabBar = 56;
// The topology keeps at least this much.
constexpr float kLeastTopologyWidth = 360;
constexpr float kLeastTopologyHeight = 240;

}  // namespace

DockMode dock_mode(float width, float height) {
  static_cast<void>(height);
  if (width >= kWideFrom) return DockMode::Wide;
  return width >= kMediumFrom ? DockMode::Medium : DockMode::Narrow;
}

Dock make_dock(float width, float height, const DockSizes& sizes, bool inspecting) {
  Dock dock;
  dock.mode = dock_mode(width, height);
  Rect rest{0, 0, width, height};
  dock.top_bar = rest.take_top(control::kBar);
  if (dock.mode == DockMode::Narrow) {
    dock.tabs = rest.take_bottom(kTabBar);
    dock.topology = dock.editor = dock.inspector = dock.bottom = rest;
    return dock;
  }
  if (dock.mode == DockMode::Medium) {
    dock.side = rest.take_right(std::min(sizes.side, rest.w - kLeastTopologyWidth));
    dock.side_splitter = rest.take_right(kSplitter);
    dock.topology = rest;
    return dock;
  }
  dock.editor = rest.take_left(sizes.editor);
  dock.editor_splitter = rest.take_left(kSplitter);
  if (inspecting) {
    dock.inspector = rest.take_right(std::min(sizes.inspector, rest.w - kLeastTopologyWidth));
    dock.inspector_splitter = rest.take_right(kSplitter);
  }
  dock.bottom = rest.take_bottom(std::min(sizes.bottom, rest.h - kLeastTopologyHeight));
  dock.bottom_splitter = rest.take_bottom(kSplitter);
  dock.topology = rest;
  return dock;
}

}  // namespace rockpool::app
