// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "web/app/editor/buffer.h"
#include "web/app/editor/highlight.h"
#include "web/app/widgets/ui.h"

namespace rockpool::app {

/// The colour of a piece of YAML.
Colour token_colour(const Theme& theme, TokenKind kind);

/// YAML to look at: coloured, scrolling, only the visible lines drawn.
class YamlViewer {
 public:
  void draw(Ui& ui, std::string_view id, const Rect& area, const std::string& text);

 private:
  std::string text_;
  std::vector<std::string> lines_;
  std::vector<HighlightState> states_;
};

/// YAML to write: caret, selection, line numbers, marks of errors. It has the keyboard after a
/// click, until Esc or a click elsewhere.
class CodeEditor {
 public:
  EditorBuffer buffer;

  /// A line, from 0, with an error and its message; npos for none.
  std::size_t error_line = std::string::npos;
  std::string error;

  /// Draws it; true when Ctrl+Enter (Cmd+Enter) was pressed in it.
  bool draw(Ui& ui, std::string_view id, const Rect& area);
  bool focused() const { return focused_; }
  void focus() { wants_focus_ = true; }
  /// Brings a line into view.
  void reveal(std::size_t line) { reveal_line_ = line; }
  /// Brings the caret into view: the text was changed from elsewhere.
  void follow_caret() { caret_moved_ = true; }
  /// The browser pastes by an event, not by the key.
  bool paste_by_key = true;

 private:
  bool take_keys(Ui& ui);
  void take_move_keys(std::size_t page);
  bool take_shortcuts();
  void take_pointer(Ui& ui, const Rect& text_area, bool held, bool pressed);
  TextPlace place_at(const Rect& text_area, Point at) const;
  void draw_lines(Ui& ui, const Rect& area, Point origin, std::size_t first, std::size_t last);
  void draw_selection(const Ui& ui, const Painter& painter, Point origin, std::size_t line) const;
  void scroll_to_caret(const Rect& area);

  std::vector<HighlightState> states_;
  std::uint64_t seen_version_ = UINT64_MAX;
  bool focused_ = false;
  bool wants_focus_ = false;
  bool caret_moved_ = false;
  bool selecting_ = false;
  std::size_t reveal_line_ = std::string::npos;
  double blink_start_ = 0;
  float letter_width_ = 7;
  float line_height_ = 20;
};

}  // namespace rockpool::app
