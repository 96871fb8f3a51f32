// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/controls.h"

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <cmath>
#include <vector>

namespace rockpool::app {
namespace {

constexpr float kIconSize = 16;
constexpr float kIconGap = 6;
constexpr float kLeastTabPad = 5;

struct ButtonColours {
  Colour fill;
  Colour edge;
  Colour text;
};

ButtonColours colours_of(const Theme& theme, const ButtonLook& look, float hover, bool held) {
  switch (look.emphasis) {
    case Emphasis::Main: {
      const Colour lit = blend(theme.accent_fill, theme.dark ? rgb(0xFFFFFF) : rgb(0x000000),
                               held ? 0.16f : 0.08f * hover);
      return {lit, 0, theme.on_accent};
    }
    case Emphasis::Danger:
      return {faded(theme.bad, 0.10f + 0.08f * hover), faded(theme.bad, 0.5f), theme.bad};
    case Emphasis::Normal:
      return {blend(theme.card, theme.hover, held ? 1.0f : hover), theme.border_strong, theme.text};
    case Emphasis::Quiet:
      break;
  }
  const Colour ground =
      look.chosen ? theme.pressed : faded(theme.pressed, held ? 1.0f : 0.75f * hover);
  return {ground, 0, look.chosen ? theme.text : blend(theme.text_soft, theme.text, hover)};
}

// A finger that has gone farther than this scrolls, and presses nothing.
bool finger_dragged() {
  constexpr float kSlack = 10;
  return ImGui::GetIO().MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] > kSlack * kSlack;
}

void focus_ring(Ui& ui, const Painter& painter, const Rect& rect, float corner) {
  painter.outline(rect.inset(-2), ui.theme.accent, corner + 2, 2);
}

}  // namespace

Point pointer() {
  const ImVec2 p = ImGui::GetIO().MousePos;
  return {p.x, p.y};
}

bool pointer_over(const Rect& rect) {
  return rect.contains(pointer()) &&
         ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem |
                                ImGuiHoveredFlags_ChildWindows);
}

Touch touch_area(Ui& ui, std::string_view id, const Rect& rect, std::string_view text) {
  Touch touch;
  if (rect.empty()) return touch;
  ui.widgets.add(id, rect, text);
  ImGui::SetCursorScreenPos({rect.x, rect.y});
  ImGui::PushID(id.data(), id.data() + id.size());
  touch.clicked = ImGui::InvisibleButton("", {rect.w, rect.h}) && !(ui.touch && finger_dragged());
  ImGui::PopID();
  touch.hovered = ImGui::IsItemHovered();
  touch.held = ImGui::IsItemActive();
  touch.double_clicked = touch.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  touch.context = touch.hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right);
  touch.focused = ImGui::IsItemFocused() && ImGui::GetIO().NavVisible;
  return touch;
}

float button_width(const Painter& painter, const ButtonLook& look) {
  const bool has_icon = look.icon != Icon::None;
  if (look.label.empty()) return control::kHeight;
  const float text = painter.width(TextStyle::Body, look.label);
  return text + 2 * space::kMedium + (has_icon ? kIconSize + kIconGap - 2 : 0);
}

