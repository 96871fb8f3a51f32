// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/status.h"

#include <imgui.h>

#include <cmath>

namespace rockpool::app {
namespace {

void octagon(const Painter& painter, Point centre, float r, Colour colour) {
  const float cut = r * 0.42f;
  const float corners[8][2] = {{-cut, -r}, {cut, -r}, {r, -cut}, {r, cut},
                               {cut, r},   {-cut, r}, {-r, cut}, {-r, -cut}};
  for (const auto& corner : corners) {
    const Point p = painter.to_screen(centre + Point{corner[0], corner[1]});
    painter.list().PathLineTo({p.x, p.y});
  }
  painter.list().PathFillConvex(colour);
}

void tick(const Painter& painter, Point centre, float r, Colour colour) {
  const Point start = centre + Point{-0.45f * r, 0.05f * r};
  const Point knee = centre + Point{-0.1f * r, 0.4f * r};
  const Point end = centre + Point{0.48f * r, -0.35f * r};
  for (const Point p : {start, knee, end}) {
    const Point screen = painter.to_screen(p);
    painter.list().PathLineTo({screen.x, screen.y});
  }
  painter.list().PathStroke(colour, 0, std::max(1.0f, 0.24f * r * painter.scale()));
}

void cross(const Painter& painter, Point centre, float r, Colour colour, float width) {
  painter.line(centre - Point{r, r}, centre + Point{r, r}, colour, width);
  painter.line(centre + Point{-r, r}, centre + Point{r, -r}, colour, width);
}

}  // namespace

Colour health_colour(const Theme& theme, Health health) {
  switch (health) {
    case Health::Ready:
      return theme.good;
    case Health::NotReady:
      return theme.warning;
    case Health::Starting:
      return theme.accent;
    case Health::Failing:
      return theme.bad;
    case Health::Waiting:
    case Health::Leaving:
    case Health::Finished:
    case Health::Stopped:
      return theme.idle;
  }
  return theme.idle;
}

void draw_health(const Painter& painter, const Theme& theme, Health health, Point centre,
                 float size, double time) {
  const Colour colour = health_colour(theme, health);
  const Colour ground = theme.card;
  const float r = size / 2;
  switch (health) {
    case Health::Ready:
      painter.circle(centre, r, colour);
      tick(painter, centre, r, ground);
      break;
    case Health::NotReady:
      painter.ring(centre, r - 0.8f, colour, 1.6f);
      painter.line(centre - Point{0, r * 0.45f}, centre + Point{0, r * 0.1f}, colour, 1.6f);
      painter.circle(centre + Point{0, r * 0.45f}, r * 0.14f, colour);
      break;
    case Health::Starting: {
      const float turn = static_cast<float>(std::fmod(time * 0.8, 1.0));
      painter.ring(centre, r - 0.9f, faded(colour, 0.25f), 1.8f);
      painter.arc(centre, r - 0.9f, turn, turn + 0.3f, colour, 1.8f);
      break;
    }
    case Health::Waiting:
      for (int part = 0; part < 6; ++part) {
        const float from = static_cast<float>(part) / 6.0f;
        painter.arc(centre, r - 0.8f, from, from + 0.09f, colour, 1.6f);
      }
      break;
    case Health::Failing:
      octagon(painter, centre, r, colour);
      cross(painter, centre, r * 0.36f, ground, 1.6f);
      break;
    case Health::Leaving:
      painter.ring(centre, r - 0.8f, colour, 1.6f);
      painter.line(centre - Point{r * 0.45f, 0}, centre + Point{r * 0.45f, 0}, colour, 1.6f);
      break;
    case Health::Finished:
      painter.ring(centre, r - 0.8f, colour, 1.6f);
      tick(painter, centre, r * 0.85f, colour);
      break;
    case Health::Stopped:
      painter.outline({centre.x - r * 0.8f, centre.y - r * 0.8f, r * 1.6f, r * 1.6f}, colour, 2,
                      1.6f);
      cross(painter, centre, r * 0.32f, colour, 1.4f);
      break;
  }
}

void draw_health_dot(const Painter& painter, const Theme& theme, Health health, const Rect& cell) {
  const Colour colour = health_colour(theme, health);
  const Rect dot = cell.inset(cell.w * 0.12f);
  switch (health) {
    case Health::Ready:
      painter.fill(dot, colour);
      break;
    case Health::Failing:
      painter.triangle({dot.centre().x, dot.y}, {dot.right(), dot.bottom()}, {dot.x, dot.bottom()},
                       colour);
      break;
    case Health::NotReady:
      painter.fill({dot.x, dot.centre().y, dot.w, dot.h / 2}, colour);
      break;
    case Health::Leaving:
      painter.fill({dot.x, dot.centre().y - dot.h * 0.15f, dot.w, dot.h * 0.3f}, colour);
      break;
    case Health::Starting:
    case Health::Waiting:
    case Health::Finished:
    case Health::Stopped:
      painter.list().AddRect({painter.to_screen(dot).x, painter.to_screen(dot).y},
                             {painter.to_screen(dot).right(), painter.to_screen(dot).bottom()},
                             colour);
      break;
  }
}

}  // namespace rockpool::app
