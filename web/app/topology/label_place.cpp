// SPDX-License-Identifier: Apache-2.0
#include "web/app/topology/label_place.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rockpool::app {
namespace {

// The mark itself, with a little air around it.
constexpr float kMarkRadius = 12;
// Words one pixel further away are as bad as this many hidden pixels.
constexpr float kPerPixel = 5;

float common_area(const Rect& a, const Rect& b) {
  const float width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return std::max(0.0f, width) * std::max(0.0f, height);
}

float within(float value, float least, float most) {
  return std::clamp(value, least, std::max(least, most));
}

}  // namespace

Rect place_label(Point mark, float width, float height, const Rect& pane,
                 std::span<const Rect> obstacles) {
  // Requests come from the left mostly, and what they reach is at the right.
  const std::array<float, 4> columns{-width - kMarkRadius - 2, -width / 2, -width + kMarkRadius,
                                     -kMarkRadius};
  constexpr std::array<float, 11> kRows{0, -28, 28, -40, 40, -58, 58, -78, 78, -100, 100};
  const Rect sign{mark.x - kMarkRadius, mark.y - kMarkRadius, 2 * kMarkRadius, 2 * kMarkRadius};
  Rect best;
  float least = std::numeric_limits<float>::max();
  for (const float row : kRows) {
    for (const float column : columns) {
      const Rect box{within(mark.x + column, pane.x, pane.right() - width),
                     within(mark.y + row - height / 2, pane.y, pane.bottom() - height), width,
                     height};
      float cost = std::abs(row) * kPerPixel + 4 * common_area(box, sign);
      for (const Rect& obstacle : obstacles) cost += common_area(box, obstacle);
      if (cost >= least) continue;
      least = cost;
      best = box;
    }
  }
  return best;
}

}  // namespace rockpool::app