bool button(Ui& ui, std::string_view id, const Rect& rect, const ButtonLook& look) {
  const Painter painter = ui.painter();
  ImGui::BeginDisabled(!look.enabled);
  const Touch touch = touch_area(ui, id, rect, look.label.empty() ? look.tooltip : look.label);
  ImGui::EndDisabled();
  const float hover = ui.animations.approach(key_of(id, ImGui::GetID("hover")),
                                             touch.hovered && look.enabled ? 1.0f : 0.0f, 18);
  ButtonColours colours = colours_of(ui.theme, look, hover, touch.held);
  if (!look.enabled) colours.text = faded(colours.text, 0.45f);
  painter.fill(rect, colours.fill, radius::kControl);
  if (colours.edge != 0) painter.outline(rect, colours.edge, radius::kControl);
  if (touch.focused) focus_ring(ui, painter, rect, radius::kControl);

  if (look.label.empty()) {
    draw_icon(painter, look.icon, rect, colours.text, kIconSize);
  } else {
    const bool has_icon = look.icon != Icon::None;
    const float icon_space = has_icon ? kIconSize + kIconGap : 0;
    const float width = painter.width(TextStyle::Body, look.label) + icon_space;
    float x = rect.x + std::max(space::kSmall, (rect.w - width) / 2);
    if (has_icon) {
      draw_icon(painter, look.icon, {x, rect.y, kIconSize, rect.h}, colours.text, kIconSize);
      x += icon_space;
    }
    const float y = rect.y + (rect.h - Painter::height(TextStyle::Body)) / 2;
    painter.text_in({x, y}, rect.right() - x - space::kTight, TextStyle::Body, colours.text,
                    look.label);
  }
  if (touch.hovered && !look.tooltip.empty()) tooltip(ui, look.tooltip);
  return touch.clicked && look.enabled;
}

bool segmented(Ui& ui, std::string_view id, const Rect& rect,
               std::span<const std::string_view> labels, int& chosen) {
  const Painter painter = ui.painter();
  painter.fill(rect, ui.theme.inset, radius::kControl);
  painter.outline(rect, ui.theme.border, radius::kControl);
  // Each has the room of its words, and an equal part of what is left over.
  float words = 0;
  for (const std::string_view label : labels) words += painter.width(TextStyle::Small, label);
  const float beside = (rect.w - 4 - words) / static_cast<float>(labels.size());
  std::vector<Rect> parts;
  float left = rect.x + 2;
  for (const std::string_view label : labels) {
    parts.push_back({left, rect.y, painter.width(TextStyle::Small, label) + beside, rect.h});
    left = parts.back().right();
  }
  const Rect& goal = parts[static_cast<std::size_t>(chosen)];
  const float at = ui.animations.approach(key_of(id), goal.x - rect.x, 20);
  const float width = ui.animations.approach(key_of(id, 1), goal.w, 20);
  const Rect thumb{rect.x + at, rect.y + 2, width, rect.h - 4};
  painter.fill(thumb, ui.theme.pressed, radius::kSmall);
  bool changed = false;
  for (std::size_t index = 0; index < labels.size(); ++index) {
    const Rect& part = parts[index];
    const std::string part_id = fmt::format("{}/{}", id, labels[index]);
    const Touch touch = touch_area(ui, part_id, part, labels[index]);
    const bool is_chosen = static_cast<int>(index) == chosen;
    painter.text_centred(part, TextStyle::Small,
                         is_chosen || touch.hovered ? ui.theme.text : ui.theme.text_soft,
                         labels[index]);
    if (touch.focused) focus_ring(ui, painter, part.inset(2), radius::kSmall);
    if (touch.clicked && !is_chosen) {
      chosen = static_cast<int>(index);
      changed = true;
    }
  }
  return changed;
}

