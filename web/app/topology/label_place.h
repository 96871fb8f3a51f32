// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "web/app/geometry.h"

namespace rockpool::app {

/// Where the words about a mark at `mark` hide least of `obstacles`: beside it, above or below it,
/// or a little further away; always within `pane`. All in pixels of the screen.
Rect place_label(Point mark, float width, float height, const Rect& pane,
                 std::span<const Rect> obstacles);

/// How far from a mark its words may be.
inline constexpr float kLabelReach = 130;

}  // namespace rockpool::app
