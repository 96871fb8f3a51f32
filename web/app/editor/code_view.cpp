// SPDX-License-Identifier: Apache-2.0
#include "web/app/editor/code_view.h"

#include <fmt/format.h>
#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "web/app/widgets/controls.h"

namespace rockpool::app {
namespace {

constexpr TextStyle kCode = TextStyle::Code;
constexpr float kLineHeight = 19;
constexpr float kGutter = 44;
constexpr float kTop = 8;

float letter_width(const Painter& painter) {
  return painter.width(kCode, "M");
}

// Letters, not bytes: each is one cell of the monospaced font.
std::size_t cells(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0u) != 0x80u;
  }));
}

std::size_t column_of_cell(std::string_view line, std::size_t cell) {
  std::size_t at = 0;
  while (at < line.size() && cell > 0) {
    ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0u) == 0x80u) ++at;
    --cell;
  }
  return at;
}

void draw_tokens(const Painter& painter, const Theme& theme, Point at, float letter,
                 std::string_view line, HighlightState state) {
  // Longer lines than this are cut: no screen shows more.
  constexpr std::size_t kMostBytes = 1000;
  line = line.substr(0, kMostBytes);
  for (const Token& token : highlight_line(line, state)) {
    const std::string_view piece = line.substr(token.start, token.length);
    painter.text({at.x + letter * static_cast<float>(cells(line.substr(0, token.start))), at.y},
                 kCode, token_colour(theme, token.kind), piece);
  }
}

std::size_t widest(const std::vector<std::string>& lines) {
  std::size_t most = 0;
  for (const std::string& line : lines) most = std::max(most, line.size());
  return std::min<std::size_t>(most, 1000);
}

struct LineRange {
  std::size_t first;
  std::size_t last;
};

LineRange visible_lines(std::size_t count, float height) {
  const float scroll = ImGui::GetScrollY();
  const auto first = static_cast<std::size_t>(std::max(0.0f, (scroll - kTop) / kLineHeight));
  const auto shown = static_cast<std::size_t>(height / kLineHeight) + 2;
  return {std::min(first, count), std::min(count, first + shown)};
}

}  // namespace

Colour token_colour(const Theme& theme, TokenKind kind) {
  switch (kind) {
    case TokenKind::Key:
      return theme.syntax_key;
    case TokenKind::Text:
      return theme.syntax_string;
    case TokenKind::Number:
      return theme.syntax_number;
    case TokenKind::Comment:
      return theme.syntax_comment;
    case TokenKind::Sign:
      return theme.text_soft;
    case TokenKind::Marker:
      return theme.dns;
    case TokenKind::Plain:
      return theme.text;
  }
  return theme.text;
}

void YamlViewer::draw(Ui& ui, std::string_view id, const Rect& area, const std::string& text) {
  if (text != text_ || lines_.empty()) {
    text_ = text;
    lines_ = EditorBuffer{text}.lines();
    states_ = highlight_states(lines_);
  }
  const ScrollArea scroll{ui, id, area, true};
  const Painter painter = ui.painter();
  const float letter = letter_width(painter);
  const LineRange range = visible_lines(lines_.size(), area.h);
  for (std::size_t line = range.first; line < range.last; ++line) {
    const float y = scroll.origin().y + kTop + static_cast<float>(line) * kLineHeight;
    draw_tokens(painter, ui.theme, {scroll.origin().x + space::kMedium, y}, letter, lines_[line],
                states_[line]);
  }
  scroll.content(letter * static_cast<float>(widest(lines_)) + 2 * space::kMedium,
                 static_cast<float>(lines_.size()) * kLineHeight + 2 * kTop);
}