bool tab_strip(Ui& ui, std::string_view id, const Rect& rect, std::span<const Tab> tabs,
               int& chosen) {
  const Painter painter = ui.painter();
  painter.fill({rect.x, rect.bottom() - ui.pixel, rect.w, ui.pixel}, ui.theme.border);
  bool changed = false;
  // Where there is little room, the words come closer.
  float words = 0;
  for (const Tab& tab : tabs) words += painter.width(TextStyle::Strong, tab.label);
  const float room = (rect.w - 2 * space::kSmall - words) / (2 * static_cast<float>(tabs.size()));
  const float pad = std::clamp(room, kLeastTabPad, space::kMedium);
  float x = rect.x + space::kSmall;
  for (std::size_t index = 0; index < tabs.size(); ++index) {
    const Tab& tab = tabs[index];
    const bool is_chosen = static_cast<int>(index) == chosen;
    const std::string count = tab.count >= 0 ? fmt::format("{}", tab.count) : std::string{};
    const float label_width =
        painter.width(is_chosen ? TextStyle::Strong : TextStyle::Body, tab.label);
    const float count_width = count.empty() ? 0 : chip_width(painter, count) + kIconGap;
    const Rect part{x, rect.y, label_width + count_width + 2 * pad, rect.h};
    const Touch touch = touch_area(ui, fmt::format("{}/{}", id, tab.id), part, tab.label);
    const Colour colour = is_chosen || touch.hovered ? ui.theme.text : ui.theme.text_soft;
    const float y = rect.y + (rect.h - Painter::height(TextStyle::Body)) / 2;
    painter.text({part.x + pad, y}, is_chosen ? TextStyle::Strong : TextStyle::Body, colour,
                 tab.label);
    if (!count.empty()) {
      chip(painter, ui.theme, {part.x + pad + label_width + kIconGap, rect.y + (rect.h - 16) / 2},
           count, ui.theme.text_soft, 16);
    }
    if (is_chosen) {
      painter.fill({part.x + pad - 4, rect.bottom() - 2, part.w - 2 * (pad - 4), 2},
                   ui.theme.accent, 1);
    }
    if (touch.focused) focus_ring(ui, painter, part.inset(4), radius::kSmall);
    if (touch.clicked && !is_chosen) {
      chosen = static_cast<int>(index);
      changed = true;
    }
    x = part.right();
  }
  return changed;
}

bool slider(Ui& ui, std::string_view id, const Rect& rect, float& value,
            std::span<const float> ticks, std::string_view text) {
  constexpr float kThumb = 6;
  const Painter painter = ui.painter();
  const Touch touch = touch_area(ui, id, rect, text);
  const float left = rect.x + kThumb;
  const float length = rect.w - 2 * kThumb;
  const float y = rect.centre().y;
  bool changed = false;
  if (touch.held) {
    float wanted = std::clamp((pointer().x - left) / length, 0.0f, 1.0f);
    for (const float tick : ticks) {
      if (std::abs(wanted - tick) * length < 4) wanted = tick;
    }
    changed = wanted != value;
    value = wanted;
  }
  if (touch.focused) {
    const float step = ImGui::IsKeyPressed(ImGuiKey_RightArrow)  ? 0.05f
                       : ImGui::IsKeyPressed(ImGuiKey_LeftArrow) ? -0.05f
                                                                 : 0.0f;
    changed = changed || step != 0;
    value = std::clamp(value + step, 0.0f, 1.0f);
  }
  painter.fill({left, y - 1.5f, length, 3}, ui.theme.pressed, 1.5f);
  painter.fill({left, y - 1.5f, length * value, 3}, ui.theme.accent, 1.5f);
  for (const float tick : ticks) {
    painter.circle({left + length * tick, y}, 1.5f,
                   tick <= value ? ui.theme.accent : ui.theme.border_strong);
  }
  const float grow =
      ui.animations.approach(key_of(id), touch.hovered || touch.held ? 1.0f : 0.0f, 18);
  painter.circle({left + length * value, y}, kThumb + grow, ui.theme.panel);
  painter.circle({left + length * value, y}, kThumb - 1 + grow, ui.theme.accent);
  if (touch.focused) focus_ring(ui, painter, rect, radius::kControl);
  return changed;
}

bool text_field(Ui& ui, std::string_view id, const Rect& rect, std::string& text,
                std::string_view hint, bool take_focus, Icon icon) {
  const Painter painter = ui.painter();
  ui.widgets.add(id, rect, text);
  painter.fill(rect, ui.theme.inset, radius::kControl);
  ImGui::PushID(id.data(), id.data() + id.size());
  ImGui::PushFont(const_cast<ImFont*>(ui.fonts.font(TextStyle::Body)));
  ImGui::PushStyleColor(ImGuiCol_Text, ui.theme.text);
  ImGui::PushStyleColor(ImGuiCol_TextDisabled, ui.theme.text_faint);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, 0);
  ImGui::PushStyleColor(ImGuiCol_TextSelectedBg, ui.theme.selection);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      {0, (rect.h - Painter::height(TextStyle::Body)) / 2});
  draw_icon(painter, icon, {rect.x + space::kSmall, rect.y, 14, rect.h}, ui.theme.text_faint, 14);
  ImGui::SetCursorScreenPos({rect.x + space::kSmall + 20, rect.y});
  ImGui::SetNextItemWidth(rect.w - 2 * space::kSmall - 20);
  if (take_focus) ImGui::SetKeyboardFocusHere();
  const std::string hint_text{hint};
  const bool changed = ImGui::InputTextWithHint("", hint_text.c_str(), &text);
  const bool active = ImGui::IsItemActive();
  ImGui::PopStyleVar();
  ImGui::PopStyleColor(4);
  ImGui::PopFont();
  ImGui::PopID();
  painter.outline(rect, active ? ui.theme.accent : ui.theme.border, radius::kControl,
                  active ? 1.5f : 1.0f);
  return changed;
}

