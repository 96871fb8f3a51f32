// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "web/app/widgets/icons.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// How much a button asks for attention.
enum class Emphasis { Quiet, Normal, Main, Danger };

struct ButtonLook {
  Icon icon = Icon::None;
  std::string_view label{};
  Emphasis emphasis = Emphasis::Quiet;
  bool enabled = true;
  /// Held down: the option that is on.
  bool chosen = false;
  std::string_view tooltip{};
};

/// What the pointer does to a place this frame.
struct Touch {
  bool clicked = false;
  bool double_clicked = false;
  bool context = false;  ///< right click or long press
  bool hovered = false;
  bool held = false;
  bool focused = false;  ///< by keyboard
};

/// An invisible button at `rect`; `id` names it for ImGui, for the widget map and for screen
/// readers.
Touch touch_area(Ui& ui, std::string_view id, const Rect& rect, std::string_view text = {});
/// True if the pointer is over `rect` and nothing lies above it.
bool pointer_over(const Rect& rect);
/// The pointer's place; far away if there is none.
Point pointer();

/// A push button. True when it is pressed.
bool button(Ui& ui, std::string_view id, const Rect& rect, const ButtonLook& look);
/// The width a button needs for its icon and label.
float button_width(const Painter& painter, const ButtonLook& look);

/// A choice of one among a few, side by side. True when it changed.
bool segmented(Ui& ui, std::string_view id, const Rect& rect,
               std::span<const std::string_view> labels, int& chosen);

/// Tabs with a line under the chosen one. True when it changed.
struct Tab {
  std::string_view id{};
  std::string_view label{};
  Icon icon = Icon::None;
  /// A small count behind the label; none if negative.
  int count = -1;
};
bool tab_strip(Ui& ui, std::string_view id, const Rect& rect, std::span<const Tab> tabs,
               int& chosen);

/// A horizontal slider from 0 to 1 with tick marks. True while it is being moved.
bool slider(Ui& ui, std::string_view id, const Rect& rect, float& value,
            std::span<const float> ticks, std::string_view text);

/// One line of text to type into. True when its text changed.
bool text_field(Ui& ui, std::string_view id, const Rect& rect, std::string& text,
                std::string_view hint, bool take_focus = false, Icon icon = Icon::Search);

/// A bar between two panels to drag. `value` is the size in front of it; `direction` is 1 if
/// dragging right or down makes it larger, -1 if smaller. True while it is dragged.
bool splitter(Ui& ui, std::string_view id, const Rect& rect, bool vertical, float direction,
              float& value, float least, float most);

/// A small rounded label. Returns its width; `at` is its top left corner.
float chip(const Painter& painter, const Theme& theme, Point at, std::string_view text,
           Colour colour, float height = 18);
float chip_width(const Painter& painter, std::string_view text);

/// A box by the pointer that explains what is under it. The first line is its title.
void tooltip(Ui& ui, std::span<const std::string> lines);
void tooltip(Ui& ui, std::string_view line);

/// A scrolling part of the window, between construction and destruction.
class ScrollArea {
 public:
  ScrollArea(Ui& ui, std::string_view id, const Rect& rect, bool horizontal = false);
  ~ScrollArea();
  ScrollArea(const ScrollArea&) = delete;
  ScrollArea& operator=(const ScrollArea&) = delete;
  /// Where content starts on the screen now (moves with scrolling), and the width it may take.
  Point origin() const { return origin_; }
  float width() const { return width_; }
  /// Says how large the content turned out to be.
  void content(float width, float height) const;

 private:
  Point origin_{};
  float width_;
};

/// The titled head of a panel; returns what is left of `area` below it.
Rect panel_head(Ui& ui, const Rect& area, Icon icon, std::string_view title);
/// Grey centred words where there is nothing to show, with an icon above.
void empty_state(Ui& ui, const Rect& area, Icon icon, std::string_view title,
                 std::string_view hint);

}  // namespace rockpool::app