bool CodeEditor::draw(Ui& ui, std::string_view id, const Rect& area) {
  const Painter outside = ui.painter();
  letter_width_ = letter_width(outside);
  line_height_ = kLineHeight;
  outside.fill(area, ui.theme.inset);
  if (seen_version_ != buffer.version()) {
    states_ = highlight_states(buffer.lines());
    seen_version_ = buffer.version();
  }
  bool apply = false;
  {
    const ScrollArea scroll{ui, fmt::format("{}/scroll", id), area, true};
    const float height =
        std::max(area.h - 10, static_cast<float>(buffer.lines().size()) * kLineHeight + 3 * kTop);
    const float width = std::max(
        scroll.width(), kGutter + letter_width_ * static_cast<float>(widest(buffer.lines()) + 4));
    const Rect text_area{scroll.origin().x, scroll.origin().y, width, height};
    ui.widgets.add(id, area, "YAML editor");
    ImGui::SetCursorScreenPos({text_area.x, text_area.y});
    ImGui::InvisibleButton("text", {width, height});
    const bool hovered = ImGui::IsItemHovered();
    if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
    const bool pressed = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    if (pressed && focused_ != hovered) {
      focused_ = hovered;
      blink_start_ = ui.time;
    }
    if (wants_focus_) {
      focused_ = true;
      wants_focus_ = false;
    }
    take_pointer(ui, text_area, ImGui::IsItemActive(), pressed && hovered);
    if (focused_) apply = take_keys(ui);
    if (seen_version_ != buffer.version()) {
      states_ = highlight_states(buffer.lines());
      seen_version_ = buffer.version();
      error_line = std::string::npos;
    }
    scroll_to_caret(area);
    const LineRange range = visible_lines(buffer.lines().size(), area.h);
    draw_lines(ui, area, {text_area.x, text_area.y + kTop}, range.first, range.last);
    scroll.content(width, height);
  }
  if (focused_) {
    outside.outline(area, faded(ui.theme.accent, 0.9f), 0, 1.5f);
    // The caret blinks: half a second on, half a second off.
    ui.moving = ui.moving || std::fmod(ui.time - blink_start_, 0.5) < 0.05;
  }
  return apply;
}

void CodeEditor::take_pointer(Ui& ui, const Rect& text_area, bool held, bool pressed) {
  const ImGuiIO& io = ImGui::GetIO();
  if (pressed) {
    const TextPlace place = place_at(text_area, pointer());
    if (io.MouseClickedCount[0] == 2) {
      buffer.select_word_at(place);
    } else if (io.MouseClickedCount[0] == 3) {
      buffer.place_caret({place.line, 0}, false);
      buffer.place_caret({place.line + 1, 0}, true);
    } else {
      buffer.place_caret(place, io.KeyShift);
      selecting_ = true;
    }
    blink_start_ = ui.time;
  } else if (held && selecting_ && !ui.touch && (io.MouseDelta.x != 0 || io.MouseDelta.y != 0)) {
    buffer.place_caret(place_at(text_area, pointer()), true);
    caret_moved_ = true;
  }
  if (!held) selecting_ = false;
}

TextPlace CodeEditor::place_at(const Rect& text_area, Point at) const {
  const float row = std::max(0.0f, (at.y - text_area.y - kTop) / kLineHeight);
  const std::size_t line = std::min(static_cast<std::size_t>(row), buffer.lines().size() - 1);
  const float cell = std::max(0.0f, (at.x - text_area.x - kGutter) / letter_width_ + 0.4f);
  return {line, column_of_cell(buffer.lines()[line], static_cast<std::size_t>(cell))};
}

void CodeEditor::take_move_keys(std::size_t page) {
  const ImGuiIO& io = ImGui::GetIO();
  const bool word = io.ConfigMacOSXBehaviors ? io.KeyAlt : io.KeyCtrl;
  const bool far = io.ConfigMacOSXBehaviors ? io.KeySuper : io.KeyCtrl;
  struct Binding {
    ImGuiKey key;
    Move plain;
    Move modified;
    bool modifier;
  };
  const Binding bindings[] = {{ImGuiKey_LeftArrow, Move::Left, Move::WordLeft, word},
                              {ImGuiKey_RightArrow, Move::Right, Move::WordRight, word},
                              {ImGuiKey_UpArrow, Move::Up, Move::Up, false},
                              {ImGuiKey_DownArrow, Move::Down, Move::Down, false},
                              {ImGuiKey_Home, Move::LineStart, Move::Start, far},
                              {ImGuiKey_End, Move::LineEnd, Move::End, far},
                              {ImGuiKey_PageUp, Move::PageUp, Move::PageUp, false},
                              {ImGuiKey_PageDown, Move::PageDown, Move::PageDown, false}};
  for (const Binding& binding : bindings) {
    if (!ImGui::IsKeyPressed(binding.key)) continue;
    buffer.move(binding.modifier ? binding.modified : binding.plain, io.KeyShift, page);
    caret_moved_ = true;
  }
}

