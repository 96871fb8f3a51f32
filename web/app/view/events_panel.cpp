// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/events_panel.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>

#include "web/app/format.h"
#include "web/app/widgets/controls.h"
#include "web/app/widgets/status.h"

namespace rockpool::app {
namespace {

constexpr float kRow = 30;
constexpr float kTallRow = 62;
constexpr float kTallBelow = 560;

void draw_sign(const Painter& painter, const Theme& theme, const EventItem& event, Point at) {
  if (event.type == "Warning") {
    painter.triangle(at + Point{0, -6}, at + Point{6.5f, 5.5f}, at + Point{-6.5f, 5.5f},
                     theme.warning);
    painter.line(at + Point{0, -2}, at + Point{0, 1.5f}, theme.panel, 1.4f);
    painter.circle(at + Point{0, 3.6f}, 0.8f, theme.panel);
  } else {
    painter.ring(at, 4.5f, theme.idle, 1.4f);
    painter.circle(at, 1.8f, theme.idle);
  }
}

void draw_wide(const Painter& painter, const Theme& theme, const EventItem& event, const Rect& row,
               std::string_view age, bool with_object) {
  const float y = row.y + (row.h - Painter::height(TextStyle::Small)) / 2;
  painter.text({row.x + 30, y}, TextStyle::Small, theme.text_faint, age);
  painter.text_in({row.x + 82, y}, 130, TextStyle::Small,
                  event.type == "Warning" ? theme.warning : theme.text, event.reason);
  float x = row.x + 220;
  if (with_object) {
    const float width = std::clamp(row.w * 0.22f, 120.0f, 240.0f);
    painter.text_in({x, y}, width - 12, TextStyle::Small, theme.text_soft,
                    fmt::format("{}/{}", event.about.kind, event.about.name), Ellipsis::Middle);
    x += width;
  }
  const std::string count = event.count > 1 ? fmt::format("\u00D7{}", event.count) : std::string{};
  const float count_width = painter.width(TextStyle::Small, count) + 10;
  painter.text_in({x, y}, row.right() - x - count_width - 8, TextStyle::Small, theme.text_soft,
                  event.message);
  painter.text_right({row.x, row.y, row.w - 12, row.h}, TextStyle::Small, theme.text_faint, count);
}

void draw_tall(const Painter& painter, const Theme& theme, const EventItem& event, const Rect& row,
               std::string_view age, bool with_object) {
  const std::string right =
      event.count > 1 ? fmt::format("\u00D7{} \u00B7 {}", event.count, age) : std::string{age};
  const float right_width = painter.width(TextStyle::Caption, right) + 8;
  painter.text_in(
      {row.x + 34, row.y + 6}, row.w - 46 - right_width, TextStyle::Small,
      event.type == "Warning" ? theme.warning : theme.text,
      with_object ? fmt::format("{} \u00B7 {}", event.reason, event.about.name) : event.reason,
      Ellipsis::End);
  painter.text_right({row.x, row.y + 6, row.w - 12, 16}, TextStyle::Caption, theme.text_faint,
                     right);
  painter.text_lines({row.x + 34, row.y + 24}, row.w - 46, 2, TextStyle::Small, theme.text_soft,
                     event.message);
}

std::vector<const EventItem*> chosen_events(const Desk& desk, const ObjectRef& about) {
  std::vector<const EventItem*> rows;
  const auto& events = desk.session.world().events;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (about && event->about != about) continue;
    if (!about && !desk.show_system && event->about.ns.starts_with("kube-")) continue;
    rows.push_back(&*event);
  }
  return rows;
}

}  // namespace

void draw_events(Ui& ui, Desk& desk, std::string_view id, const Rect& area,
                 const ObjectRef& about) {
  const std::vector<const EventItem*> rows = chosen_events(desk, about);
  if (rows.empty()) {
    empty_state(ui, area, Icon::Events, "No events",
                about ? "Nothing was reported about this object." : "Nothing was reported yet.");
    return;
  }
  const ScrollArea scroll{ui, id, area};
  const Painter painter = ui.painter();
  const bool tall = scroll.width() < kTallBelow;
  const float height = tall ? kTallRow : kRow;
  const auto first = static_cast<std::size_t>(std::max(0.0f, ImGui::GetScrollY() / height));
  const auto shown = static_cast<std::size_t>(area.h / height) + 2;
  for (std::size_t index = first; index < std::min(rows.size(), first + shown); ++index) {
    const EventItem& event = *rows[index];
    const Rect row{scroll.origin().x, scroll.origin().y + static_cast<float>(index) * height,
                   scroll.width(), height};
    const Touch touch = touch_area(ui, fmt::format("{}/{}", id, index), row, event.message);
    if (touch.hovered) painter.fill(row, ui.theme.hover);
    painter.fill({row.x + 12, row.bottom() - ui.pixel, row.w - 12, ui.pixel}, ui.theme.border);
    draw_sign(painter, ui.theme, event, {row.x + 18, row.y + (tall ? 15 : row.h / 2)});
    const std::string age = age_text(desk.session.now() - event.last);
    if (tall) {
      draw_tall(painter, ui.theme, event, row, age, !about);
    } else {
      draw_wide(painter, ui.theme, event, row, age, !about);
    }
    if (touch.clicked && !about) desk.select(event.about);
    if (touch.hovered &&
        painter.width(TextStyle::Small, event.message) > row.w * (tall ? 1.6f : 0.5f)) {
      tooltip(ui, event.message);
    }
  }
  scroll.content(scroll.width(), static_cast<float>(rows.size()) * height);
}

void EventsPanel::draw(Ui& ui, Desk& desk, const Rect& area) {
  ui.painter().fill(area, ui.theme.panel);
  draw_events(ui, desk, "events", area, {});
}

}  // namespace rockpool::app
