// SPDX-License-Identifier: Apache-2.0
#include "web/app/widgets/menu.h"

#include <imgui.h>

#include <algorithm>
#include <cfloat>

#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

constexpr float kRow = 30;

Rect next_row(float width, float height) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  return {at.x, at.y, width, height};
}

void advance(const Rect& row) {
  ImGui::SetCursorScreenPos({row.x, row.bottom()});
}

}  // namespace

float place_menu_below(const Rect& opener, float width) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float most = std::min(width, screen.x - 40);
  ImGui::SetNextWindowPos(
      {std::clamp(opener.x, 8.0f, std::max(8.0f, screen.x - most - 20)), opener.bottom() + 4},
      ImGuiCond_Appearing);
  ImGui::SetNextWindowSizeConstraints({0, 0}, {FLT_MAX, screen.y - opener.bottom() - 20});
  return most;
}

Menu::Menu(Ui& ui, std::string_view id, float width) : ui_{ui}, width_{width} {
  const auto colour = [](Colour packed) { return ImGui::ColorConvertU32ToFloat4(packed); };
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {6, 6});
  ImGui::PushStyleVar(ImGuiStyleVar_PopupRounding, radius::kCard);
  ImGui::PushStyleVar(ImGuiStyleVar_PopupBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, 9);
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarRounding, 5);
  ImGui::PushStyleColor(ImGuiCol_ScrollbarBg, colour(0));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarGrab, colour(ui.theme.border_strong));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarGrabHovered, colour(ui.theme.text_faint));
  ImGui::PushStyleColor(ImGuiCol_ScrollbarGrabActive, colour(ui.theme.text_faint));
  ImGui::PushStyleColor(ImGuiCol_PopupBg, colour(ui.theme.dark ? ui.theme.card : ui.theme.panel));
  ImGui::PushStyleColor(ImGuiCol_Border, colour(ui.theme.border_strong));
  ImGui::SetNextWindowSize({width + 12, 0});
  const std::string name{id};
  open_ = ImGui::BeginPopup(name.c_str());
  // A menu that is longer than the screen has a bar at its right, which covers nothing.
  if (open_ && ImGui::GetScrollMaxY() > 0) width_ -= ImGui::GetStyle().ScrollbarSize;
}

Menu::~Menu() {
  if (open_) {
    // Gives the window its height: rows are placed by hand.
    ImGui::Dummy({1, 1});
    ImGui::EndPopup();
  }
  ImGui::PopStyleColor(6);
  ImGui::PopStyleVar(6);
}

void Menu::heading(std::string_view title, std::string_view detail) {
  const Rect row = next_row(width_, detail.empty() ? 26.0f : 42.0f);
  const Painter painter = ui_.painter();
  painter.text_in({row.x + 10, row.y + 5}, width_ - 20, TextStyle::Strong, ui_.theme.text, title,
                  Ellipsis::Middle);
  if (!detail.empty()) {
    painter.text_in({row.x + 10, row.y + 22}, width_ - 20, TextStyle::Caption, ui_.theme.text_faint,
                    detail);
  }
  advance(row);
}

void Menu::separator() {
  const Rect row = next_row(width_, 9);
  ui_.painter().fill({row.x + 4, row.y + 4, row.w - 8, 1}, ui_.theme.border);
  advance(row);
}

bool Menu::item(std::string_view id, Icon icon, std::string_view label, std::string_view hint,
                bool danger) {
  const Rect row = next_row(width_, ui_.touch ? control::kTouch : kRow);
  const Touch touch = touch_area(ui_, id, row, label);
  const Painter painter = ui_.painter();
  const Colour colour = danger ? ui_.theme.bad : ui_.theme.text;
  if (touch.hovered || touch.focused) {
    painter.fill(row, danger ? faded(ui_.theme.bad, 0.13f) : ui_.theme.hover, radius::kControl);
  }
  draw_icon(painter, icon, {row.x + 8, row.y, 16, row.h}, danger ? colour : ui_.theme.text_soft,
            15);
  const float y = row.y + (row.h - Painter::height(TextStyle::Body)) / 2;
  painter.text({row.x + 32, y}, TextStyle::Body, colour, label);
  painter.text_right({row.x, row.y, row.w - 10, row.h}, TextStyle::Caption, ui_.theme.text_faint,
                     hint);
  advance(row);
  if (touch.clicked) ImGui::CloseCurrentPopup();
  return touch.clicked;
}

bool Menu::wide_item(std::string_view id, std::string_view label, std::string_view detail) {
  const Painter painter = ui_.painter();
  const float text_height = painter.wrapped_height(width_ - 20, TextStyle::Caption, detail);
  const Rect row = next_row(width_, 28 + text_height);
  const Touch touch = touch_area(ui_, id, row, label);
  if (touch.hovered || touch.focused) painter.fill(row, ui_.theme.hover, radius::kControl);
  painter.text({row.x + 10, row.y + 5}, TextStyle::Strong, ui_.theme.text, label);
  painter.text_wrapped({row.x + 10, row.y + 22}, width_ - 20, TextStyle::Caption,
                       ui_.theme.text_soft, detail);
  advance(row);
  if (touch.clicked) ImGui::CloseCurrentPopup();
  return touch.clicked;
}

}  // namespace rockpool::app
