// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/icons.h"

#include <imgui.h>

#include <cmath>
#include <initializer_list>
#include <numbers>

namespace rockpool::app {
namespace {

// Draws on a grid of 16 by 16.
class Pen {
 public:
  Pen(const Painter& painter, Point centre, float size, Colour colour)
      : painter_{painter},
        unit_{size / 16},
        origin_{centre - Point{size / 2, size / 2}},
        colour_{colour} {}

  Point at(float x, float y) const { return origin_ + Point{x, y} * unit_; }
  float stroke() const { return 1.4f * unit_; }

  void path(std::initializer_list<Point> points, bool closed = false) const {
    ImDrawList& list = painter_.list();
    for (const Point& p : points) {
      const Point screen = painter_.to_screen(at(p.x, p.y));
      list.PathLineTo({screen.x, screen.y});
    }
    list.PathStroke(colour_, closed ? ImDrawFlags_Closed : 0, stroke() * painter_.scale());
  }
  void solid(std::initializer_list<Point> points) const {
    ImDrawList& list = painter_.list();
    for (const Point& p : points) {
      const Point screen = painter_.to_screen(at(p.x, p.y));
      list.PathLineTo({screen.x, screen.y});
    }
    list.PathFillConvex(colour_);
  }
  void box(float x, float y, float w, float h, float corner) const {
    const Point from = at(x, y);
    painter_.outline({from.x, from.y, w * unit_, h * unit_}, colour_, corner * unit_, stroke());
  }
  void bar(float x, float y, float w, float h) const {
    const Point from = at(x, y);
    painter_.fill({from.x, from.y, w * unit_, h * unit_}, colour_, 1.0f * unit_);
  }
  void dot(float x, float y, float r) const { painter_.circle(at(x, y), r * unit_, colour_); }
  void ring(float x, float y, float r) const {
    painter_.ring(at(x, y), r * unit_, colour_, stroke());
  }
  void arc(float x, float y, float r, float from, float to) const {
    painter_.arc(at(x, y), r * unit_, from, to, colour_, stroke());
  }
  void rays(float inner, float outer, int count) const {
    for (int index = 0; index < count; ++index) {
      const float angle =
          2.0f * std::numbers::pi_v<float> * static_cast<float>(index) / static_cast<float>(count);
      const float x = std::cos(angle);
      const float y = std::sin(angle);
      path({{8 + x * inner, 8 + y * inner}, {8 + x * outer, 8 + y * outer}});
    }
  }

