// SPDX-License-Identifier: Apache-2.0
#include "web/app/view/objects_panel.h"

#include <fmt/format.h>

#include <algorithm>

#include "web/app/format.h"
#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

constexpr float kRow = 30;
// Below this width what an object is about stands under its name.
constexpr float kTallBelow = 480;
constexpr float kTallRow = 46;

void draw_object(Ui& ui, Desk& desk, const ObjectRow& object, const Rect& row) {
  const Painter painter = ui.painter();
  const ObjectRef& ref = object.object;
  const Touch touch =
      touch_area(ui, fmt::format("object/{}/{}", ref.kind, key_of_object(ref.ns, ref.name)), row,
                 object.about);
  if (desk.selection == ref) painter.fill(row, ui.theme.selection);
  if (touch.hovered || touch.focused) painter.fill(row, ui.theme.hover);
  const bool tall = row.h > kRow;
  const float left = row.x + 38;
  const float right = row.right() - space::kMedium;
  const std::string age = age_text(desk.session.now() - object.created);
  const float age_width = painter.width(TextStyle::Caption, age) + 12;
  const float first = tall ? right - left - age_width : (right - left) * 0.5f;
  const float y = row.y + 7;
  const float name = painter.text_in({left, y}, first, TextStyle::Small, ui.theme.text, ref.name,
                                     Ellipsis::Middle);
  painter.text_in({left + name + 8, y + 1}, first - name - 8, TextStyle::Caption,
                  ui.theme.text_faint, ref.ns);
  const Point about = tall ? Point{left, row.y + 25} : Point{left + first + 12, y};
  painter.text_in(about, right - age_width - about.x, TextStyle::Small, ui.theme.text_soft,
                  object.about);
  painter.text_right({row.x, row.y, right - row.x, kRow}, TextStyle::Caption, ui.theme.text_faint,
                     age);
  if (touch.clicked) desk.select(ref);
}

}  // namespace

void ObjectsPanel::refresh(const Ui& ui, const Desk& desk) {
  if (with_system_ == desk.show_system && asked_at_ >= 0 && ui.time - asked_at_ < kAskEvery) return;
  with_system_ = desk.show_system;
  asked_at_ = ui.time;
  groups_ = desk.session.objects(with_system_);
}

void ObjectsPanel::draw_group(Ui& ui, const ObjectGroup& group, bool open, const Rect& row) {
  const Painter painter = ui.painter();
  const std::string count = fmt::format("{}", group.count);
  const Touch touch = touch_area(ui, fmt::format("objects/{}", group.kind), row, count);
  painter.fill(row, touch.hovered ? ui.theme.hover : ui.theme.inset);
  painter.fill({row.x, row.bottom() - ui.pixel, row.w, ui.pixel}, ui.theme.border);
  draw_icon(painter, open ? Icon::ChevronDown : Icon::ChevronRight, {row.x + 13, row.y, 16, row.h},
            ui.theme.text_faint, 12);
  const float width =
      painter.text({row.x + 38, row.y + 7}, TextStyle::Strong, ui.theme.text, group.kind);
  chip(painter, ui.theme, {row.x + 46 + width, row.y + 7}, count, ui.theme.text_soft, 16);
  if (!touch.clicked) return;
  if (turned_.contains(group.kind)) {
    turned_.erase(group.kind);
  } else {
    turned_.insert(group.kind);
  }
}

void ObjectsPanel::draw(Ui& ui, Desk& desk, const Rect& area) {
  ui.painter().fill(area, ui.theme.panel);
  refresh(ui, desk);
  if (groups_.empty()) {
    empty_state(
        ui, area, Icon::Examples, "No objects",
        "Deployments, Services, Ingresses, NetworkPolicies and all others are listed here.");
    return;
  }
  const ScrollArea scroll{ui, "objects", area};
  const float height = scroll.width() < kTallBelow ? kTallRow : kRow;
  float y = scroll.origin().y;
  const auto next = [&](float row_height) {
    const Rect row{scroll.origin().x, y, scroll.width(), row_height};
    y += row_height;
    return row;
  };
  for (const ObjectGroup& group : groups_) {
    const bool open = group.is_common != turned_.contains(group.kind);
    if (const Rect row = next(kRow); row.overlaps(area)) draw_group(ui, group, open, row);
    if (!open) continue;
    for (const ObjectRow& object : group.rows) {
      if (const Rect row = next(height); row.overlaps(area)) draw_object(ui, desk, object, row);
    }
    if (group.count == group.rows.size()) continue;
    const Rect row = next(kRow);
    ui.painter().text({row.x + 38, row.y + 7}, TextStyle::Small, ui.theme.text_faint,
                      fmt::format("and {} more", group.count - group.rows.size()));
  }
  scroll.content(scroll.width(), y - scroll.origin().y);
}

}  // namespace rockpool::app