bool splitter(Ui& ui, std::string_view id, const Rect& rect, bool vertical, float direction,
              float& value, float least, float most) {
  const Rect grip = vertical ? rect.inset(-3, 0) : rect.inset(0, -3);
  const Touch touch = touch_area(ui, id, grip);
  if (touch.hovered || touch.held) {
    ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
  }
  const float lit =
      ui.animations.approach(key_of(id), touch.hovered || touch.held ? 1.0f : 0.0f, 14);
  const Painter painter = ui.painter();
  painter.fill(rect, ui.theme.border);
  if (lit > 0)
    painter.fill(grip.inset(vertical ? 2.0f : 0.0f, vertical ? 0.0f : 2.0f),
                 faded(ui.theme.accent, lit));
  if (!touch.held) return false;
  const ImVec2 moved = ImGui::GetIO().MouseDelta;
  value = std::clamp(value + direction * (vertical ? moved.x : moved.y), least, most);
  return true;
}

float chip_width(const Painter& painter, std::string_view text) {
  return painter.width(TextStyle::Caption, text) + 12;
}

float chip(const Painter& painter, const Theme& theme, Point at, std::string_view text,
           Colour colour, float height) {
  const Rect rect{at.x, at.y, chip_width(painter, text), height};
  painter.fill(rect, faded(colour, theme.dark ? 0.16f : 0.10f), height / 2);
  painter.text_centred(rect, TextStyle::Caption, colour, text);
  return rect.w;
}

void tooltip(Ui& ui, std::span<const std::string> lines) {
  constexpr float kMostWidth = 340;
  const Painter painter = ui.overlay();
  float width = 0;
  for (const std::string& line : lines) {
    width = std::max(width, painter.width(TextStyle::Small, line) + 2);
  }
  width = std::min(width * 1.06f, kMostWidth);
  float height = 0;
  for (const std::string& line : lines) {
    height += painter.wrapped_height(width, TextStyle::Small, line) + 3;
  }
  if (ui.widgets.recording()) {
    std::string all;
    for (const std::string& line : lines) all += all.empty() ? line : '\n' + line;
    ui.widgets.add("tooltip", {pointer().x, pointer().y, width, height}, all);
  }
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  Rect box{pointer().x + 14, pointer().y + 18, width + 20, height + 13};
  if (box.right() > screen.x - 8) box.x = std::max(8.0f, screen.x - 8 - box.w);
  if (box.bottom() > screen.y - 8) box.y = std::max(8.0f, pointer().y - 12 - box.h);
  painter.shadow(box, ui.theme.shadow, radius::kControl, 10);
  painter.fill(box, ui.theme.dark ? rgb(0x232933) : rgb(0x1B2029), radius::kControl);
  painter.outline(box, ui.theme.dark ? ui.theme.border_strong : rgb(0x1B2029), radius::kControl);
  float y = box.y + 7;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const Colour colour = index == 0 ? rgb(0xF2F4F7) : rgb(0xB4BCC9);
    y += painter.text_wrapped({box.x + 10, y}, width, TextStyle::Small, colour, lines[index]) + 3;
  }
}

void tooltip(Ui& ui, std::string_view line) {
  const std::string lines[] = {std::string{line}};
  tooltip(ui, lines);
}

