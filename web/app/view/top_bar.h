// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/desk.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// The bar at the top: what this is, the cluster's clock and its controls, theme and help.
class TopBar {
 public:
  void draw(Ui& ui, Desk& desk, const Rect& area);

 private:
  void draw_name(Ui& ui, const Desk& desk, Rect& area) const;
  void draw_transport(Ui& ui, Desk& desk, Rect& area);
  void draw_speed(Ui& ui, Desk& desk, Rect& area);
  void draw_right(Ui& ui, Desk& desk, Rect& area);
};

/// Pauses, or goes on.
void toggle_play(Desk& desk);
/// Pauses and moves on by one event.
void step_once(Desk& desk);

}  // namespace rockpool::app
