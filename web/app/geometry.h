// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

namespace rockpool::app {

/// A place, in logical pixels (or in the topology's own units; each use says which).
struct Point {
  float x = 0;
  float y = 0;

  friend Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
  friend Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
  friend Point operator*(Point a, float factor) { return {a.x * factor, a.y * factor}; }
  friend bool operator==(const Point&, const Point&) = default;
};

/// The point `t` (0 to 1) of the way from `a` to `b`.
inline Point mix(Point a, Point b, float t) {
  return a + (b - a) * t;
}

/// An axis-aligned rectangle. The `take_` functions cut a strip off and return it, which is how a
/// panel is divided from outside in.
struct Rect {
  float x = 0;
  float y = 0;
  float w = 0;
  float h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Point min() const { return {x, y}; }
  Point max() const { return {x + w, y + h}; }
  Point centre() const { return {x + w / 2, y + h / 2}; }
  bool empty() const { return w <= 0 || h <= 0; }
  bool contains(Point p) const { return p.x >= x && p.y >= y && p.x < right() && p.y < bottom(); }
  bool overlaps(const Rect& other) const {
    return x < other.right() && other.x < right() && y < other.bottom() && other.y < bottom();
  }

  Rect inset(float horizontal, float vertical) const {
    return {x + horizontal, y + vertical, std::max(0.0f, w - 2 * horizontal),
            std::max(0.0f, h - 2 * vertical)};
  }
  Rect inset(float all) const { return inset(all, all); }

  Rect take_top(float size) {
    const Rect strip{x, y, w, std::min(size, h)};
    y += strip.h;
    h -= strip.h;
    return strip;
  }
  Rect take_bottom(float size) {
    const float taken = std::min(size, h);
    h -= taken;
    return {x, y + h, w, taken};
  }
  Rect take_left(float size) {
    const Rect strip{x, y, std::min(size, w), h};
    x += strip.w;
    w -= strip.w;
    return strip;
  }
  Rect take_right(float size) {
    const float taken = std::min(size, w);
    w -= taken;
    return {x + w, y, taken, h};
  }

  friend bool operator==(const Rect&, const Rect&) = default;
};

/// The smallest rectangle that holds both.
inline Rect united(const Rect& a, const Rect& b) {
  const float x = std::min(a.x, b.x);
  const float y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

}  // namespace rockpool::app