namespace {

void scroll_by_finger() {
  const ImGuiIO& io = ImGui::GetIO();
  const ImVec2 from = io.MouseClickedPos[ImGuiMouseButton_Left];
  const ImVec2 corner = ImGui::GetWindowPos();
  const ImVec2 size = ImGui::GetWindowSize();
  const bool here = Rect{corner.x, corner.y, size.x, size.y}.contains({from.x, from.y});
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left) || !here || !finger_dragged()) return;
  if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows |
                              ImGuiHoveredFlags_AllowWhenBlockedByActiveItem))
    return;
  ImGui::SetScrollX(ImGui::GetScrollX() - io.MouseDelta.x);
  ImGui::SetScrollY(ImGui::GetScrollY() - io.MouseDelta.y);
}

}  // namespace

ScrollArea::ScrollArea(Ui& ui, std::string_view id, const Rect& rect, bool horizontal) {
  ui.widgets.add(id, rect);
  const auto colour = [](Colour packed) { return ImGui::ColorConvertU32ToFloat4(packed); };
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, 9);
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarRounding, 5);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, colour(0));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarBg, colour(0));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarGrab, colour(faded(ui.theme.border_strong, 0.8f)));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarGrabHovered, colour(ui.theme.text_faint));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarGrabActive, colour(ui.theme.text_faint));
  ImGui::SetCursorScreenPos({rect.x, rect.y});
  ImGui::BeginChild(ImGui::GetID(id.data(), id.data() + id.size()), {rect.w, rect.h},
                    ImGuiChildFlags_None,
                    horizontal ? ImGuiWindowFlags_HorizontalScrollbar : ImGuiWindowFlags_None);
  if (ui.touch) scroll_by_finger();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  origin_ = {at.x, at.y};
  width_ = ImGui::GetContentRegionAvail().x;
}

ScrollArea::~ScrollArea() {
  ImGui::EndChild();
  ImGui::PopStyleColor(5);
  ImGui::PopStyleVar(3);
}

void ScrollArea::content(float width, float height) const {
  ImGui::SetCursorScreenPos({origin_.x, origin_.y});
  ImGui::Dummy({std::max(1.0f, width), std::max(1.0f, height)});
}

Rect panel_head(Ui& ui, const Rect& area, Icon icon, std::string_view title) {
  Rect rest = area;
  const Rect head = rest.take_top(control::kTouch);
  const Painter painter = ui.painter();
  float x = head.x + space::kMedium;
  if (icon != Icon::None) {
    draw_icon(painter, icon, {x, head.y, 16, head.h}, ui.theme.text_soft, 16);
    x += 16 + space::kSmall;
  }
  const float y = head.y + (head.h - Painter::height(TextStyle::Strong)) / 2;
  painter.text({x, y}, TextStyle::Strong, ui.theme.text, title);
  return rest;
}

void empty_state(Ui& ui, const Rect& area, Icon icon, std::string_view title,
                 std::string_view hint) {
  const Painter painter = ui.painter();
  const float width = std::min(area.w - 2 * space::kLarge, 280.0f);
  const float text_width = std::min(width, painter.width(TextStyle::Small, hint) + 2);
  const float hint_height = painter.wrapped_height(text_width, TextStyle::Small, hint);
  const float height =
      32 + space::kSmall + Painter::height(TextStyle::Strong) + space::kTight + hint_height;
  float y = area.y + std::max(space::kMedium, (area.h - height) / 2);
  const float middle = area.centre().x;
  painter.circle({middle, y + 16}, 18, ui.theme.hover);
  draw_icon(painter, icon, {middle - 16, y, 32, 32}, ui.theme.text_faint, 18);
  y += 36 + space::kSmall;
  painter.text_centred({area.x, y, area.w, Painter::height(TextStyle::Strong)}, TextStyle::Strong,
                       ui.theme.text, title);
  y += Painter::height(TextStyle::Strong) + space::kTight;
  painter.text_wrapped_centred({middle - text_width / 2, y}, text_width, TextStyle::Small,
                               ui.theme.text_soft, hint);
}

}  // namespace rockpool::app
