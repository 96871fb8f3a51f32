// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/app/model/world.h"
#include "web/app/widgets/painter.h"

namespace rockpool::app {

/// The colour that stands for a state.
Colour health_colour(const Theme& theme, Health health);
/// The sign that stands for a state, distinct by shape alone: a tick in a disc, an open ring, a
/// turning arc, a crossed octagon, … `time` turns what is in progress; 0 holds it still.
void draw_health(const Painter& painter, const Theme& theme, Health health, Point centre,
                 float size, double time);
/// The smallest form, for crowds: square, hollow square, triangle, bar.
void draw_health_dot(const Painter& painter, const Theme& theme, Health health, const Rect& cell);

}  // namespace rockpool::app