bool CodeEditor::take_shortcuts() {
  const ImGuiIO& io = ImGui::GetIO();
  const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(key, true); };
  bool changed = true;
  if (pressed(ImGuiKey_A)) {
    buffer.select_all();
    changed = false;
  } else if (pressed(ImGuiKey_Z)) {
    io.KeyShift ? buffer.redo() : buffer.undo();
  } else if (pressed(ImGuiKey_Y)) {
    buffer.redo();
  } else if (pressed(ImGuiKey_Slash)) {
    buffer.toggle_comment();
  } else if (pressed(ImGuiKey_C) && buffer.has_selection()) {
    ImGui::SetClipboardText(buffer.selected_text().c_str());
    changed = false;
  } else if (pressed(ImGuiKey_X) && buffer.has_selection()) {
    ImGui::SetClipboardText(buffer.selected_text().c_str());
    buffer.erase_backward();
  } else if (pressed(ImGuiKey_V) && paste_by_key) {
    if (const char* text = ImGui::GetClipboardText()) buffer.insert(text);
  } else {
    changed = false;
  }
  return changed;
}

bool CodeEditor::take_keys(Ui& ui) {
  ImGuiIO& io = ImGui::GetIO();
  ImGui::SetNextFrameWantCaptureKeyboard(true);
  ImGui::GetCurrentContext()->WantTextInputNextFrame = 1;
  const std::uint64_t version = buffer.version();
  const bool command = io.ConfigMacOSXBehaviors ? io.KeySuper : io.KeyCtrl;
  const bool either_command = io.KeyCtrl || io.KeySuper;
  bool apply = false;
  take_move_keys(static_cast<std::size_t>(ImGui::GetWindowHeight() / kLineHeight) - 2);
  if (ImGui::IsKeyPressed(ImGuiKey_Enter) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter)) {
    if (either_command) {
      apply = true;
    } else {
      buffer.new_line();
    }
  } else if (ImGui::IsKeyPressed(ImGuiKey_Backspace)) {
    if (command && !buffer.has_selection()) buffer.move(Move::WordLeft, true);
    buffer.erase_backward();
  } else if (ImGui::IsKeyPressed(ImGuiKey_Delete)) {
    buffer.erase_forward();
  } else if (ImGui::IsKeyPressed(ImGuiKey_Tab) && !either_command) {
    if (buffer.has_selection() || io.KeyShift) {
      buffer.indent(!io.KeyShift);
    } else {
      buffer.insert(buffer.caret().column % 2 == 0 ? "  " : " ");
    }
  } else if (ImGui::IsKeyPressed(ImGuiKey_Escape)) {
    focused_ = false;
  } else if (command) {
    take_shortcuts();
  }
  if (!either_command) {
    std::string typed;
    for (const ImWchar letter : io.InputQueueCharacters) {
      if (letter < 0x20 || letter == 0x7F) continue;
      char bytes[5];
      typed += ImTextCharToUtf8(bytes, letter);
    }
    if (!typed.empty()) buffer.insert(typed);
  }
  io.InputQueueCharacters.resize(0);
  if (version != buffer.version()) caret_moved_ = true;
  if (caret_moved_) blink_start_ = ui.time;
  return apply;
}

void CodeEditor::scroll_to_caret(const Rect& area) {
  std::size_t line = buffer.caret().line;
  if (reveal_line_ != std::string::npos) {
    line = std::min(reveal_line_, buffer.lines().size() - 1);
    reveal_line_ = std::string::npos;
  } else if (!caret_moved_) {
    return;
  }
  caret_moved_ = false;
  const float top = kTop + static_cast<float>(line) * kLineHeight;
  if (top < ImGui::GetScrollY()) ImGui::SetScrollY(std::max(0.0f, top - kLineHeight));
  if (top + 3 * kLineHeight > ImGui::GetScrollY() + area.h) {
    ImGui::SetScrollY(top + 3 * kLineHeight - area.h);
  }
  const std::string_view before = std::string_view{buffer.lines()[line]}.substr(
      0, line == buffer.caret().line ? buffer.caret().column : 0);
  const float x = kGutter + letter_width_ * static_cast<float>(cells(before));
  if (x < ImGui::GetScrollX() + kGutter) ImGui::SetScrollX(std::max(0.0f, x - 2 * kGutter));
  if (x + 30 > ImGui::GetScrollX() + area.w) ImGui::SetScrollX(x + 60 - area.w);
}