 private:
  const Painter& painter_;
  float unit_;
  Point origin_;
  Colour colour_;
};

// Each of these draws the signs of one group, and nothing for any other.
void draw_transport(const Pen& pen, Icon icon) {
  switch (icon) {
    case Icon::Play:
      pen.solid({{4.5f, 3}, {13, 8}, {4.5f, 13}});
      break;
    case Icon::Pause:
      pen.bar(4, 3, 3, 10);
      pen.bar(9, 3, 3, 10);
      break;
    case Icon::Step:
      pen.solid({{3.5f, 3}, {10, 8}, {3.5f, 13}});
      pen.bar(11, 3, 2, 10);
      break;
    case Icon::Reset:
      pen.arc(8, 8, 5, 0.12f, 0.92f);
      pen.solid({{8.2f, 0.6f}, {8.2f, 5.8f}, {4.8f, 3.2f}});
      break;
    case Icon::Plus:
      pen.path({{3.5f, 8}, {12.5f, 8}});
      pen.path({{8, 3.5f}, {8, 12.5f}});
      break;
    case Icon::Minus:
      pen.path({{3.5f, 8}, {12.5f, 8}});
      break;
    case Icon::Close:
      pen.path({{4, 4}, {12, 12}});
      pen.path({{12, 4}, {4, 12}});
      break;
    case Icon::ChevronDown:
      pen.path({{4.5f, 6.5f}, {8, 10}, {11.5f, 6.5f}});
      break;
    case Icon::ChevronRight:
      pen.path({{6.5f, 4.5f}, {10, 8}, {6.5f, 11.5f}});
      break;
    default:
      break;
  }
}

void draw_theme_choice(const Pen& pen, Icon icon) {
  switch (icon) {
    case Icon::Sun:
      pen.ring(8, 8, 2.8f);
      pen.rays(4.9f, 6.6f, 8);
      break;
    case Icon::Moon:
      pen.path({{7.2f, 2.4f},
                {6.3f, 4.6f},
                {6.3f, 6.8f},
                {7.3f, 8.7f},
                {9.1f, 9.8f},
                {11.4f, 10.0f},
                {13.6f, 9.2f},
                {12.6f, 11.4f},
                {10.8f, 13.0f},
                {8.4f, 13.7f},
                {5.8f, 13.2f},
                {3.6f, 11.5f},
                {2.5f, 9.0f},
                {2.6f, 6.3f},
                {3.8f, 4.1f},
                {5.5f, 2.8f}},
               true);
      break;
    case Icon::Contrast:
      pen.ring(8, 8, 5.6f);
      pen.solid({{8, 2.4f},
                 {10.8f, 3.2f},
                 {12.8f, 5.2f},
                 {13.6f, 8},
                 {12.8f, 10.8f},
                 {10.8f, 12.8f},
                 {8, 13.6f}});
      break;
    default:
      break;
  }
}

void draw_window_tool(const Pen& pen, Icon icon) {
  switch (icon) {
    case Icon::Help:
      pen.ring(8, 8, 6.2f);
      pen.path({{6.1f, 6.4f},
                {6.4f, 5.2f},
                {7.4f, 4.6f},
                {8.7f, 4.6f},
                {9.7f, 5.3f},
                {9.9f, 6.4f},
                {9.3f, 7.3f},
                {8.3f, 8},
                {8, 8.7f},
                {8, 9.4f}});
      pen.dot(8, 11.4f, 0.95f);
      break;
    case Icon::Search:
      pen.ring(7, 7, 4.3f);
      pen.path({{10.2f, 10.2f}, {13.6f, 13.6f}});
      break;
    case Icon::Fit:
      pen.path({{2.5f, 6}, {2.5f, 2.5f}, {6, 2.5f}});
      pen.path({{10, 2.5f}, {13.5f, 2.5f}, {13.5f, 6}});
      pen.path({{13.5f, 10}, {13.5f, 13.5f}, {10, 13.5f}});
      pen.path({{6, 13.5f}, {2.5f, 13.5f}, {2.5f, 10}});
      break;
    case Icon::Copy:
      pen.box(5.5f, 5.5f, 8, 8, 1.5f);
      pen.path({{3, 10.5f}, {2.5f, 10}, {2.5f, 3}, {3, 2.5f}, {10, 2.5f}, {10.5f, 3}});
      break;
    case Icon::Eye:
      pen.path({{1.5f, 8}, {4, 5}, {8, 3.6f}, {12, 5}, {14.5f, 8}, {12, 11}, {8, 12.4f}, {4, 11}},
               true);
      pen.ring(8, 8, 2);
      break;
    default:
      break;
  }
}

void draw_action(const Pen& pen, Icon icon) {
  switch (icon) {
    case Icon::Apply:
      pen.path({{3, 8.6f}, {6.4f, 12}, {13, 4.4f}});
      break;
    case Icon::Examples:
      pen.path({{3, 2.5f}, {9.5f, 2.5f}, {13, 6}, {13, 13.5f}, {3, 13.5f}}, true);
      pen.path({{5.5f, 7.5f}, {10.5f, 7.5f}});
      pen.path({{5.5f, 10.3f}, {9.0f, 10.3f}});
      break;
    case Icon::Trash:
      pen.path({{2.5f, 4.3f}, {13.5f, 4.3f}});
      pen.path({{6, 4.3f}, {6, 2.5f}, {10, 2.5f}, {10, 4.3f}});
      pen.path({{4, 4.3f}, {4.7f, 13.5f}, {11.3f, 13.5f}, {12, 4.3f}});
      break;
    case Icon::Power:
      pen.arc(8, 8.5f, 5, 0.10f, 0.90f);
      pen.path({{8, 1.8f}, {8, 7.6f}});
      break;
    case Icon::Cordon:
      pen.ring(8, 8, 5.6f);
      pen.path({{4.1f, 4.1f}, {11.9f, 11.9f}});
      break;
    case Icon::Bolt:
      pen.path({{9.2f, 1.8f}, {3.6f, 9}, {7.8f, 9}, {6.8f, 14.2f}, {12.4f, 7}, {8.2f, 7}}, true);
      break;
    case Icon::Skull:
      pen.path({{5, 2.5f},
                {11, 2.5f},
                {13.5f, 5},
                {13.5f, 11},
                {11, 13.5f},
                {5, 13.5f},
                {2.5f, 11},
                {2.5f, 5}},
               true);
      pen.path({{5.8f, 5.8f}, {10.2f, 10.2f}});
      pen.path({{10.2f, 5.8f}, {5.8f, 10.2f}});
      break;
    case Icon::Snowflake:
      pen.rays(0.0f, 6.2f, 6);
      break;
    case Icon::Scale:
      pen.path({{3, 13}, {13, 3}});
      pen.path({{8, 3}, {13, 3}, {13, 8}});
      break;
    default:
      break;
  }
}

void draw_kind(const Pen& pen, Icon icon) {
  switch (icon) {
    case Icon::Globe:
      pen.ring(8, 8, 6);
      pen.path({{2, 8}, {14, 8}});
      pen.path({{8, 2},
                {5.6f, 4.6f},
                {5.0f, 8},
                {5.6f, 11.4f},
                {8, 14},
                {10.4f, 11.4f},
                {11, 8},
                {10.4f, 4.6f}},
               true);
      break;
    case Icon::Service:
      pen.ring(3.6f, 8, 2);
      pen.ring(12.4f, 3.8f, 2);
      pen.ring(12.4f, 12.2f, 2);
      pen.path({{5.4f, 7.2f}, {10.6f, 4.7f}});
      pen.path({{5.4f, 8.8f}, {10.6f, 11.3f}});
      break;
    case Icon::Node:
      pen.box(2, 2.5f, 12, 5, 1.5f);
      pen.box(2, 8.5f, 12, 5, 1.5f);
      pen.dot(4.8f, 5, 0.9f);
      pen.dot(4.8f, 11, 0.9f);
      break;
    case Icon::Terminal:
      pen.box(1.8f, 2.8f, 12.4f, 10.4f, 2);
      pen.path({{4.4f, 6}, {6.6f, 8}, {4.4f, 10}});
      pen.path({{8.2f, 10.2f}, {11.4f, 10.2f}});
      break;
    default:
      break;
  }
}

void draw_panel(const Pen& pen, Icon icon) {
  switch (icon) {
    case Icon::Logs:
    case Icon::Events:
      for (const float y : {4.0f, 8.0f, 12.0f}) {
        pen.dot(3.2f, y, 1.0f);
        pen.path({{6, y}, {13.5f, y}});
      }
      break;
    case Icon::Chart:
      pen.path({{2.5f, 2.5f}, {2.5f, 13.5f}, {13.5f, 13.5f}});
      pen.path({{5, 10}, {7.6f, 6.6f}, {9.8f, 8.6f}, {13, 4}});
      break;
    case Icon::Code:
      pen.path({{5.4f, 4.4f}, {1.9f, 8}, {5.4f, 11.6f}});
      pen.path({{10.6f, 4.4f}, {14.1f, 8}, {10.6f, 11.6f}});
      break;
    case Icon::Map:
      pen.box(2, 2.5f, 5, 5, 1.2f);
      pen.box(9, 8.5f, 5, 5, 1.2f);
      pen.path({{4.5f, 7.5f}, {4.5f, 11}, {9, 11}});
      break;
    case Icon::Inspect:
      pen.ring(8, 8, 6.2f);
      pen.path({{8, 7.2f}, {8, 11.4f}});
      pen.dot(8, 4.8f, 0.95f);
      break;
    default:
      break;
  }
}

}  // namespace

void draw_icon(const Painter& painter, Icon icon, const Rect& rect, Colour colour, float size) {
  const Pen pen{painter, rect.centre(), size, colour};
  draw_transport(pen, icon);
  draw_theme_choice(pen, icon);
  draw_window_tool(pen, icon);
  draw_action(pen, icon);
  draw_kind(pen, icon);
  draw_panel(pen, icon);
}

}  // namespace rockpool::app