void CodeEditor::draw_selection(const Ui& ui, const Painter& painter, Point origin,
                                std::size_t line) const {
  const TextPlace from = buffer.selection_start();
  const TextPlace to = buffer.selection_end();
  if (from == to || line < from.line || line > to.line) return;
  const std::string_view text = buffer.lines()[line];
  const std::size_t start = line == from.line ? cells(text.substr(0, from.column)) : 0;
  const std::size_t end = line == to.line ? cells(text.substr(0, to.column)) : cells(text) + 1;
  painter.fill({origin.x + kGutter + letter_width_ * static_cast<float>(start), origin.y - 1,
                letter_width_ * static_cast<float>(end - start), kLineHeight},
               ui.theme.selection);
}

void CodeEditor::draw_lines(Ui& ui, const Rect& area, Point origin, std::size_t first,
                            std::size_t last) {
  const Painter painter = ui.painter();
  const float left = area.x;  // line numbers stay when the text scrolls sideways
  for (std::size_t line = first; line < last; ++line) {
    const Point at{origin.x, origin.y + static_cast<float>(line) * kLineHeight};
    const bool is_caret_line = line == buffer.caret().line && focused_;
    if (line == error_line) {
      painter.fill({left, at.y - 1, area.w, kLineHeight}, faded(ui.theme.bad, 0.16f));
    } else if (is_caret_line && !buffer.has_selection()) {
      painter.fill({left, at.y - 1, area.w, kLineHeight}, faded(ui.theme.hover, 0.7f));
    }
    draw_selection(ui, painter, at, line);
    draw_tokens(painter, ui.theme, {at.x + kGutter, at.y + 1}, letter_width_, buffer.lines()[line],
                states_[line]);
    const bool blink_on = ui.reduced_motion || std::fmod(ui.time - blink_start_, 1.0) < 0.5;
    if (is_caret_line && blink_on) {
      const auto cell =
          cells(std::string_view{buffer.lines()[line]}.substr(0, buffer.caret().column));
      painter.fill(
          {at.x + kGutter + letter_width_ * static_cast<float>(cell) - 1, at.y, 2, kLineHeight - 2},
          ui.theme.accent);
    }
  }
  painter.fill({left, area.y, kGutter - 8, area.h}, ui.theme.inset);
  for (std::size_t line = first; line < last; ++line) {
    const float y = origin.y + static_cast<float>(line) * kLineHeight;
    const bool bad = line == error_line;
    painter.text_right({left, y, kGutter - 16, kLineHeight - 2}, TextStyle::CodeSmall,
                       bad                                       ? ui.theme.bad
                       : line == buffer.caret().line && focused_ ? ui.theme.text_soft
                                                                 : ui.theme.text_faint,
                       fmt::format("{}", line + 1));
    if (bad) painter.fill({left, y - 1, 3, kLineHeight}, ui.theme.bad);
  }
  // The message hangs below its line, as editors do it.
  if (error_line >= first && error_line < last && !error.empty()) {
    const float y = origin.y + static_cast<float>(error_line + 1) * kLineHeight + 2;
    const float width = area.w - kGutter - 16;
    const float height = painter.wrapped_height(width - 20, TextStyle::Small, error) + 12;
    const Rect box{left + kGutter, y, width, height};
    painter.shadow(box, ui.theme.shadow, radius::kControl, 6);
    painter.fill(box, blend(ui.theme.card, ui.theme.bad, ui.theme.dark ? 0.14f : 0.07f),
                 radius::kControl);
    painter.outline(box, faded(ui.theme.bad, 0.7f), radius::kControl);
    painter.text_wrapped({box.x + 10, box.y + 6}, width - 20, TextStyle::Small, ui.theme.bad,
                         error);
    ui.widgets.add("editor/error", box, error);
  }
}

}  // namespace rockpool::app
